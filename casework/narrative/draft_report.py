"""A report on a case, drafted from what is held: short sentences, section by section, each with where it comes from.

A person goes over it before anybody else reads it. By default it names nobody but the person: other people's names,
perpetrators, how to reach the person, and what workers noted for themselves are not in it; free words, in which anybody may be
named, are there only where they are asked for. What the account may not read is not in it either. Its end says all of that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from casework.case_file.read_case_file import CaseFile, read_case_file
from casework.case_file.read_fields import LONGEST_TEXT, read_fields
from casework.case_file.step import Step
from casework.case_file.take_step import take_step
from casework.case_file_models import Act, EntryKind
from casework.narrative.report_texts import Spoken, spoken_in
from casework.narrative.section import Section
from casework.narrative.tell_answers import questions_by_name, sections_of_record, wanted_addresses
from casework.narrative.tell_case import sections_of_case
from casework.narrative.tell_history import section_of_history
from casework.programme import Programme, programme_in_force
from casework.records.view_record import RecordView, view_record
from casework.trafficking import HISTORY, view_notes
from core.access import NotAllowed, access_of
from core.audit import Purpose
from core.clock import now
from core.keys.keyring import KeyRing
from forms import RecordPart

__all__ = ["ReportWish", "draft_report"]

APART: Final = "\n\n"
LEFT_OUT: Final = ("names_left_out", "contact_left_out", "notes_left_out")
HISTORY_CLOSED: Final = "history"


@dataclass(frozen=True)
class ReportWish:
    """What a report is for and for whom, as codes of the programme, and in which language. `in_words`: with what was written
    down in free words. `id` is made with the page that asks: sent twice, it is one draft."""

    purpose: str
    recipient: str
    language: str
    in_words: bool = False
    id: UUID = field(default_factory=uuid4)


def draft_report(session: Session, ring: KeyRing, case_id: UUID, wish: ReportWish, *, purpose: Purpose) -> UUID:
    """Write the draft into the case file; the entry's id. What is read for it is noted as read.

    Raises `FieldUnfit`, `FieldsMissing`, `ReportNotAgreed`, or what `read_case_file`, `view_record` and `take_step` raise.
    """
    programme = programme_in_force(session)
    chosen = {"purpose": wish.purpose, "recipient": wish.recipient, "language": wish.language}
    if all(read_fields(EntryKind.REPORT, chosen, programme).values()):  # else the step says what is missing
        file = read_case_file(session, ring, case_id, purpose=purpose)
        chosen["text"] = _Author(session, ring, file, wish, programme, purpose).written()
    step = Step(EntryKind.REPORT, Act.WRITE, fields=chosen, id=wish.id)
    return take_step(session, ring, case_id, step, purpose=purpose)


@dataclass(frozen=True)
class _Author:
    """Whoever drafts a report on a case: with what they may read, in the language of the report."""

    session: Session
    ring: KeyRing
    file: CaseFile
    wish: ReportWish
    programme: Programme
    purpose: Purpose

    @property
    def spoken(self) -> Spoken:
        return spoken_in(self.wish.language)

    def written(self) -> str:
        view, record = self._record()
        history = self._history()
        sections = [
            *record,
            *([history] if history else []),
            self._before(),
            *sections_of_case(self.file, self.programme, self.spoken, in_words=self.wish.in_words),
        ]
        closed = [
            part.part.value for part in view.sources[0].parts if not part.readable and part.part is not RecordPart.CONTACT
        ]
        closed += [] if history else [HISTORY_CLOSED]
        written = [self._head(), *filter(None, (one.written(self.spoken) for one in sections))]
        return _cut(written, self._left_out(closed), self.spoken)

    def _head(self) -> str:
        say, label, wish = self.spoken.say, self.programme.label, self.wish
        lines = [
            say("title").upper(),
            say("purpose", purpose=label("report_purpose", wish.purpose, wish.language)),
            say("recipient", recipient=label("report_recipient", wish.recipient, wish.language)),
            say("case", case=str(self.file.case), day=self.spoken.day(self.file.opened_at.date())),
            say("written", day=self.spoken.day(now().date())),
        ]
        return "\n".join(lines)

    def _record(self) -> tuple[RecordView, list[Section]]:
        """The record with what a draft tells revealed, field by field, as on the record page."""
        questions = questions_by_name(self.session, access_of(self.session).operation)
        covered = view_record(self.session, self.ring, self.file.person, purpose=self.purpose)
        wanted = wanted_addresses(covered, questions, in_words=self.wish.in_words)
        view = view_record(self.session, self.ring, self.file.person, revealed=wanted, purpose=self.purpose)
        return view, sections_of_record(self.session, view, questions, self.spoken)

    def _history(self) -> Section | None:
        """None for who may not read it."""
        try:
            covered = view_notes(self.session, self.ring, HISTORY, self.file.person, purpose=self.purpose)
        except NotAllowed:
            return None
        notes = view_notes(
            self.session, self.ring, HISTORY, self.file.person, revealed=[one.id for one in covered], purpose=self.purpose
        )
        return section_of_history(notes, self.spoken, in_words=self.wish.in_words)

    def _before(self) -> Section:
        """Whoever was assisted before was: each earlier case that the account may see."""
        earlier = [
            self.spoken.say("earlier_case", day=self.spoken.day(one.opened_at.date())) for one in self.file.assisted_before
        ]
        return Section("assisted_before", earlier, [self.spoken.say("from_record")])

    def _left_out(self, closed: Sequence[str]) -> str:
        said = [self.spoken.say(one) for one in LEFT_OUT]
        said += [] if self.wish.in_words else [self.spoken.say("words_left_out")]
        said += [self.spoken.say("closed_to_author", part=self.spoken.say(f"part_{part}")) for part in closed]
        return Section("left_out", said).written(self.spoken)


def _cut(written: list[str], end: str, spoken: Spoken) -> str:
    """What has room; what has not is said."""
    whole = APART.join([*written, end])
    if len(whole) <= LONGEST_TEXT:
        return whole
    end = f"{end}\n{spoken.say('too_long')}"
    return APART.join(written)[: LONGEST_TEXT - len(end) - len(APART)] + APART + end
