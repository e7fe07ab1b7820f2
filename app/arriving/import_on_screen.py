"""Import a file that was handed in on screen: kept sealed, tried, taken in, and forgotten.

It is opened in memory alone. Reception and admission are the program's work in zones of their own, under the name of whoever
handed it in, whose right and reach were asked for before.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

from app.arriving.import_files import import_records
from app.arriving.open_files import HandedIn, Opened, Suggested, asked_in, open_files, open_sheet
from app.arriving.told_so_far import ToldSoFar, tell_of_each
from app.program import Program
from core.access import Access, Custody
from core.database import Zone
from ingest import handed_in
from ingest.from_files import ImportRun
from ingest.handed_in import HandedInShape, HandedInUnknown, Said
from ingest.mapped_sheets import MappingNeeded, SheetMapping, mapping_text, suggest_anew
from ingest.tables import Source

__all__ = ["Upload", "hand_in", "keep_decided", "say_mapping", "work_through"]


@dataclass(frozen=True)
class Upload:
    """A file as it came, for the records of `custody`. `counts`: its tables hold counts."""

    content: bytes = field(repr=False)
    said: Said
    custody: Custody
    form_id: str = ""
    counts: bool = False

    def by(self, mapping: str) -> "Upload":
        """The same, read by a mapping; by "" one is suggested."""
        return replace(self, said=replace(self.said, mapping=mapping, reused=False))


def hand_in(program: Program, access: Access, upload: Upload) -> UUID:
    """Keep a file that can be opened, with a suggested mapping where it needs one. Raises what `open_files` refuses."""
    try:
        kept = _with_mapping(program, access, upload.by("") if upload.counts else upload)
    except MappingNeeded:
        kept = _with_mapping(program, access, upload.by(""))
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        return handed_in.keep_file(session, program.ring, kept.said, kept.content, custody=kept.custody, form_id=kept.form_id)


def say_mapping(program: Program, access: Access, file: UUID, mapping: str) -> None:
    """Read the file by this mapping from now on. Raises what `open_files` refuses, and then nothing is changed."""
    upload = _kept(program, access, file)
    with _opened(program, access, upload.by(mapping)):
        pass
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        handed_in.change_said(session, program.ring, file, upload.by(mapping).said)


def keep_decided(program: Program, access: Access, file: UUID, before: SheetMapping, decided: SheetMapping) -> None:
    """Keep what was decided so far, also where words are still open. Of a column that answers another question now, how it is
    read is suggested anew. Raises what `open_files` refuses: what it says of the mapping itself is raised once it is kept."""
    upload = _kept(program, access, file)
    asked = asked_in(program, access.operation, decided.form, actor=access.actor)
    then = {one.header: one.question for one in before.columns}
    changed = {one.header for one in decided.columns if one.question not in ("", then.get(one.header))}
    if asked and changed:
        definition, places = asked
        with open_sheet(_given(upload, [])) as table:
            decided = suggest_anew(table, decided, definition, places, changed)
    said = upload.by(mapping_text(decided))
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        handed_in.change_said(session, program.ring, file, said.said)
    with _opened(program, access, said):
        pass


def work_through(program: Program, access: Access, file: UUID, *, dry_run: bool) -> None:
    """Try a file, or take it in and admit what came of it (`tell_of_each`). Raises `HandedInUnknown`."""
    upload = _kept(program, access, file)

    def go_through(told: ToldSoFar) -> bool:
        with _opened(program, access, upload, file) as opened:
            if isinstance(opened, Suggested):
                return False
            told.notes = list(opened.notes)
            run = ImportRun(access.operation, upload.custody, file)
            for batch in import_records(program, run, opened.found, actor=access.actor, dry_run=dry_run):
                told.add(batch)
            return True

    tell_of_each(program, access, file, go_through, dry_run=dry_run)


def _kept(program: Program, access: Access, file: UUID) -> Upload:
    """What was handed in; raises `HandedInUnknown` also where it was taken in."""
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        found = handed_in.open_handed_in(session, program.ring, file, HandedInShape.MAPPED)
        content = handed_in.open_content_of(session, program.ring, file)
    if content is None or found.said is None:
        raise HandedInUnknown(file=file)
    return Upload(content, found.said, found.custody, found.form_id)


def _with_mapping(program: Program, access: Access, upload: Upload) -> Upload:
    with _opened(program, access, upload) as opened:
        if not isinstance(opened, Suggested):  # a packed folder needs none
            return replace(upload, said=replace(upload.said, mapping=None))
        return replace(upload, said=replace(upload.said, mapping=opened.text, reused=opened.reused))


@contextmanager
def _opened(program: Program, access: Access, upload: Upload, file: UUID | None = None) -> Iterator[Opened | Suggested]:
    """`file` names what its records say brought them: by that the quarantine knows whose they are."""
    run, said = ImportRun(access.operation, upload.custody, file or uuid4()), upload.said
    earlier: Sequence[str] = ()
    if said.mapping == "":
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            earlier = handed_in.earlier_mappings(session, program.ring, upload.form_id)
    with open_files(program, run, _given(upload, earlier), actor=access.actor) as opened:
        yield opened


def _given(upload: Upload, earlier: Sequence[str]) -> HandedIn:
    said = upload.said
    return HandedIn(
        Source.held(said.name, upload.content),
        upload.form_id,
        encoding=said.encoding,
        no_answer=said.no_answer,
        drafts=said.drafts,
        counts=upload.counts,
        written=said.mapping,
        earlier=earlier,
    )
