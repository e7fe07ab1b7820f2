"""What a screening interview says about consent becomes versions of consent, for the person and for their household.

The interview asks for consent to the keeping of the answers, to statistics and to sharing with each partner organisation.
A form that does not ask for one of them leaves it not asked, which forbids as much as a refusal. An edit that says the same as
before adds nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import select

from casework.admission.arrival import Arrival, Desk
from casework.consent.consents import ConsentState, GivenBy, newest_consents
from casework.consent.record_consent import CODE, Evidence, Statement, record_consent
from casework.errors import CodeUnknown, MemberSpokeThemselves
from casework.family_models import BestInterestStep, ChildCare, Relationship
from casework.models import Case, HouseholdMember, HouseholdRole
from casework.rights_models import OURS, Consent, Restriction, RightsRequest
from casework.trafficking_models import HistoryEvent, Perpetrator
from core.audit import Purpose
from ingest import read_submission

__all__ = ["CONSENT", "consents_said", "of_household", "record_consents_said", "require_replaceable", "withdraw_all_consents"]

CONSENT: Final = "con_Consent"
STATISTICS: Final = "con_Statistics"
SHARING: Final = "con_SharingWith"
GIVEN_BY: Final = "con_GivenBy"
GUARDIAN: Final = "con_Guardian_Name"
LANGUAGE: Final = "con_Language"
EXPIRY: Final = "con_Expiry"
PROOFS: Final = ("consent_signature", "con_recording")
UNDETERMINED: Final = "und"  # BCP 47: a language that is not known
LANGUAGE_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
LASTS: Final[Mapping[str, timedelta]] = {"3_months": timedelta(days=91), "1_year": timedelta(days=365)}
ANSWERS: Final[Mapping[str, ConsentState]] = {"yes": ConsentState.GIVEN, "no": ConsentState.REFUSED}


NOTED_SINCE: Final = (ChildCare, BestInterestStep, HistoryEvent, Perpetrator)


def record_consents_said(desk: Desk, arrival: Arrival, case: Case) -> None:
    """Record what a corrected interview says about each purpose and recipient; raises `ConsentIncomplete` or `CodeUnknown`.

    Whoever is interviewed speaks for the household too, but not about sharing the records of the others.
    """
    said = consents_said(desk, arrival)
    for person in _household(desk, case):
        before = {(row.purpose, row.recipient): row for row in newest_consents(desk.session, person)}
        if person == case.person:
            _record(desk, person, [*said, *_no_longer_shared(arrival, before)], before)
        else:
            _record(desk, person, of_household(said), before)


def consents_said(desk: Desk, arrival: Arrival) -> list[Statement]:
    """What whoever is interviewed says of themselves, each purpose and recipient once; raises `CodeUnknown`."""
    return list(_statements(desk, arrival))


def of_household(said: Sequence[Statement]) -> list[Statement]:
    """What is said thereby of each who lives with them."""
    return [replace(one, given_by=GivenBy.HOUSEHOLD, guardian="") for one in said if one.recipient == OURS]


def withdraw_all_consents(desk: Desk, arrival: Arrival, case: Case) -> None:
    """Withdraw, for everybody whom the case's household counts, every consent that was given."""
    for person in _household(desk, case):
        for row in newest_consents(desk.session, person):
            if row.state == ConsentState.GIVEN:
                said = _statement(arrival, Purpose(row.purpose), ConsentState.WITHDRAWN)
                by = said.given_by if person == case.person else GivenBy.HOUSEHOLD
                record_consent(desk.session, desk.ring, person, replace(said, recipient=row.recipient, given_by=by))


def require_replaceable(desk: Desk, members: Sequence[UUID]) -> None:
    """Raises `MemberSpokeThemselves` where replacing the members would lose what one of them said or asked for themselves, or
    what a worker has noted of one since."""
    for asked in (
        select(Consent.person).where(Consent.person.in_(members), Consent.given_by != GivenBy.HOUSEHOLD),
        select(Restriction.person).where(Restriction.person.in_(members), Restriction.consent.is_(None)),
        select(RightsRequest.person).where(RightsRequest.person.in_(members)),
        select(Relationship.person).where(Relationship.person.in_(members)),
        select(Relationship.other).where(Relationship.other.in_(members)),
        *(select(table.person).where(table.person.in_(members)) for table in NOTED_SINCE),
    ):
        for person in desk.session.scalars(asked.limit(1)):
            raise MemberSpokeThemselves(person=person)


