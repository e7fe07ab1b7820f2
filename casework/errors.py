"""What casework refuses. A message names the question, never the answer."""

from core.access import NotAllowed
from core.errors import Problem
from core.permissions import Right

__all__ = [
    "AdmissionFailed",
    "AnswerMissing",
    "CaseFileDamaged",
    "CaseOpenedTwice",
    "CaseUnknown",
    "CertificateRefused",
    "ClearRowChanged",
    "ClearRowsUnlisted",
    "CodeUnknown",
    "ConsentIncomplete",
    "ConsentMissing",
    "ConsentUnknown",
    "ConsentWithdrawn",
    "CorrectionEmpty",
    "CountUnreadable",
    "DateImplausible",
    "ErasureOutOfReach",
    "FactsMoved",
    "FileCut",
    "FormUnfit",
    "FormUnpublished",
    "GlassBrokenTooOften",
    "HoldUnknown",
    "KeptFromOneself",
    "KeyDestroyed",
    "MemberSpokeThemselves",
    "NobodyMoved",
    "OldVersion",
    "OpeningTooLong",
    "OpeningUnknown",
    "PartNotYours",
    "PlaceUnknown",
    "ReasonMissing",
    "RecordChanged",
    "RecordHeld",
    "RecordRestricted",
    "RecordUnknown",
    "ReferenceTaken",
    "RequestUnknown",
    "RestrictionUnknown",
    "RetentionUnreadable",
    "RollChanged",
    "SearchDown",
    "SearchNeedsName",
    "SearchedTooOften",
    "SharingNotAllowed",
    "SubjectUnclear",
]


class AnswerMissing(Problem):
    code = "CASE-001"
    says = "The question {question} has no answer, and without it the interview or report cannot be used."
    remedy = "Ask again and send the questionnaire as an edit; make the question required in the form."


class DateImplausible(Problem):
    code = "CASE-002"
    says = "The answer to {question} is not a day between {earliest} and {latest}."
    remedy = "Correct the date (year-month-day) and send the report as an edit; check the clock of the phone."


class PlaceUnknown(Problem):
    code = "CASE-003"
    says = "The answer to {question} is not the code of a district in the gazetteer of operation {operation}."
    remedy = (
        "Correct the place and send the report as an edit, or add the district to the gazetteer and admit the report again."
    )


class CodeUnknown(Problem):
    code = "CASE-004"
    says = "The answer to {question} is none of the codes {codes}."
    remedy = "Use these codes in the form's choices, or correct the answer, and send the questionnaire as an edit."


class CountUnreadable(Problem):
    code = "CASE-005"
    says = "The answer to {question} is not a whole number of persons, zero or more."
    remedy = "Correct the count and send the report as an edit; give the question the type `integer`."


class NobodyMoved(Problem):
    code = "CASE-006"
    says = "The counts by sex and age add up to less than one person or to more than {most}."
    remedy = "Correct the counts and send the report as an edit; report a larger movement in parts."


class ConsentMissing(Problem):
    code = "CASE-007"
    says = "The question {question} does not record consent, so no case was opened and nothing was admitted."
    remedy = (
        "If the person did consent, correct the answer and send the interview as an edit. "
        "If not, erase the submission: it stays encrypted in quarantine until then."
    )


class ConsentWithdrawn(Problem):
    code = "CASE-008"
    says = "Nothing may be added to case {case}: its person took back the consent to it, or its use is restricted."
    remedy = (
        "If the person agrees again, record that consent or lift the restriction, and admit the interview again. "
        "If not, erase the submission: it stays encrypted in quarantine until then."
    )


class CaseUnknown(Problem):
    code = "CASE-009"
    says = "The answer to {question} leads to no case in operation {operation}."
    remedy = "It is admitted by itself once the screening interview is; if the reference is wrong, correct it and send an edit."


class ReferenceTaken(Problem):
    code = "CASE-010"
    # Without the other case's id: whoever reads this in quarantine may not be one of those who may see that case.
    says = "The answer to {question} cannot be used as a reference: it is in use in this operation."
    remedy = (
        "Give this person a reference of their own and send the interview as an edit. If it may be a double interview, the two "
        "records are compared once both are admitted."
    )


class FormUnfit(Problem):
    code = "CASE-011"
    says = "Form {form_id}, version '{version}', has no question that feeds the variable {variable}."
    remedy = (
        "Declare the variable in the workbook's column `bind::ws:statistic`, on a question outside any repeat that is "
        "no direct identifier, and publish a new version; or set it with `bin/waystation forms classify`."
    )


