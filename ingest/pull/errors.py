"""What a pull refuses, and what it cannot find or reach."""

from core.errors import Problem
from ingest.errors import Outcome, Refused

__all__ = [
    "AnswerUnasked",
    "FormNotPublished",
    "ServerAnswerUnread",
    "ServerRefused",
    "ServerSilent",
    "SourceEmptied",
]


class FormNotPublished(Refused):
    code = "INGEST-051"
    says = "Form '{form_id}', to which the pulled record belongs, is not published in this operation."
    remedy = "The record is kept in quarantine. Publish the form; the next sweep of `bin/waystation sync` takes it in."
    outcome = Outcome.UNKNOWN_FORM


class AnswerUnasked(Refused):
    code = "INGEST-052"
    says = "The pulled record holds '{question}' in a way that form '{form_id}', version '{version}', does not ask it."
    remedy = "The record is kept in quarantine. Publish the version that the server uses; the next sweep takes it in."
    outcome = Outcome.UNKNOWN_FORM


class ServerRefused(Problem):
    code = "INGEST-154"
    says = "The server {address} does not let us have {what} (status {status})."
    remedy = "See on the server whether the token is valid, its account may view the form, and the form's id is right."


class ServerSilent(Problem):
    code = "INGEST-155"
    says = "The server {address} gave no answer after {tries} attempts ({reason})."
    remedy = "What was taken in before is kept. Run `bin/waystation sync` again later: it goes on where it stopped."


class ServerAnswerUnread(Problem):
    code = "INGEST-156"
    says = "The server {address} answered with something that is not a list of records ({reason})."
    remedy = "Nothing of that page was taken in. See whether the address leads to the server's own name, not to a sign-in page."


class SourceEmptied(Problem):
    code = "INGEST-157"
    says = "The server shows none of the {known} records of source {source} that were taken in before."
    remedy = "Nothing was marked as deleted. See whether the token's account may still view all records of the form."