def _statements(desk: Desk, arrival: Arrival) -> Iterator[Statement]:
    evidence = _evidence(desk, arrival)
    yield replace(_statement(arrival, Purpose.ASSISTANCE, ConsentState.GIVEN), evidence=evidence)
    counted = ANSWERS.get(arrival.said(STATISTICS), ConsentState.NOT_ASKED)
    yield replace(_statement(arrival, Purpose.STATISTICS, counted), evidence=evidence)
    for recipient in _recipients(arrival):
        agreed = _statement(arrival, Purpose.REFERRAL, ConsentState.GIVEN)
        yield replace(agreed, recipient=recipient, evidence=evidence)


def _recipients(arrival: Arrival) -> list[str]:
    """Codes of the form, which stand in clear: anything else that a phone sent is no code."""
    recipients = sorted(set(arrival.said(SHARING).split()))
    if not all(CODE.fullmatch(recipient) for recipient in recipients):
        raise CodeUnknown(question=SHARING, codes="of the form: Latin letters, digits, hyphens and underscores")
    return recipients


def _language(arrival: Arrival) -> str:
    said = arrival.said(LANGUAGE)
    return said if LANGUAGE_TAG.fullmatch(said) else UNDETERMINED


def _statement(arrival: Arrival, purpose: Purpose, state: ConsentState) -> Statement:
    """Dated by its reception: the day of the interview is an answer, and lies sealed among the answers."""
    at, lasts = arrival.stored.received_at, LASTS.get(arrival.said(EXPIRY))
    by_guardian = arrival.said(GIVEN_BY) == GivenBy.GUARDIAN
    return Statement(
        purpose,
        state,
        said_at=at,
        said_to=arrival.stored.collector,
        given_by=GivenBy.GUARDIAN if by_guardian else GivenBy.SELF,
        guardian=arrival.said(GUARDIAN) if by_guardian else "",
        text_version=f"{arrival.stored.form_id} {arrival.stored.version}",
        language=_language(arrival),
        valid_until=at + lasts if lasts and state is ConsentState.GIVEN else None,
    )


def _evidence(desk: Desk, arrival: Arrival) -> Evidence | None:
    names = [name for name in map(arrival.said, PROOFS) if name]
    if not names:
        return None
    stored = read_submission(desk.session, desk.ring, arrival.stored.id, purpose=Purpose.COLLECTION)
    for file in stored.files:
        if file.name == names[0]:
            digest = sha256()
            for piece in file.pieces():
                digest.update(piece)
            return Evidence(stored.id, file.name, digest.hexdigest())
    return Evidence(stored.id, names[0], "")  # it has not arrived yet, or never will


def _household(desk: Desk, case: Case) -> list[UUID]:
    desk.session.flush()
    told_of = HouseholdMember.household == case.household, HouseholdMember.role != HouseholdRole.JOINED.value
    members = select(HouseholdMember.person).where(*told_of)
    return list(desk.session.scalars(members.order_by(HouseholdMember.person)))


def _no_longer_shared(arrival: Arrival, before: Mapping[tuple[str, str], Consent]) -> Iterator[Statement]:
    still = set(arrival.said(SHARING).split())
    for (purpose, recipient), row in before.items():
        if purpose == Purpose.REFERRAL and recipient not in still and row.state == ConsentState.GIVEN:
            yield replace(_statement(arrival, Purpose.REFERRAL, ConsentState.WITHDRAWN), recipient=recipient)


def _record(desk: Desk, person: UUID, said: list[Statement], before: Mapping[tuple[str, str], Consent]) -> None:
    for statement in said:
        former = before.get((statement.purpose.value, statement.recipient))
        if former is None or not (_says_nothing_new(former, statement) or _was_taken_back(former, statement)):
            record_consent(desk.session, desk.ring, person, statement)


def _says_nothing_new(former: Consent, said: Statement) -> bool:
    told = former.state, former.language, former.given_by, former.valid_until
    return told == (said.state, said.language, said.given_by, _since_first_said(former, said))


def _was_taken_back(former: Consent, said: Statement) -> bool:
    """An edit repeats what was said when the interview was held; it gives nothing again that was taken back since."""
    refused_to_another = former.state == ConsentState.REFUSED and former.said_to != said.said_to
    return said.state is ConsentState.GIVEN and (former.state == ConsentState.WITHDRAWN or refused_to_another)


def _since_first_said(former: Consent, statement: Statement) -> object:
    """An edit that repeats how long consent lasts means from the first time on, not from the edit."""
    if former.valid_until is None or statement.valid_until is None:
        return statement.valid_until
    return former.said_at + (statement.valid_until - statement.said_at)
