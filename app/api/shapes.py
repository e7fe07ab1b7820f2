"""What goes in and out, as JSON."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "AnswerAct",
    "AnswerIn",
    "FileState",
    "HandedOn",
    "HandedOnState",
    "OneReferral",
    "ProblemOut",
    "Referral",
    "Referrals",
    "Told",
]


class AnswerAct(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"
    COMPLETE = "complete"


class FileState(StrEnum):
    WAITING = "waiting"
    TAKEN_IN = "taken_in"


class Referral(BaseModel):
    """A referral that is open to the account; nothing of it was opened for this."""

    id: UUID
    state: str = Field(description="`sent`, not answered yet, or `accepted`.")
    since: datetime = Field(description="When it was opened to the account.")
    due: date | None = Field(description="By when an answer is hoped for.")
    until: datetime = Field(description="When it closes, unless it is answered, revoked or no longer agreed to before.")


class Referrals(BaseModel):
    """A page of them, those that wait the longest first."""

    referrals: list[Referral]
    following: UUID | None = Field(description="`after` of the next page; null on the last.")


class Told(BaseModel):
    """An answer of the person that was agreed for this provider."""

    part: str = Field(description="`identity`, `contact`, `facts` ...")
    question: str = Field(description="The question's name in the form.")
    value: str | int = Field(description="Text or code; of a question asked several times, how many answers there are.")


class OneReferral(Referral):
    """A referral with its own words and what its provider was told. Its state is in the header `ETag`."""

    said: dict[str, str] = Field(description="`provider`, `service_type`, `urgency`, `reason`, `answer`, where filled in.")
    told: list[Told]
    answers: list[AnswerAct] = Field(description="What can be answered now.")


class AnswerIn(BaseModel):
    """An answer to a referral."""

    model_config = ConfigDict(extra="forbid")

    act: AnswerAct
    words: str = Field("", max_length=20_000, description="For whoever referred the person; a reject needs some.")


class HandedOn(BaseModel):
    """A file of persons that was kept. Two people decide before anybody is taken in."""

    id: UUID
    rows: int
    not_taken: list[str] = Field(description="Names that the screening interview has no question for.")


class HandedOnState(BaseModel):
    """How far a file is. One that was not taken in within thirty days is not there any more."""

    id: UUID
    at: datetime = Field(description="When it was handed in.")
    state: FileState


class ProblemOut(BaseModel):
    """Problem details (RFC 9457)."""

    title: str
    status: int
    detail: str
    code: str = Field("", description="Of the catalogue, docs/errors.md. It stays the same.")
    what_to_do: str = ""
