"""A form that somebody wrote without a word of privacy, published to an operation."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from core.access import Access, Grant
from core.database import Database, Zone
from core.permissions import Role
from forms import compile_workbook, publish_form
from forms.classes import Classes, FormToClassify, QuestionClass, form_to_classify, set_classes

OPERATION, FORM = "TEST", "arrivals"
OFFICER = Access("dina", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
SHEETS = {
    "survey": [
        ["type", "name", "label", "bind::ws:privacy", "bind::ws:part"],
        ["text", "head_name", "Name of the head of household", "", ""],
        ["text", "village", "Where did they stay?", "sensitive", "narrative"],
        ["select_one reason", "reason", "Why did they leave?", "", ""],
        ["select_one reason", "reason_2", "Why else?", "", ""],
        ["begin_repeat", "member", "Member", "", ""],
        ["integer", "age", "Age", "", ""],
        ["end_repeat", "", "", "", ""],
    ],
    "choices": [["list_name", "name", "label"], ["reason", "flood", "Flood"], ["reason", "drought", "Drought"]],
}


@dataclass(frozen=True)
class Office:
    """Where the data protection officer sets classes for the form."""

    database: Database
    workbook: Callable[..., bytes]

    def publish(self, version: str = "1") -> None:
        settings = [["form_id", "version", "namespaces"], [FORM, version, 'ws="urn:waystation:forms"']]
        xform = compile_workbook(self.workbook(**SHEETS, settings=settings), "x.md").xform
        with self.at_work() as session:
            publish_form(session, OPERATION, xform, {})

    @contextmanager
    def at_work(self, access: Access = OFFICER, zone: Zone = Zone.COLLECTION) -> Iterator[Session]:
        with self.database.transaction(zone, access=access) as session:
            yield session

    def look(self, version: str | None = None) -> FormToClassify:
        with self.at_work() as session:
            return form_to_classify(session, OPERATION, FORM, version)

    def decide(self, questions: dict[str, QuestionClass | None], **more: object) -> Classes:
        with self.at_work() as session:
            return set_classes(session, OPERATION, FORM, "1", questions, **more)  # type: ignore[arg-type]


@pytest.fixture
def office(database: Database, workbook: Callable[..., bytes]) -> Office:
    office = Office(database, workbook)
    office.publish()
    return office
