"""Where a season of work takes place: an installation, its colleagues, and what they were answered."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
from sqlalchemy import create_engine, text

from app.program import Program
from core.identity.grants import Reach
from core.permissions import Role
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster
from tests.end_to_end.canaries import Canaries
from tests.end_to_end.colleagues import Answer, Colleague, hire
from tests.end_to_end.filled_forms import OPERATION

__all__ = ["Season"]


@dataclass
class Season:
    """An installation at work: where it answers, who works there, and what they were answered."""

    program: Program
    cluster: EmbeddedCluster
    database_name: str
    canaries: Canaries
    transport: httpx.BaseTransport
    address: str
    folder: Path
    searches_freely: bool
    command: Callable[..., str] | None = None  # runs `waystation ...` in a process of its own; what it said
    answers: list[Answer] = field(default_factory=list)

    def hire(self, name: str, *roles: Role, **reach: UUID) -> Colleague:
        return hire(
            self.program,
            self.transport,
            self.address,
            self.answers,
            operation=OPERATION,
            name=name,
            display_name=self.canaries.word(f"the name of {name}"),
            roles=roles,
            reach=Reach(**reach),
        )

    def word(self, about: str) -> str:
        return self.canaries.word(about)

    def unasked(self) -> list[tuple[str, str, list[str]]]:
        """Answers that held words in a header, or in a page whose reader had not asked for any; one's own name is no secret."""
        heads = [(it.reader, f"the head of {it.request}", self.canaries.found_in(it.head)) for it in self.answers]
        pages = [
            (it.reader, it.request, self.canaries.found_in(it.page.replace(self._own_name(it.reader), b"")))
            for it in self.answers
            if not it.asked_for
        ]
        return [found for found in (*heads, *pages) if found[2]]

    def _own_name(self, reader: str) -> bytes:
        """What every page of a reader tells them; nothing to whom nobody gave a name."""
        return self.canaries.words.get(f"the name of {reader}", "").encode()

    @property
    def first_name(self) -> str:
        return self.canaries.words["screening_interview/prs_First_Name"]

    @property
    def owner(self) -> str:
        return self.cluster.url(ADMINISTRATOR, self.database_name).render_as_string()

    @contextmanager
    def broken_table(self, table: str) -> Iterator[None]:
        """Meanwhile every new row of a table violates a constraint, and the database would quote the row that failed."""
        self._owner_does(f"ALTER TABLE {table} ADD CONSTRAINT broken CHECK (false) NOT VALID")
        yield
        self._owner_does(f"ALTER TABLE {table} DROP CONSTRAINT broken")

    def _owner_does(self, statement: str) -> None:
        engine = create_engine(self.owner)
        with engine.begin() as connection:
            connection.execute(text(statement))
        engine.dispose()
