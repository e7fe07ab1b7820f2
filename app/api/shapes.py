"""What goes in and out, as JSON."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "AnswerAct",
    "AnswerIn",
    "Export",
    "ExportKind",
    "Exports",
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


class ExportKind(StrEnum):
    RECORDS = "records"
    REFERRAL = "referral"


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


class Export(BaseModel):
    """A file that lies for the account's provider: encrypted in the age format, for one key of theirs. It names nobody."""

    id: UUID
    kind: ExportKind = Field(description="`records` of persons, or one `referral`.")
    records: int
    size: int = Field(description="In bytes, as it is fetched.")
    sha256: str = Field(description="Of the file as it is fetched, in hex.")
    key: str = Field(description="Fingerprint of the public key: half of the SHA-256 of the line `age1...`, in groups of four.")
    since: datetime
    until: datetime = Field(description="When it is destroyed, unless it is before: received, or taken back.")
    fetched_at: datetime | None = Field(description="When it was fetched last.")


class Exports(BaseModel):
    """A page of them, those that lie the longest first."""

    exports: list[Export]
    following: UUID | None = Field(description="`after` of the next page; null on the last.")


class ProblemOut(BaseModel):
    """Problem details (RFC 9457)."""

    title: str
    status: int
    detail: str
    code: str = Field("", description="Of the catalogue, docs/errors.md. It stays the same.")
    what_to_do: str = ""
