"""What casework refuses of exports and of reading in bulk. A message names no answer and no person."""

from core.access import NotAllowed
from core.errors import Problem

__all__ = [
    "BulkReadUnapproved",
    "ExportChanged",
    "ExportEmpty",
    "ExportOvertaken",
    "ExportUnclear",
    "ExportUnknown",
    "LeftFileDamaged",
    "LeftTooLarge",
    "NobodyFetches",
    "NothingToFetch",
    "ReadTooMany",
    "RecipientNoProvider",
    "RecipientNotProvider",
    "RecipientUnknown",
    "ReferralNotSent",
]


class ReadTooMany(NotAllowed):
    """A denial like any other: what was opened is not shown, and the attempt is in the audit log."""

    code = "CASE-160"
    says = "You have read {limit} records of persons and reports today, which is the most that one account may read alone."
    remedy = (
        "Go on tomorrow, or propose to read more (page /bulk-reading, or `bin/waystation exports bulk propose`) and have a "
        "colleague approve it. The attempt is in the audit log."
    )


class BulkReadUnapproved(NotAllowed):
    code = "CASE-161"
    says = "Reading the whole store needs a second person, whoever you are ({right})."
    remedy = (
        "Propose it (page /bulk-reading, or `bin/waystation exports bulk propose`), have a colleague approve it, and open "
        "the window."
    )


class RecipientUnknown(Problem):
    code = "CASE-162"
    says = "There is no recipient {recipient} to whom this operation may export."
    remedy = "List them with `bin/waystation exports recipients`: a new one must be confirmed by a second person first."


class ExportUnclear(Problem):
    code = "CASE-163"
    says = "The export does not say {lacking}."
    remedy = "Nothing was proposed. Name it and propose again."


class ExportEmpty(Problem):
    code = "CASE-164"
    says = "None of the {asked} records may go to this recipient for this purpose ({reasons})."
    remedy = "Nothing left. Look whether consent was asked for this recipient, and whether the fields are open to you."


class ExportUnknown(Problem):
    code = "CASE-165"
    says = "There is no export {export} in this operation."
    remedy = "List them with `bin/waystation exports list`."


class ExportChanged(Problem):
    code = "CASE-166"
    says = "What would leave now is not what was approved as export {export}."
    remedy = "Nothing left. Propose it again, and have exactly that approved."


class ExportOvertaken(Problem):
    code = "CASE-167"
    says = "While export {export} was written, somebody withdrew, or a record in it was restricted, handed over or erased."
    remedy = "Nothing left, and the approval still stands. Carry it out again: what may not leave any more is left out."


class ReferralNotSent(Problem):
    code = "CASE-258"
    says = "No referral that was sent, and is neither refused, revoked nor done, is in your reach under {entry}."
    remedy = "Nothing left. Open the case file again and look how the referral stands; send it first."


class RecipientNotProvider(Problem):
    code = "CASE-259"
    says = "The recipient is not the provider {provider} that the referral was sent to."
    remedy = "Choose the recipient whose code in the register is that of the provider, or have one added (page /exports)."


class RecipientNoProvider(Problem):
    code = "CASE-280"
    says = "{recipient} is no provider of the programme, so no account here is theirs."
    remedy = "Nothing was added. Take the provider's code from the programme, letter for letter, or leave fetching out."


class NobodyFetches(Problem):
    code = "CASE-281"
    says = "No accounts here fetch for the recipient of export {export}."
    remedy = "Nothing left; the approval still stands. Download the file, or add the recipient anew as one who fetches."


class LeftTooLarge(Problem):
    code = "CASE-282"
    says = "The encrypted file of export {export} is larger than {limit} bytes, the most that is left to be fetched."
    remedy = "Nothing left; the approval still stands. Download it, or propose fewer records or fields."


class NothingToFetch(Problem):
    code = "CASE-283"
    says = "No file of export {export} lies here to be fetched, as far as you can see."
    remedy = (
        "It may have been received or taken back, its days may be over, or a person in it took their consent back. "
        "Ask whoever sent it."
    )


class LeftFileDamaged(Problem):
    code = "CASE-284"
    says = "The file of export {export} is not as it was left."
    remedy = "Nothing was given out. Treat it as tampering: keep the database as it is, and run `bin/waystation store verify`."
