"""Forget what only mattered while it held: ended sessions, used or lapsed enrolment codes, failures of days ago.

Who signed in, failed and was enrolled stays in the audit log, which nothing prunes.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import CursorResult, delete, exists, or_, select
from sqlalchemy.orm import Session

from core.clock import now
from core.identity.attempts import FORGOTTEN_AFTER
from core.identity.models import Attempt, Enrolment, SignInSession, SpentChallenge

__all__ = ["KEPT", "prune"]

KEPT: Final = timedelta(days=30)  # for whoever looks into something that happened lately


def prune(session: Session) -> int:
    """Delete what ended longer than `KEPT` ago, and failures that no longer count; how many rows.

    Works for the program itself only: PostgreSQL lets nobody else delete a session or an enrolment.
    """
    moment = now()
    before = moment - KEPT
    over = (
        delete(SignInSession).where(or_(SignInSession.ended_at < before, SignInSession.expires_at < before)),
        delete(Attempt).where(Attempt.last_at < moment - FORGOTTEN_AFTER, Attempt.wait_until < moment),
        delete(SpentChallenge).where(SpentChallenge.expires_at < moment),
    )
    gone = 0
    for statement in over:
        result = session.execute(statement, execution_options={"synchronize_session": False})
        assert isinstance(result, CursorResult)  # noqa: S101  (what a DELETE always gives)
        gone += result.rowcount
    codes = select(Enrolment).where(
        or_(Enrolment.used_at < before, Enrolment.expires_at < before),
        ~exists().where(SignInSession.enrolment == Enrolment.id),
    )
    for code in session.scalars(codes):
        session.delete(code)
        gone += 1
    session.flush()
    return gone
