"""What a step in a case file is refused for. A message names kinds, acts, fields and ids, never what was written."""

from core.access import NotAllowed
from core.errors import Problem

__all__ = [
    "ColleagueOutOfReach",
    "EarlierCaseUnfit",
    "EntryChanged",
    "EntryUnknown",
    "FieldUnfit",
    "FieldsMissing",
    "OwnStep",
    "PartnerOfAnother",
    "ReferenceInUse",
    "ReferralNotAgreed",
    "ReferralUnknown",
    "ReferralUnopened",
    "ReportNotAgreed",
    "ReportUnsigned",
    "StepImpossible",
]


class StepImpossible(Problem):
    code = "CASE-170"
    says = "This cannot be done now: {act}, {kind}, where the entry is in state {before} and the case in state {case_state}."
    remedy = "Open the case file again: it shows what can be done. A closed case is reopened before work goes on."


class OwnStep(NotAllowed):
    code = "CASE-171"
    says = "Nobody approves, accepts or sends back what they wrote or submitted themselves ({right})."
    remedy = "Ask another person who may do it; the entry waits on their page of approvals."


class EntryChanged(Problem):
    code = "CASE-172"
    says = "Somebody else changed this entry of the case file meanwhile ({entry}). What you wrote was not stored."
    remedy = "Compare with what stands now, take over what is still right, and send it again."


class EntryUnknown(Problem):
    code = "CASE-173"
    says = "There is no such entry in this case file: {entry}."
    remedy = "Open the case file again and choose the entry there."


class FieldsMissing(Problem):
    code = "CASE-174"
    says = "These fields have to be filled in first: {fields}."
    remedy = "Fill them in and send again; nothing that you wrote was lost."


class FieldUnfit(Problem):
    code = "CASE-175"
    says = "The field {field} cannot hold this: {expected}."
    remedy = "Correct the field and send again."


class ReferralNotAgreed(Problem):
    code = "CASE-181"
    says = "The person has not agreed that {provider} is told of them, or took it back. The referral was not sent."
    remedy = (
        "Ask the person. Record a yes to sharing with this organisation on their record, under its code, and send again; "
        "or choose another provider."
    )


class ReferralUnopened(Problem):
    code = "CASE-230"
    says = "Only a referral that is sent to another organisation is opened to an account of theirs."
    remedy = "Leave the partner's account empty, or send the referral to their organisation."


class PartnerOfAnother(Problem):
    code = "CASE-271"
    says = "The account named is not one of {provider}. The referral was not sent."
    remedy = (
        "Name the provider's own account, or none where nobody of theirs works here. Whose account it is, an administrator "
        "says with its role of a partner."
    )


class ReferralUnknown(Problem):
    code = "CASE-231"
    says = "No such referral is open to you: {entry}. It was answered, revoked or ended."
    remedy = "Your list of referrals shows those that are open. It ends too when the person takes their consent back."


class ReportNotAgreed(Problem):
    code = "CASE-250"
    says = "Nothing allows a report on this person to {recipient}: they have not agreed to it, or took it back."
    remedy = (
        "Ask the person. Record a yes to sharing with this recipient on their record, under its code; or, where a law demands "
        "the report, that basis. Then go on."
    )


class ReportUnsigned(Problem):
    code = "CASE-251"
    says = "The report {entry} is not signed as it stands now, so it is not handed out."
    remedy = "Open it in the case file: have it approved where that is asked, and sign it."


class EarlierCaseUnfit(Problem):
    code = "CASE-252"
    says = "The case {earlier} cannot be linked as an earlier one: {reason}."
    remedy = "Choose an earlier case from the list. Records of one person that stand apart are first linked as duplicates."


class ReferenceInUse(Problem):
    code = "CASE-253"
    says = "This reference is in use in this operation."
    remedy = "Choose another one for the new case."


class ColleagueOutOfReach(Problem):
    code = "CASE-254"
    says = "This colleague cannot open the case, so the entry was not given to them."
    remedy = "Name somebody whose role and area reach it, or leave the field empty."
