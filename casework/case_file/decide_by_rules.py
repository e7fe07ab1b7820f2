"""What the programme's rules add to a decision of a screening: the row that fitted and the score are kept with it.

Where they ask for a second opinion nobody decides alone. What follows from a decision begins as it comes to hold.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid5

from sqlalchemy.orm import Session

from casework.case_file.case_state import REFER
from casework.case_file.errors import FieldsMissing
from casework.case_file.step import Step
from casework.case_file_models import Act, EntryKind
from casework.models import Case
from casework.programme import Programme
from casework.screening.apply_rules import asks_second_opinion
from casework.screening.errors import DecisionWaits, OutcomeUnfit, ProposalChanged, SecondOpinionNeeded
from casework.screening.read_screening import Screening, read_screening
from casework.store.kept_key import KeptKey
from casework.store.sealed_step import SealedStep

__all__ = ["Deciding", "decided_by_rules", "what_follows"]

ASSIST: Final = "assist"
DECIDING: Final = frozenset({Act.SETTLE, Act.SUBMIT})


@dataclass(frozen=True)
class Deciding:
    """Where a decision is taken: a case, with its person's key open."""

    session: Session
    key: KeptKey
    case: Case
    programme: Programme
    steps: Sequence[SealedStep]  # all of the case so far

    def screening(self) -> Screening:
        """What the interview told, and the row that fits."""
        return read_screening(self.session, self.key, self.case, self.programme)


def decided_by_rules(at: Deciding, step: Step, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a decision, with the row that fits and the score; a row that the page names must be that one.

    Raises `DecisionWaits`, `SecondOpinionNeeded`, `ProposalChanged`, `OutcomeUnfit` or `FieldsMissing`.
    """
    if step.act not in DECIDING:
        return dict(fields)
    if "submitted" in {one.entry: one.state for one in at.steps if one.kind is EntryKind.DECISION}.values():
        raise DecisionWaits  # one confirmed later would undo what was decided meanwhile
    _require_fit(fields)
    screening = at.screening()
    rule, score = screening.proposal, screening.told.score
    if fields.get("rule") not in {None, "", rule.name}:
        raise ProposalChanged(rule=rule.name)
    if step.act is Act.SETTLE and asks_second_opinion(rule, at.programme.screening.departure, fields):
        raise SecondOpinionNeeded(rule=rule.name)
    return {**fields, "rule": rule.name, "score": "" if score.most is None else str(score.total)}


def what_follows(at: Deciding) -> Iterator[Step]:
    """The steps that the newest one, a decision that now holds, begins: the draft of a referral, or of an assessment with the
    needs that interviews named."""
    decided = at.steps[-1]
    fields = {name: value for one in at.steps if one.entry == decided.entry for name, value in one.fields.items()}
    if _is_assisted(fields):
        needs = at.screening().needs
        if needs and not any(one.kind is EntryKind.ASSESSMENT for one in at.steps):
            yield _begin(decided, EntryKind.ASSESSMENT, {"needs": list(needs)})
    elif fields.get("outcome") == REFER:
        yield _begin(decided, EntryKind.REFERRAL, {"provider": fields["referred_to"]})


def _require_fit(fields: Mapping[str, Any]) -> None:
    outcome = fields.get("outcome")
    if outcome and (outcome == ASSIST) != _is_assisted(fields):
        raise OutcomeUnfit
    if outcome == REFER and not fields.get("referred_to"):
        raise FieldsMissing(fields="referred_to")


def _is_assisted(fields: Mapping[str, Any]) -> bool:
    return fields.get("eligible") == "yes" and fields.get("wants_assistance") != "no"


def _begin(decided: SealedStep, kind: EntryKind, fields: Mapping[str, str | list[str]]) -> Step:
    """With the same id however often the decision is sent."""
    return Step(kind, Act.WRITE, fields=fields, id=uuid5(decided.id, kind.value))
