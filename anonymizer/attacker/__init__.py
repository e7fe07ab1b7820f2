"""The attacker: what anybody can work out of published tables, and whether that breaks a policy.

`attack` gives the tightest interval of every suppressed cell, `audit` judges a release from itself alone, `Attacker` asks for
single cells. It is written apart from the engine that suppresses: no equation, no number and no program is shared.
"""

from anonymizer.attacker.attack import NOTHING, Attacker, Interval, attack
from anonymizer.attacker.audit_release import Audit, Offence, audit
from anonymizer.attacker.deduction import FAR
from anonymizer.attacker.limits import structural_zeros
from anonymizer.attacker.unknowns import UNKNOWN, Whole, identity

__all__ = [
    "FAR",
    "NOTHING",
    "UNKNOWN",
    "Attacker",
    "Audit",
    "Interval",
    "Offence",
    "Whole",
    "attack",
    "audit",
    "identity",
    "structural_zeros",
]
