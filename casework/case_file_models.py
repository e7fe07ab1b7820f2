"""What is done on a case, step by step: the steps themselves, sealed and only ever added, and where each entry stands.

A step is sealed whole: kind, act, state, who, when and what was written. What stands in clear of an entry is what lists ask
for, and follows from its newest step, with which it is compared whenever the case file is opened.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.access import UNASSIGNED
from core.database import Base

__all__ = ["TO_DO_KINDS", "TO_DO_STATES", "Act", "CaseEntry", "CaseStep", "CaseloadRollRow", "EntryKind"]


class EntryKind(StrEnum):
    """One kind of thing that is done on a case, in the order in which a case file shows them."""

    DECISION = "decision"  # of a screening: status and eligibility
    ASSESSMENT = "assessment"
    PLAN = "plan"
    GOAL = "goal"
    SERVICE = "service"
    REFERRAL = "referral"
    TRANSFER = "transfer"  # of the case to another unit
    VISIT = "visit"  # follow-up visit
    RETURN = "return"  # assisted voluntary return and reintegration
    TASK = "task"
    NOTE = "note"
    FLAG = "flag"
    CLOSURE = "closure"
    REPORT = "report"  # on the case, for a reader outside: a court, an authority
    EARLIER_CASE = "earlier_case"  # of the same person, which this one follows


# Of these kinds, what is in these states is still to be done.
TO_DO_KINDS: Final = (EntryKind.TASK, EntryKind.VISIT, EntryKind.SERVICE)
TO_DO_STATES: Final = ("open", "planned", "under_way")
IS_TO_DO: Final = f"kind IN {tuple(map(str, TO_DO_KINDS))} AND state IN {TO_DO_STATES}"
# What else marks a case for a list, and what the walls compare of it: counted from the index alone.
IS_MARK: Final = "state IN ('raised', 'submitted', 'requested', 'sent')"
IS_ASSESSED: Final = "kind = 'assessment' AND state = 'approved'"
BESIDE: Final = ["case", "person", "custody"]


class Act(StrEnum):
    """What is done with an entry."""

    WRITE = "write"
    CHANGE = "change"
    SUBMIT = "submit"  # for approval
    SETTLE = "settle"  # without approval, where the programme asks for none
    APPROVE = "approve"
    SEND_BACK = "send_back"
    END = "end"
    START = "start"
    COMPLETE = "complete"
    FAIL = "fail"
    CANCEL = "cancel"
    SEND = "send"
    ACCEPT = "accept"
    REJECT = "reject"
    REVOKE = "revoke"
    AGREE = "agree"
    DEPART = "depart"
    ARRIVE = "arrive"
    REOPEN = "reopen"
    SIGN = "sign"


class CaseEntry(Base):
    """One thing in a case file (a goal, a service, a referral, a task) and where it stands."""

    __tablename__ = "case_entry"
    __table_args__ = (
        Index(None, "operation", "kind", "state", "due"),
        Index(None, "operation", "assignee", "state"),
        Index(None, "operation", "week"),
        Index(None, "operation", "week_after"),
        Index("ix_case_entry_to_do", "operation", "due", "id", postgresql_where=text(IS_TO_DO)),
        Index("ix_case_entry_marks", "operation", "kind", "state", postgresql_include=BESIDE, postgresql_where=text(IS_MARK)),
        Index(
            "ix_case_entry_assessed", "operation", "changed_at", postgresql_include=BESIDE, postgresql_where=text(IS_ASSESSED)
        ),
        {"schema": "casework"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"), index=True)
    case: Mapped[UUID] = mapped_column(ForeignKey("casework.case.id", ondelete="CASCADE"), index=True)
    operation: Mapped[str]
    kind: Mapped[str]  # `EntryKind`
    state: Mapped[str]
    due: Mapped[date | None]
    assignee: Mapped[str | None]  # the account that has it to do
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    custody: Mapped[str] = mapped_column(server_default=str(UNASSIGNED))  # the person's, as a case's
    # ISO 8601: in which it was given, sent, decided or closed, and answered or reopened; empty where it was not, and None where
    # nobody has looked yet.
    week: Mapped[str | None]
    week_after: Mapped[str | None]
    # Of who wrote it (`casework.store.author_marks`), while it waits for somebody else; None otherwise.
    author_marks: Mapped[bytes | None]


class CaseStep(Base):
    """One act on an entry. `number` counts the steps of a case from 1: none can be missing in between, and the key of the
    person lists how many there are."""

    __tablename__ = "case_step"
    __table_args__ = (UniqueConstraint("case", "number"), {"schema": "casework"})

    id: Mapped[UUID] = mapped_column(primary_key=True)  # made with the page that sends it: sent twice, it is one step
    person: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"), index=True)
    case: Mapped[UUID] = mapped_column(ForeignKey("casework.case.id", ondelete="CASCADE"))
    entry: Mapped[UUID] = mapped_column(ForeignKey("casework.case_entry.id", ondelete="CASCADE"), index=True)
    operation: Mapped[str]
    number: Mapped[int]
    content: Mapped[bytes]


class CaseloadRollRow(Base):
    """Who was counted in the caseload at a month's end: 24 bytes for each, in order, which only the key ring makes anew from a
    record (`casework.month_end.caseload_roll`). That of the month told last is kept, and the newest; no other."""

    __tablename__ = "caseload_roll"
    __table_args__ = {"schema": "casework"}

    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"), primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]
    seal: Mapped[bytes]
    taken_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
