"""Which of our persons a partner knows too, found without either side showing a name.

Each side writes a list: a row a person, under a random number that serves once, with keyed tokens of several compounds of
name, birth, gender and telephone (`ENCODINGS`). Whoever compares the two lists learns which rows agree, and in what. Tokens are
never kept here; which row is whom is, until the lists have been compared.

Who holds the salt could try out names against the other's tokens. So the salt is a secret of the two and serves once, no token
stands for less than a full name with a birth date, or a name with a telephone, and a list is neither short nor long.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from casework.consent.consents import may_share_with
from casework.duplicate_models import MatchRow, MatchRun
from casework.duplicates.compare_persons import ISO_DATE, Profile, profile
from casework.duplicates.errors import ExchangeUnknown, ListOutOfBounds, ListUnreadable, SaltUsed
from casework.duplicates.propose_duplicates import COMPARED
from casework.errors import ClearRowChanged
from casework.models import KeyKind, Person, StoredKey
from casework.names.name_skeleton import word_skeleton
from casework.store.linked_persons import canonical_persons
from casework.store.need_to_know import readable_parts
from casework.store.seal_record import Vault, open_keys, open_parts
from core.access import access_of, require
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.clock import now
from core.keys.keyring import KeyRing
from core.permissions import Right
from core.sealing.shared_tokens import SharedSalt

__all__ = ["ENCODINGS", "FEWEST", "MOST", "RowMatch", "at_least", "compare_lists", "export_list"]

FORMAT: Final = "waystation-match-1"
FEWEST: Final = 20  # a shorter list asks after single persons
MOST: Final = 5000  # a longer one would try out an operation
ROW_NUMBERS: Final = 2**31
SMALL: Final = 10  # of a smaller number of matches nothing is said

# What a token is made of; an empty value has none. Decision 13 says what each can be guessed from.
ENCODINGS: Final[Mapping[str, Callable[[Profile], str]]] = {
    "names, day of birth": lambda one: _joined(_names(one), one.birth if len(one.birth) == ISO_DATE else ""),
    "names, year of birth, gender, citizenship": lambda one: _joined(_names(one), one.birth[:4], one.gender, one.citizenship),
    "first name, telephone": lambda one: _joined(word_skeleton(one.given), one.phone),
    "family name, day of birth, telephone": lambda one: _joined(
        word_skeleton(one.family), one.birth if len(one.birth) == ISO_DATE else "", one.phone
    ),
}


@dataclass(frozen=True)
class RowMatch:
    """A row of ours and a row of theirs that agree, in which encodings, and whom of ours it is."""

    ours: int
    theirs: int
    rests_on: tuple[str, ...]
    person: UUID = field(repr=False)


def export_list(session: Session, ring: KeyRing, salt: SharedSalt, *, partner: str, purpose: Purpose) -> bytes:
    """Our list for a partner: of those in reach whose record may be shared with this very partner, each person once.

    Needs `Right.MATCH_WITH_PARTNER` for each person, and their consent or another basis for this recipient
    (`casework.consent.may_share_with`). Raises `NotAllowed`, `SaltUsed` or `ListOutOfBounds`.
    """
    access = require(session, Right.MATCH_WITH_PARTNER)
    if session.scalars(select(MatchRun.id).where(MatchRun.salt_check == salt.check)).first():
        raise SaltUsed
    rows = {person: tokens for person, tokens in _tokens(session, ring, salt, partner) if tokens}
    if not FEWEST <= len(rows) <= MOST:
        raise ListOutOfBounds(whose="own", least=FEWEST, most=MOST)
    run_id, numbers = _numbered(ring, rows)
    run = MatchRun(
        id=run_id,
        operation=access.operation,
        partner=partner,
        salt_check=salt.check,
        purpose=purpose.value,
        made_by=access.actor,
        made_at=now(),
    )
    session.add(run)
    session.flush()
    session.add_all(
        MatchRow(run=run.id, row=number, person=person, operation=run.operation) for number, person in numbers.items()
    )
    detail = {"run": str(run.id), "partner": partner}
    record(session, Action.EXPORTED, "casework.match_run", purpose=purpose, count=len(rows), detail=detail)
    return _written(salt, {number: rows[person] for number, person in sorted(numbers.items())})


def compare_lists(
    session: Session, ring: KeyRing, salt: SharedSalt, theirs: bytes, *, purpose: Purpose
) -> tuple[RowMatch, ...]:
    """The rows that agree; afterwards our row numbers stand for nobody any more.

    Persons whose consent has ended since are left out. Raises `NotAllowed`, `ExchangeUnknown`, `ListUnreadable`,
    `ListOutOfBounds` or `ClearRowChanged`.
    """
    require(session, Right.MATCH_WITH_PARTNER)
    waiting = select(MatchRun).where(MatchRun.salt_check == salt.check, MatchRun.compared_at.is_(None)).with_for_update()
    run = session.scalars(waiting).one_or_none()
    if run is None:
        raise ExchangeUnknown
    their_rows = _read(salt, theirs)
    numbers = {row.person: row.row for row in session.scalars(select(MatchRow).where(MatchRow.run == run.id))}
    for person, number in numbers.items():
        if number != _number(ring, run.id, person):
            raise ClearRowChanged(record=person, table=f"casework.{MatchRow.__tablename__}", row=number)
    ours = {person: tokens for person, tokens in _tokens(session, ring, salt, run.partner) if person in numbers}
    matches = _matches({(numbers[person], person): tokens for person, tokens in ours.items()}, their_rows)
    session.execute(delete(MatchRow).where(MatchRow.run == run.id))
    run.compared_at = now()
    for match in matches:
        told = {"run": str(run.id), "partner": run.partner}
        record(session, Action.MATCHED, f"casework.person:{match.person}", purpose=purpose, detail=told)
    detail = {"run": str(run.id), "partner": run.partner, "theirs": len(their_rows)}
    record(session, Action.MATCHED, "casework.match_run", purpose=purpose, count=len(matches), detail=detail)
    return matches


def at_least(matches: int) -> str:
    """How many there are, as it may be said aloud: nothing below `SMALL`, else a round number below."""
    return f"fewer than {SMALL}" if matches < SMALL else f"at least {matches // SMALL * SMALL}"


def _tokens(session: Session, ring: KeyRing, salt: SharedSalt, partner: str) -> Iterator[tuple[UUID, dict[str, str]]]:
    """By person their tokens by encoding; of several records of one person, those of the record that answers for all."""
    its_key = and_(StoredKey.record == Person.id, StoredKey.kind == KeyKind.PERSON.value)
    merged, access = canonical_persons(session), access_of(session)
    for person, key in session.execute(select(Person, StoredKey).join(StoredKey, its_key).order_by(Person.id)).all():
        allowed = access.may(Right.MATCH_WITH_PARTNER, custody_of(person))
        if person.id in merged or not allowed or not set(COMPARED) <= readable_parts(session, person):
            continue
        if may_share_with(session, person.id, partner):
            opened = open_keys(Vault(session, ring, person.operation), [key])[person.id]
            said = profile(open_parts(person, opened, COMPARED))
            values = {name: encode(said) for name, encode in ENCODINGS.items()}
            yield person.id, {name: salt.token(name, value).hex() for name, value in values.items() if value}


def _names(one: Profile) -> str:
    return _joined(*sorted((word_skeleton(one.given), word_skeleton(one.family))))


def _joined(*values: str) -> str:
    """The values as one; empty when one of them is."""
    return "\n".join(values) if all(values) else ""


def _numbered(ring: KeyRing, persons: Collection[UUID]) -> tuple[UUID, dict[int, UUID]]:
    """A new exchange, and under it a number for each person; another exchange where two would have the same."""
    while True:
        run = uuid4()
        numbers = {_number(ring, run, person): person for person in persons}
        if len(numbers) == len(persons):
            return run, numbers


def _number(ring: KeyRing, run: UUID, person: UUID) -> int:
    """Random to whoever has not the key, and no other's: a row that was given to somebody else is noticed."""
    drawn = ring.blind_token("casework:match", f"{run} {person}")
    return 1 + int.from_bytes(drawn[:8]) % (ROW_NUMBERS - 1)


