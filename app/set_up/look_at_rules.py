"""Policies and plans of checks of a set-up: a policy is proposed to a second person, and never put in force from here."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from anonymizer import parse_policy, weeks
from app.program import Program
from app.set_up.gather import policy_text
from app.set_up.outcome import Outcome, State, Why, conflict
from app.set_up.set_up import SetUp
from casework.erasure import parse_rules
from casework.programme import parse_programme
from core.access import UNASSIGNED, Access, access_of, require
from core.clock import now
from core.database import Zone
from core.errors import Problem
from core.permissions import Right
from core.places import load_places
from core.policies import PolicyKind, list_policies, propose_policy
from core.second_person import RIGHTS
from ingest.quality import QualityPlan, plans_in_force, set_plan, write_plan

__all__ = ["look_at_plans", "look_at_policies"]

POLICIES, PLANS = "policies", "plans"
WAITING = ("proposed", "approved")


def look_at_policies(program: Program, access: Access, set_up: SetUp) -> Iterator[Outcome]:
    """A text that the program could not use here is a conflict."""
    wanted = {place.code for place in set_up.gazetteer.places or ()}
    for kind, text in set_up.policies.items():
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            here = {place.code for place in load_places(session, access.operation)}
            same = policy_text(session, program, kind) == text
            refusal = None if same else _refusal(session, kind, text, fits=here >= wanted)
            waits = not same and access.may(RIGHTS[kind.act][0]) and _waits(session, kind, text)
        if refusal:
            yield conflict(POLICIES, kind.value, Why.UNUSABLE, f"{refusal.code}: {refusal.what}")
        elif same or waits:
            yield Outcome(POLICIES, kind.value, State.SAME if same else State.WAITS)
        else:
            act = partial(_propose, program, access, kind, text)
            yield Outcome(POLICIES, kind.value, State.PROPOSED, needs=RIGHTS[kind.act][0], act=act)


def look_at_plans(program: Program, access: Access, set_up: SetUp) -> Iterator[Outcome]:
    """What is expected of single phones here stays with the plan that takes the place of the one here."""
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        here = plans_in_force(session, access.operation)
    for form_id, plan in set_up.plans.items():
        wanted = replace(plan, collectors=here[form_id].collectors if form_id in here else {})
        if here.get(form_id) == wanted:
            yield Outcome(PLANS, form_id, State.SAME)
        else:
            state = State.CHANGED if form_id in here else State.ADDED
            act = partial(_set_plan, program, access, form_id, wanted)
            yield Outcome(PLANS, form_id, state, needs=Right.REVIEW_SUBMISSION, act=act)


def _refusal(session: Session, kind: PolicyKind, text: str, *, fits: bool) -> Problem | None:
    try:
        _read(session, kind, text, fits=fits)
    except Problem as problem:
        return problem
    return None


def _waits(session: Session, kind: PolicyKind, text: str) -> bool:
    """Whether just this was proposed before, and is neither decided against nor in force."""
    return any(one.content == text and one.state in WAITING and one.until > now() for one in list_policies(session, kind))


def _read(session: Session, kind: PolicyKind, text: str, *, fits: bool) -> None:
    """Read it as the program would use it; whether rules of protection fit the tables is asked once its places are here."""
    path = Path(f"{kind.value}.toml")
    match kind:
        case PolicyKind.RETENTION:
            parse_rules(text, path)
        case PolicyKind.PROGRAMME:
            parse_programme(text)
        case PolicyKind.PROTECTION if fits:
            weeks.read_weekly_policy(session, access_of(session).operation, text, path)
        case PolicyKind.PROTECTION:
            parse_policy(text, path)


def _propose(program: Program, access: Access, kind: PolicyKind, text: str) -> None:
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        _read(session, kind, text, fits=True)
        propose_policy(session, kind, text)


def _set_plan(program: Program, access: Access, form_id: str, plan: QualityPlan) -> None:
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        require(session, Right.REVIEW_SUBMISSION, UNASSIGNED, subject="ingest.quality_plan")
        set_plan(session, access.operation, form_id, write_plan(plan))
