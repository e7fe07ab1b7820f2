"""What is on hold or rejected counts in no table that is protected from then on.

The anonymizer's zone sees no decisions and needs none: a movement report is restricted for statistics, as one that its reporter
withdrew is, and its keys list the restriction (`casework.store.what_is_listed`). Interviews are left out by casework itself,
where it chooses whom to count (`casework.counting.whom_to_count`).
"""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from casework.consent.consents import in_force
from casework.models import KeyKind, MovementEvent
from casework.rights_models import OF_REVIEW, OURS, Restriction
from casework.store.change_clear import changing_clear
from casework.store.seal_record import Vault
from core.access import access_of
from core.audit import Purpose
from core.database import among
from ingest.reviews import chains_left_out

__all__ = ["leave_out"]

KEYS: Final = (KeyKind.MOVEMENT, KeyKind.MOVEMENT_FACTS)


def leave_out(vault: Vault, chains: Collection[UUID]) -> None:
    """Bring the reports made of these chains of edits in line with what was decided about them, whichever came first."""
    left_out = chains_left_out(vault.session, vault.operation, chains)
    standing = _restricted(vault.session, chains)
    if not left_out and not standing:
        return
    events = vault.session.execute(
        select(MovementEvent.id, MovementEvent.chain).where(among(MovementEvent.chain, chains))
    ).all()
    stop = [event for event, chain in events if chain in left_out and event not in standing]
    resume = [event for event, chain in events if chain not in left_out and event in standing]
    if stop or resume:
        with changing_clear(vault, [*stop, *resume], *KEYS):
            _stop(vault, stop)
            _resume(vault, resume)


def _restricted(session: Session, chains: Collection[UUID]) -> set[UUID]:
    events = select(MovementEvent.id).where(among(MovementEvent.chain, chains))
    ours = select(Restriction.movement_event).where(Restriction.movement_event.in_(events), Restriction.reason == OF_REVIEW)
    return {event for event in session.scalars(ours.where(in_force())) if event}


def _stop(vault: Vault, events: Sequence[UUID]) -> None:
    session, who = vault.session, access_of(vault.session).actor
    since = session.scalars(select(func.now())).one()
    for event in events:
        session.add(
            Restriction(
                id=uuid4(),
                movement_event=event,
                operation=vault.operation,
                purpose=Purpose.STATISTICS.value,
                recipient=OURS,
                since=since,
                reason=OF_REVIEW,
                set_by=who,
            )
        )
    session.flush()


def _resume(vault: Vault, events: Sequence[UUID]) -> None:
    ours = among(Restriction.movement_event, events), Restriction.reason == OF_REVIEW, in_force()
    ended = {"until": func.now(), "ended_by": access_of(vault.session).actor}
    vault.session.execute(update(Restriction).where(*ours).values(ended), execution_options={"synchronize_session": False})
