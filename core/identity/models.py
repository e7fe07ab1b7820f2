"""The tables of schema `identity`. No secret stands in clear: passwords as Argon2id, codes and tokens as fingerprints."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Zone
from core.listed import listed

__all__ = [
    "Account",
    "AccountKind",
    "Attempt",
    "Enrolment",
    "OwnRole",
    "Passkey",
    "Password",
    "RecoveryCode",
    "RoleGrant",
    "ServiceToken",
    "SignInSession",
    "SpentChallenge",
    "Stage",
    "Totp",
    "Unit",
    "UnitKind",
]

OF_ACCOUNT = "identity.account.id"


class UnitKind(StrEnum):
    """The three levels of custody (`core.access.Custody`) above the worker."""

    ORGANISATION = "organisation"
    AREA = "area"
    TEAM = "team"


class AccountKind(StrEnum):
    PERSON = "person"
    SERVICE = "service"


class Stage(StrEnum):
    """How far a session has come: a code from the administrator, a password alone, or two factors."""

    ENROLLING = "enrolling"
    PASSWORD_ONLY = "password_only"  # noqa: S105  (not a password)
    SIGNED_IN = "signed_in"


@listed(Zone.IDENTITY)
class Unit(Base):
    """An organisation, an area or a team; its random id stands in custodies, also after it was closed."""

    __tablename__ = "unit"
    __table_args__ = (CheckConstraint("kind IN ('organisation', 'area', 'team')", name="kind"), {"schema": "identity"})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    parent: Mapped[UUID | None] = mapped_column(ForeignKey("identity.unit.id"))
    closed_at: Mapped[datetime | None]


@listed(Zone.IDENTITY, but={"key_version", "sealed_key"})
class Account(Base):
    """Somebody, or a program, that works here. `operation` is whose administrator added it; empty: on the server itself.

    The name they are called by is sealed under the account's own key, which also seals their TOTP secret.
    """

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("kind IN ('person', 'service')", name="kind"), {"schema": "identity"})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sign_in_name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    active: Mapped[bool]
    language: Mapped[str]
    operation: Mapped[str]
    added_by: Mapped[str]
    added_at: Mapped[datetime]
    display_name: Mapped[bytes]
    key_version: Mapped[int]
    sealed_key: Mapped[bytes]
    commitment: Mapped[bytes]


@listed(Zone.IDENTITY, by="operation")
class OwnRole(Base):
    """A role of an operation's own: a role of the program with these of its rights. It never changes but to be retired."""

    __tablename__ = "own_role"
    __table_args__ = {"schema": "identity"}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"), index=True)
    name: Mapped[str]
    role: Mapped[str]
    rights: Mapped[list[str]] = mapped_column(ARRAY(String))
    added_by: Mapped[str]
    added_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