def _written(salt: SharedSalt, rows: Mapping[int, Mapping[str, str]]) -> bytes:
    listed = [{"row": number, "tokens": tokens} for number, tokens in rows.items()]
    return json.dumps({"format": FORMAT, "salt": salt.check.hex(), "rows": listed}, indent=1).encode()


def _read(salt: SharedSalt, content: bytes) -> dict[int, dict[str, str]]:
    """Tokens by encoding, by the partner's row number."""
    try:
        document: dict[str, Any] = json.loads(content)
        told, check = document["format"], document["salt"]
        rows = {int(row["row"]): {str(name): str(token) for name, token in row["tokens"].items()} for row in document["rows"]}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ListUnreadable(reason="it is not a list of tokens") from None
    if told != FORMAT:
        raise ListUnreadable(reason="it is of another format")
    if check != salt.check.hex():
        raise ListUnreadable(reason="it was made under another salt")
    if not FEWEST <= len(rows) <= MOST:
        raise ListOutOfBounds(whose="partner's", least=FEWEST, most=MOST)
    return rows


def _matches(
    ours: Mapping[tuple[int, UUID], Mapping[str, str]], theirs: Mapping[int, Mapping[str, str]]
) -> tuple[RowMatch, ...]:
    holding: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, tokens in theirs.items():
        for name in ENCODINGS:
            holding[name, tokens.get(name, "")].append(number)
    found = []
    for (number, person), tokens in ours.items():
        agreeing: dict[int, list[str]] = defaultdict(list)
        for name, token in tokens.items():
            for their in holding.get((name, token), ()):
                agreeing[their].append(name)
        found += [RowMatch(number, their, tuple(names), person) for their, names in sorted(agreeing.items())]
    return tuple(sorted(found, key=lambda match: (match.ours, match.theirs)))