class FormUnpublished(Problem):
    code = "CASE-012"
    says = "Form {form_id}, version '{version}', is not published in operation {operation}."
    remedy = "Publish this version of the form and admit the submission again."


class CaseOpenedTwice(Problem):
    code = "CASE-013"
    says = "An edit ties together two versions of one screening interview; the one without its original opened case {case}."
    remedy = "Close that case and erase its person, then admit the interview again: it corrects the case of the original."


class RecordUnknown(Problem):
    code = "CASE-020"
    says = "There is no {kind} {record} in this operation."
    remedy = "Check the id and the operation; a record of another operation is not shown."


class KeyDestroyed(Problem):
    code = "CASE-021"
    says = "The {kind} key of record {record} is not there: the record was erased."
    remedy = "Nothing can open it. If it was not erased, restore the newest backup of casework.record_key."


class FactsMoved(Problem):
    code = "CASE-022"
    says = "Report or interview {record} is filed under week {week}, but its sealed date lies in another."
    remedy = "Treat it as tampering: keep the database as it is, compare with a backup and read the audit log for this record."


class RollChanged(Problem):
    code = "CASE-265"
    says = "The roll of who was counted in the caseload of operation {operation} at the end of {month} is missing or changed."
    remedy = (
        "Treat it as tampering: keep the database as it is, and put the roll (casework.caseload_roll) back from a backup. "
        "Until then no month can be protected: nobody could say how many came and went."
    )


class RecordRestricted(Problem):
    code = "CASE-120"
    says = "Record {record} must not be used for the purpose {purpose}: it is restricted ({reason})."
    remedy = (
        "Leave it. Where the person agrees again, record the new consent; where the restriction was an error, "
        "ask a data protection officer to lift it. Requests of the person themselves are still answered."
    )


class ConsentUnknown(Problem):
    code = "CASE-121"
    says = (
        "Person {person} has given no consent for the purpose {purpose} and the recipient {recipient} that could be withdrawn."
    )
    remedy = (
        "Look at the person's consents for the purpose and the recipient; without a consent in force there is nothing to end."
    )


class ConsentIncomplete(Problem):
    code = "CASE-122"
    says = "The consent lacks {lacking}."
    remedy = "Add it and record the consent again. Nothing was recorded."


class SharingNotAllowed(Problem):
    code = "CASE-123"
    says = "Person {person} has not agreed that {recipient} sees their record, or does so no longer."
    remedy = "Ask the person and record their consent for this recipient, or record the other legal basis; then share again."


class RestrictionUnknown(Problem):
    code = "CASE-124"
    says = "There is no restriction {restriction} in force that could be lifted by hand."
    remedy = "Check the id. What follows from a withdrawn or expired consent ends when a new consent is recorded."


class MemberSpokeThemselves(Problem):
    code = "CASE-125"
    says = (
        "An edit would replace household member {person}, who has since spoken or asked for something themselves, "
        "or of whom a worker has noted something."
    )
    remedy = "Correct the records of the person and of the household by hand; then erase the edit, which stays in quarantine."


class RecordChanged(Problem):
    code = "CASE-130"
    says = "Record {record} was changed by somebody else meanwhile: it is at version {held}, and you corrected version {seen}."
    remedy = "Open it again, look at what the other changed, and make your correction once more. Nothing of yours was written."


class CorrectionEmpty(Problem):
    code = "CASE-131"
    says = "The correction of record {record} changes nothing, or gives no reason."
    remedy = "Name the answers to change and say in a sentence why. Nothing was written."


class RequestUnknown(Problem):
    code = "CASE-132"
    says = "There is no open request {request} in this operation."
    remedy = "List the open requests with `bin/waystation rights list`; one that was answered stays as it was answered."


class SearchedTooOften(NotAllowed):
    code = "CASE-101"
    says = "Your account has searched by name alone too often in a short time ({right})."
    remedy = "Wait a few minutes, or search by case reference, telephone, or full name and year of birth: these have no limit."

    def __init__(self) -> None:
        super().__init__(Right.SEARCH_FREELY, "casework.person")


class SearchNeedsName(Problem):
    code = "CASE-102"
    says = "There is no name to search for: what was asked holds fewer than two letters."
    remedy = "Write at least one name, in any script."


class SearchDown(Problem):
    code = "CASE-103"
    says = "The search worker of operation {operation} does not answer."
    remedy = (
        "Start it with `bin/waystation search serve {operation}`; after its start it needs a moment to read the names. "
        "Search by case reference, telephone, or full name and year of birth works without it."
    )


