"""What casework refuses. A message names the question, never the answer."""

from core.errors import Problem

__all__ = [
    "AdmissionFailed",
    "AnswerMissing",
    "CaseOpenedTwice",
    "CaseUnknown",
    "CertificateRefused",
    "CodeUnknown",
    "ConsentMissing",
    "ConsentWithdrawn",
    "CountUnreadable",
    "DateImplausible",
    "ErasureOutOfReach",
    "FactsMoved",
    "FormUnfit",
    "FormUnpublished",
    "HoldUnknown",
    "KeyDestroyed",
    "NobodyMoved",
    "PlaceUnknown",
    "RecordHeld",
    "RecordUnknown",
    "ReferenceTaken",
    "RetentionUnreadable",
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
    says = "An edit of a screening interview takes back the consent under which case {case} was opened."
    remedy = "Close the case and erase the person; the record stands as it was before the edit until that is done."


class CaseUnknown(Problem):
    code = "CASE-009"
    says = "The answer to {question} is the reference of no case in operation {operation}."
    remedy = "It is admitted by itself once the screening interview is; if the reference is wrong, correct it and send an edit."


class ReferenceTaken(Problem):
    code = "CASE-010"
    says = "The answer to {question} is already the reference of another case, {case}."
    remedy = (
        "Give this person a reference of their own and send the interview as an edit; compare the two for a double interview."
    )


class FormUnfit(Problem):
    code = "CASE-011"
    says = "Form {form_id}, version '{version}', has no question that feeds the variable {variable}."
    remedy = (
        "Declare the variable in the workbook's column `bind::ws:statistic`, on a question outside any repeat that is "
        "no direct identifier, and publish a new version."
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
    says = "Movement report {record} is filed under week {week}, but its sealed arrival date lies in another."
    remedy = "Treat it as tampering: keep the database as it is, compare with a backup and read the audit log for this report."


class AdmissionFailed(Problem):
    code = "CASE-099"
    says = "Admitting this submission failed unexpectedly ({kind})."
    remedy = "Nothing of it was admitted and nothing is lost. Report the failure; admit the submission again when it is mended."


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