@listed(Zone.IDENTITY, by="operation")
class RoleGrant(Base):
    """A role given to an account in one operation, within units or over the account's own records only.

    `rights` are those of the operation's own role that was given; none where the role is given whole. A partner's
    names the `provider` whose account it is, by the programme's code.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("given_by <> account::text", name="not_to_oneself"),
        CheckConstraint("provider IS NULL OR role = 'partner'", name="provider_of_a_partner"),
        Index("ix_role_grant_operation_account", "operation", "account"),
        {"schema": "identity"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[UUID] = mapped_column(ForeignKey(OF_ACCOUNT), index=True)
    role: Mapped[str]
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    organisation: Mapped[UUID | None] = mapped_column(ForeignKey("identity.unit.id"))
    area: Mapped[UUID | None] = mapped_column(ForeignKey("identity.unit.id"))
    team: Mapped[UUID | None] = mapped_column(ForeignKey("identity.unit.id"))
    own: Mapped[bool]
    valid_until: Mapped[datetime | None]
    given_by: Mapped[str]
    given_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]
    own_role: Mapped[UUID | None] = mapped_column(ForeignKey("identity.own_role.id"))
    rights: Mapped[list[str] | None] = mapped_column(ARRAY(String))
    provider: Mapped[str | None]


@listed(Zone.IDENTITY)
class Password(Base):
    """Argon2id with its own salt and cost, as a PHC string."""

    __tablename__ = "password"
    __table_args__ = {"schema": "identity"}

    account: Mapped[UUID] = mapped_column(ForeignKey(OF_ACCOUNT), primary_key=True)
    hash: Mapped[str]
    set_at: Mapped[datetime]


@listed(Zone.IDENTITY, but={"last_step"})
class Totp(Base):
    """The secret of an authenticator app, sealed; steps up to `last_step` are spent."""

    __tablename__ = "totp"
    __table_args__ = {"schema": "identity"}

    account: Mapped[UUID] = mapped_column(ForeignKey(OF_ACCOUNT), primary_key=True)
    secret: Mapped[bytes]
    last_step: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime]


@listed(Zone.IDENTITY, but={"sign_count", "used_at"})
class Passkey(Base):
    """A WebAuthn credential: its public key, which is no secret. `device` is a kind of device, nobody's name for it."""

    __tablename__ = "passkey"
    __table_args__ = {"schema": "identity"}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[UUID] = mapped_column(ForeignKey(OF_ACCOUNT), index=True)
    credential: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    device: Mapped[str]
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


@listed(Zone.IDENTITY)
class RecoveryCode(Base):
    """The keyed fingerprint of one recovery code."""

    __tablename__ = "recovery_code"
    __table_args__ = {"schema": "identity"}

    account: Mapped[UUID] = mapped_column(ForeignKey(OF_ACCOUNT), primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_at: Mapped[datetime | None]


@listed(Zone.IDENTITY)
class Enrolment(Base):
    """The fingerprint of the code by which a person sets their own password and factors."""

    __tablename__ = "enrolment"
    __table_args__ = {"schema": "identity"}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[UUID] = mapped_column(ForeignKey(OF_ACCOUNT), index=True)
    operation: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    given_by: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInSession(Base):
    """A browser that proved whose it is; of its token only the SHA-256 is kept. `seal` is a keyed fingerprint of what it
    proved, so that nobody writes a session but the program; one of an earlier version has none, and is over."""

    __tablename__ = "session"
    __table_args__ = {"schema": "identity"}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[UUID] = mapped_column(ForeignKey(OF_ACCOUNT), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    seal: Mapped[bytes | None]
    stage: Mapped[str]
    device: Mapped[str]
    operation: Mapped[str]
    enrolment: Mapped[UUID | None] = mapped_column(ForeignKey("identity.enrolment.id"))
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Attempt(Base):
    """Failures of one sign-in name or network address, which is kept as a keyed fingerprint; unknown names count alike."""

    __tablename__ = "attempt"
    __table_args__ = {"schema": "identity"}

    whose: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]
    wait_until: Mapped[datetime]


class SpentChallenge(Base):
    """A passkey challenge that was answered: it is not taken twice."""

    __tablename__ = "spent_challenge"
    __table_args__ = {"schema": "identity"}

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    expires_at: Mapped[datetime]


@listed(Zone.IDENTITY, but={"used_at", "minute_from", "asked"})
class ServiceToken(Base):
    """What a program signs in with: one grant of its account, narrowed to some rights, until a moment. A partner's says how
    often it `asked` since `minute_from`."""

    __tablename__ = "service_token"
    __table_args__ = {"schema": "identity"}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[UUID] = mapped_column(ForeignKey(OF_ACCOUNT), index=True)
    role_grant: Mapped[UUID] = mapped_column(ForeignKey("identity.role_grant.id"))
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    rights: Mapped[list[str]] = mapped_column(ARRAY(String))
    given_by: Mapped[str]
    given_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    minute_from: Mapped[datetime | None]
    asked: Mapped[int] = mapped_column(server_default="0")
