"""What a person agreed to, for which purpose and recipient, and what follows from taking it back."""

from casework.consent.consents import (
    ConsentState,
    GivenBy,
    LegalBasis,
    Sharing,
    consent_in_force,
    forbidden_for,
    may_share_with,
    may_use,
    newest_consents,
    require_unrestricted,
)
from casework.consent.record_consent import ConsentVersion, Evidence, Statement, consent_history, read_consents, record_consent
from casework.consent.restrict_record import (
    InForce,
    RestrictionReason,
    lift_restriction,
    restrict_record,
    restrictions_in_force,
    withdraw_report,
)
from casework.consent.withdraw_consent import withdraw_consent
from casework.rights_models import OURS

__all__ = [
    "OURS",
    "ConsentState",
    "ConsentVersion",
    "Evidence",
    "GivenBy",
    "InForce",
    "LegalBasis",
    "RestrictionReason",
    "Sharing",
    "Statement",
    "consent_history",
    "consent_in_force",
    "forbidden_for",
    "lift_restriction",
    "may_share_with",
    "may_use",
    "newest_consents",
    "read_consents",
    "record_consent",
    "require_unrestricted",
    "restrict_record",
    "restrictions_in_force",
    "withdraw_consent",
    "withdraw_report",
]