class FileCut(Problem):
    code = "CASE-150"
    says = "Of file {file} the piece {position} is not there."
    remedy = "Treat it as tampering: keep the database as it is, compare with a backup and read the audit log for this file."


class AdmissionFailed(Problem):
    code = "CASE-099"
    says = "Admitting this submission failed unexpectedly ({kind})."
    remedy = "Nothing of it was admitted and nothing is lost. Report the failure; admit the submission again when it is mended."


class OldVersion(Problem):
    code = "CASE-023"
    says = "Record {record} in {table} is not the version that was written last: another was put in its place."
    remedy = "Treat it as tampering: keep the database as it is, compare with a backup and read the audit log for this record."


class ClearRowChanged(Problem):
    code = "CASE-024"
    says = (
        "What stands in clear of record {record} in {table} is not what this program wrote ({row}): a row was changed, added "
        "or taken away."
    )
    remedy = (
        "Treat it as tampering: keep the database as it is, compare with a backup and read the audit log for this record. "
        "After a restore with keys newer than the data, see `bin/waystation store seal`."
    )


class ClearRowsUnlisted(Problem):
    code = "CASE-025"
    says = "The key of record {record} does not list all that stands in clear: an earlier version of this program wrote it."
    remedy = (
        "Run `bin/waystation store seal OPERATION` once, right after the upgrade. If it was run since, an old row of the key "
        "table was put back: treat it as tampering."
    )


class ListPutBack(Problem):
    code = "CASE-026"
    says = (
        "What the key of record {record} lists is not what it listed last: the audit log tells of later changes, so an older "
        "row of the key table was put in its place."
    )
    remedy = (
        "Treat it as tampering: keep the database as it is, compare with a backup and read the audit log for this record. "
        "After a restore with keys older than the data, see `bin/waystation store seal`."
    )


class OpeningUnknown(Problem):
    code = "CASE-030"
    says = "There is no opening {opening} of a record in your reach."
    remedy = "Look at the list of openings again; it may have been judged or ended by somebody else."


class OpeningTooLong(Problem):
    code = "CASE-031"
    says = "A record cannot be shared for more than {days} days at once."
    remedy = "Choose an earlier day; share it again when that day comes."


class PartNotYours(Problem):
    code = "CASE-032"
    says = "You cannot share the {part} of record {record}, for you may not read it yourself."
    remedy = "Leave this part out, or ask a colleague who may read it to share it."


class ReasonMissing(Problem):
    code = "CASE-033"
    says = "Opening a record needs a reason of at least {letters} letters."
    remedy = "Write in a sentence why it is needed. Whoever reviews it reads it; it is kept encrypted."


class GlassBrokenTooOften(Problem):
    code = "CASE-034"
    says = "You have {most} records open by breaking the glass, which is the most at once."
    remedy = "Wait until one of them ends, or ask a supervisor to share the record with you."


class KeptFromOneself(Problem):
    code = "CASE-035"
    says = "Nobody decides for themselves what they are kept from."
    remedy = "Ask another person who is responsible for the record."


class RecordHeld(Problem):
    code = "CASE-140"
    says = "The record of person {person} is under a legal hold, or shares its raw interview with one that is."
    remedy = "Nothing was erased. Ask whoever set the hold; once it is lifted or has run out, the erasure can be carried out."


class HoldUnknown(Problem):
    code = "CASE-141"
    says = "There is no hold {hold} that stands in this operation."
    remedy = "List them with `bin/waystation holds list`; one that was lifted or has run out is not shown."


class ErasureOutOfReach(Problem):
    code = "CASE-142"
    says = "The erasure of {subject} was begun within the reach of one account."
    remedy = "Nothing was erased. An erasure runs in reach of its whole operation; this is a fault of the program: report it."


class SubjectUnclear(Problem):
    code = "CASE-143"
    says = "What is to be erased is not named as a kind and an id."
    remedy = "Write the id of a person, or one of the kinds {kinds}, a colon and the id."


class RetentionUnreadable(Problem):
    code = "CASE-144"
    says = "The retention periods in {path} cannot be used: {reason}."
    remedy = (
        "Correct the file (docs and an example are in casework/retention.toml). Until then nothing is proposed for erasure."
    )


class CertificateRefused(Problem):
    code = "CASE-145"
    says = "The certificate of erasure does not hold: {reason}."
    remedy = (
        "Ask for it again from where it was issued: `bin/waystation erase certificate`. Keep this copy: somebody changed it."
    )


class CaseFileDamaged(Problem):
    code = "CASE-176"
    says = "The file of case {case} is not what was written: {what}."
    remedy = "Treat it as tampering: keep the database as it is, compare with a backup and read the audit log for this case."
