"""What the page of a screening shows, in the reader's language: indicators, the table of rules, decisions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from casework import case_file, screening
from casework.programme import Programme, Rule, When, programme_in_force
from core.access import NotAllowed
from core.audit import Purpose
from core.keys.keyring import KeyRing
from forms import Question

__all__ = ["Condition", "GroupShown", "RowShown", "ScreeningPage", "authors", "read_page"]


@dataclass(frozen=True)
class GroupShown:
    """A group of indicators with what it scores, and those found in it by label and weight."""

    label: str
    score: int = field(repr=False)
    found: tuple[tuple[str, int], ...] = field(repr=False)


@dataclass(frozen=True)
class Condition:
    """One thing that a row asks: `text` names the words for it, `value` stands after them."""

    text: str
    value: str


@dataclass(frozen=True)
class RowShown:
    """A row of the table as people read it."""

    rule: Rule
    conditions: tuple[Condition, ...]
    status: str
    because: str


@dataclass(frozen=True)
class ScreeningPage:
    """The page of one case. `seen` is None where the facts or the narrative are closed to the reader; what is worked out from
    them is empty then."""

    file: case_file.CaseFile
    seen: screening.Screening | None = field(repr=False)
    programme: Programme = field(repr=False)
    language: str

    @property
    def decisions(self) -> list[case_file.Entry]:
        """The newest first."""
        return [one for one in reversed(self.file.entries) if one.kind is case_file.EntryKind.DECISION]

    @property
    def holding(self) -> case_file.Entry | None:
        """The decision that holds."""
        return next((one for one in self.decisions if one.state == "decided"), None)

    @property
    def waits(self) -> bool:
        """Whether a decision waits for a second opinion: until then there is no other."""
        return any(one.state == "submitted" for one in self.decisions)

    def label(self, of_list: str, code: str) -> str:
        """What people read for a code of the programme."""
        return self.programme.label(of_list, code, self.language)

    def codes(self, of_list: str) -> list[tuple[str, str]]:
        """What can be chosen from a list, with labels."""
        return [(code, self.label(of_list, code)) for code in self.programme.lists[of_list]]

    @property
    def groups(self) -> list[GroupShown]:
        score = self.seen.told.score if self.seen else None
        return [self._group(score, name) for name in score.groups] if score else []

    @property
    def unanswered(self) -> list[str]:
        return [_label(question, self.language) for question in self.seen.told.score.open] if self.seen else []

    @property
    def rows(self) -> list[RowShown]:
        return [self.row(rule) for rule in self.programme.screening.rules]

    def row(self, rule: Rule) -> RowShown:
        """A row, with what it asks in words."""
        because = _in(rule.because, self.language)
        return RowShown(rule, tuple(self._conditions(rule.when)), self.label("trafficking_status", rule.status), because)

    def _group(self, score: screening.Score, name: str) -> GroupShown:
        found = [one for one in score.found if one.group == name]
        shown = tuple((_choice(one.question, one.code, self.language), one.weight) for one in found)
        return GroupShown(self._called(name), score.groups[name], shown)

    def _called(self, group: str) -> str:
        return _in(self.programme.screening.groups.get(group, {}), self.language) or group

    def _conditions(self, when: When) -> Iterator[Condition]:
        if when.below_age is not None:
            yield Condition("scr_when_age", str(when.below_age))
        for group, least in when.groups_at_least:
            yield Condition("scr_when_least", f"{least} ({self._called(group)})")
        if when.score_at_least is not None:
            yield Condition("scr_when_least", str(when.score_at_least))
        if when.score_at_most is not None:
            yield Condition("scr_when_most", str(when.score_at_most))
        if when.said:
            labels = (self.label("trafficking_status", code) for code in sorted(when.said))
            yield Condition("scr_when_said", " / ".join(labels))
        for purpose in sorted(when.consent_to):
            yield Condition("scr_when_consent", f"use_{purpose}")


def read_page(session: Session, ring: KeyRing, case: UUID, language: str, *, purpose: Purpose) -> ScreeningPage:
    """Read the case file and, for who may, what the interview told."""
    file = case_file.read_case_file(session, ring, case, purpose=purpose)
    try:
        seen = screening.view_screening(session, ring, case, purpose=purpose)
    except NotAllowed:  # kept from what was told: the page says so, and shows that there is a decision
        seen = None
    return ScreeningPage(file, seen, programme_in_force(session), language)


def authors(decisions: Sequence[case_file.Entry]) -> set[str]:
    """The accounts that took steps of these."""
    return {step.by for one in decisions for step in one.steps}


def _label(question: Question, language: str) -> str:
    return _in(question.labels, language) or question.name


def _choice(question: Question, code: str, language: str) -> str:
    return _in(question.choices.get(code, {}), language) or code


def _in(labels: Mapping[str, str], language: str) -> str:
    """In the language, else in English, else in any."""
    return labels.get(language) or labels.get("en") or next(iter(labels.values()), "")
