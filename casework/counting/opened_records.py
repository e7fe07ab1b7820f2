"""The records of a week as they are opened to be counted: of each the part with the facts, and nothing that names anybody."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from casework.counting.case_facts import UNKNOWN
from casework.counting.whom_to_count import CaseOfWeek, InterviewOfWeek, WhomToCount
from casework.errors import FactsMoved, FormUnpublished
from casework.models import Case, Interview, KeyKind, Person, SealedRecord, StoredKey
from casework.store.seal_record import Vault, open_keys, open_parts
from casework.store.seal_steps import open_steps
from casework.store.sealed_step import SealedStep
from casework.store.week_of_interview import INTERVIEW_DATE, week_said
from core.database import among
from core.models import PlaceRow
from core.periods.week import Week
from core.places import LEVEL_NAMES
from forms import FormDefinition, RecordPart, find_definition
from ingest.forms_answered import forms_of

__all__ = ["AnswerNames", "OpenedRecords", "day_said"]

Facts = Mapping[str, Any]


def day_said(answer: object) -> date | None:
    """The day that an answer names; None where it names none."""
    try:
        return date.fromisoformat(str(answer))
    except ValueError:
        return None


class AnswerNames:
    """Under which names those of a form's answers are kept that feed a statistical variable."""

    def __init__(self, definition: FormDefinition) -> None:
        names = definition.short_names
        fed = [question for question in definition.questions if question.statistic]
        self._names = [(str(question.statistic), names[question.path]) for question in fed]
        repeated = [question for question in fed if question.repeat]
        self._repeats = {str(question.statistic): (names[str(question.repeat)], names[question.path]) for question in repeated}

    def of(self, facts: Facts) -> dict[str, str]:
        """The answers by variable, of one person or interview."""
        return {variable: facts[name].strip() for variable, name in self._names if isinstance(facts.get(name), str)}

    def each(self, facts: Facts, variable: str) -> list[dict[str, str]]:
        """For each answer to a question of a repeat, the answers by variable that were given with it."""
        repeat, name = self._repeats.get(variable, ("", ""))
        with_it = [(other, at) for other, (of, at) in self._repeats.items() if of == repeat]
        given = [item for item in facts.get(repeat, ()) if str(item.get(name, "")).strip()]
        return [{other: str(item.get(at, "")).strip() for other, at in with_it} for item in given]


class OpenedRecords:
    """One reading of a week: the keys that it opened, the forms that were answered, and the districts that there are."""

    def __init__(self, vault: Vault, week: Week, whom: WhomToCount) -> None:
        self._vault, self._week, self.whom = vault, week, whom
        session, persons = vault.session, whom.counted.keys()
        stored = select(StoredKey).where(among(StoredKey.record, persons), StoredKey.kind == KeyKind.PERSON.value)
        self._keys = open_keys(vault, session.scalars(stored).all())
        self._persons = {one.id: one for one in session.scalars(select(Person).where(among(Person.id, persons)))}
        of_cases = [one.screening for one in whom.cases if one.screening]
        of_cases += [submission for one in whom.cases for _, submission, _ in one.assistance]
        self._forms = forms_of(session, [*(one.submission for one in whom.interviews), *of_cases])
        level = LEVEL_NAMES.index("district")
        districts = select(PlaceRow.code).where(PlaceRow.operation == vault.operation, PlaceRow.level == level)
        self._districts = set(session.scalars(districts))
        self._said: dict[UUID, Mapping[str, str]] = {}
        self._files: dict[UUID, list[SealedStep]] = {}

    def said_of_screened(self, interview: InterviewOfWeek) -> Mapping[str, str]:
        """What a screening of the week says of the person interviewed, by variable; raises `FactsMoved`."""
        if interview.id not in self._said:
            facts = self._dated(interview, self._opened(self._persons[interview.person], interview.person))
            self._said[interview.id] = self.names(interview.submission).of(facts)
        return self._said[interview.id]

    def said_of_member(self, interview: InterviewOfWeek, member: UUID) -> Mapping[str, str]:
        """What that screening says of another person of the household."""
        return self.names(interview.submission).of(self._opened(self._persons[member], member))

    def said_of_owner(self, case: CaseOfWeek) -> Mapping[str, str]:
        """What the screening of whichever week says of the person whose case it is; nothing where none told of them."""
        return self.names(case.screening).of(self._told_of_owner(case)) if case.screening else {}

    def screened_on(self, case: CaseOfWeek) -> date | None:
        """The day of that screening; None where none is said."""
        return day_said(self._told_of_owner(case).get(INTERVIEW_DATE, "")) if case.screening else None

    def assistance_of(self, case: CaseOfWeek) -> Iterator[tuple[Facts, AnswerNames]]:
        """The facts of every assistance interview of a case, of whichever week."""
        for told, submission, _ in case.assistance:
            yield self._opened(self._vault.session.get_one(Interview, told), case.person), self.names(submission)

    def told_in(self, interview: InterviewOfWeek) -> Facts:
        """The facts of an assistance interview; raises `FactsMoved`."""
        return self._dated(interview, self._opened(self._vault.session.get_one(Interview, interview.id), interview.person))

    def steps_of(self, case: CaseOfWeek) -> list[SealedStep]:
        """The case file, opened whole and once; raises what `open_steps` raises."""
        if case.id not in self._files:
            row = self._vault.session.get_one(Case, case.id)
            self._files[case.id] = open_steps(self._vault.session, self._keys[case.person], row) if case.entries else []
        return self._files[case.id]

    def names(self, submission: UUID) -> AnswerNames:
        """How the form of an answer names what it asks; raises `FormUnpublished`."""
        return AnswerNames(self._definition(submission))

    def district(self, said: Mapping[str, str]) -> str:
        """Where somebody lives, by what was said of them; not known where there is no such district."""
        residence = said.get("residence", "")
        return residence if residence in self._districts else UNKNOWN

    def _told_of_owner(self, case: CaseOfWeek) -> Facts:
        return self._opened(self._persons[case.person], case.person)

    def _opened(self, row: SealedRecord, person: UUID) -> Facts:
        return open_parts(row, self._keys[person], [RecordPart.FACTS])[RecordPart.FACTS]

    def _dated(self, interview: InterviewOfWeek, facts: Facts) -> Facts:
        # The week stands in clear so that it can be selected; only the sealed date is proof against change.
        if week_said(facts) != str(self._week):
            raise FactsMoved(record=interview.id, week=self._week)
        return facts

    def _definition(self, submission: UUID) -> FormDefinition:
        form_id, version = self._forms.get(submission, ("", ""))
        definition = find_definition(self._vault.session, self._vault.operation, form_id, version)
        if definition is None:
            raise FormUnpublished(form_id=form_id, version=version, operation=self._vault.operation)
        return definition
