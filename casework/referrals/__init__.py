"""What a partner who works here sees: the referrals that were opened to their account, and nothing else of a case.

A referral is sent, opened and answered by steps in its case file (`casework.case_file`). Their page and their program go
through the same functions.
"""

from casework.case_file.step import PartnerAccount
from casework.referrals.give_answer import GivenAnswer, give_answer
from casework.referrals.read_referral import (
    OpenReferral,
    ReadReferral,
    count_referrals,
    page_referrals,
    read_referral,
)
from casework.referrals.told_answers import ToldAnswer

__all__ = [
    "GivenAnswer",
    "OpenReferral",
    "PartnerAccount",
    "ReadReferral",
    "ToldAnswer",
    "count_referrals",
    "give_answer",
    "page_referrals",
    "read_referral",
]
