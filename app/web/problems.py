"""The one table that turns problems and outcomes into HTTP answers, and the problems that only the web can have."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from core.access import NotAllowed
from core.database import DatabaseDown, DatabaseFull
from core.errors import Problem
from core.identity.errors import (
    AccountUnknown,
    CodeRefused,
    FreshSignInNeeded,
    GivenByWhoAdded,
    GrantUnknown,
    LastFactor,
    NameTaken,
    NameUnfit,
    OwnGrant,
    OwnRoleUnfit,
    OwnRoleUnknown,
    PasskeyRefused,
    PasswordUnfit,
    SignInRefused,
    TokenRefused,
    TokenTooBusy,
    TokenUnfit,
    UnitInUse,
    UnitUnfit,
    UnitUnknown,
)
from ingest import Outcome

__all__ = [
    "OUTCOME_STATUS",
    "DocumentBroken",
    "DocumentTooLarge",
    "FormExpired",
    "FormNotOffered",
    "PartnerUnknown",
    "ReportNotTypeset",
    "SignInNeeded",
    "TokenUnknown",
    "UploadInterrupted",
    "UploadTooLarge",
    "status_of",
]


class TokenUnknown(Problem):
    code = "APP-101"
    says = "The address holds a collector's token that is not known here."
    remedy = "Set the phone up again with the address or code that the operation gave out."


class FormNotOffered(Problem):
    code = "APP-102"
    says = "This operation does not offer that form, version or file."
    remedy = "Fetch the list of forms again."


class UploadTooLarge(Problem):
    code = "APP-103"
    says = "The upload is larger than the {limit} bytes that are taken in one request."
    remedy = "Send its files in several requests, or make them smaller. Nothing of it was kept; the phone keeps its copy."


class DocumentTooLarge(Problem):
    code = "APP-150"
    says = "The file is larger than {limit} million bytes, the most that is kept with a case. Nothing of it was kept."
    remedy = "Make it smaller (a photograph of fewer points, a shorter recording) or add it in parts."


class DocumentBroken(Problem):
    code = "APP-151"
    says = "The file did not come whole, or not as the page sends it. Nothing of it was kept."
    remedy = "Open the case again and add the file once more."


class PartnerUnknown(Problem):
    code = "APP-160"
    says = "The account named for the provider holds no partner's role in this operation. The referral was not sent."
    remedy = "Name the provider's own account, or leave it empty where nobody of theirs works here."


class ReportNotTypeset(Problem):
    code = "APP-173"
    says = "The report holds a letter that our fonts do not have, so no PDF was made."
    remedy = "Use the print view: a browser knows more letters."


class UploadInterrupted(Problem):
    code = "APP-104"
    says = "The connection broke off before the whole upload had come."
    remedy = "The phone keeps its copy and sends it again. Nothing of it was kept."


class SignInNeeded(Problem):
    """Not shown to a person, who is sent to the page `at` instead: to sign in, to finish it, or to choose an operation."""

    code = "APP-120"
    says = "Nobody is signed in for this."
    remedy = "Sign in, or send a service token as `Authorization: Bearer`."

    def __init__(self, at: str) -> None:
        self.at = at
        super().__init__()


class FormExpired(Problem):
    code = "APP-121"
    says = "This form does not come from a page that was opened in this session."
    remedy = "Go back, load the page again and send it once more. Nothing was changed."


# What phones rely on: 201 and 202 are success, a bad token is 403 because 401 would ask for a password.
OUTCOME_STATUS: Final[Mapping[Outcome, HTTPStatus]] = {
    Outcome.ACCEPTED: HTTPStatus.CREATED,
    Outcome.RESENT: HTTPStatus.ACCEPTED,
    Outcome.FILES_ADDED: HTTPStatus.CREATED,
    Outcome.EDITED: HTTPStatus.CREATED,
    Outcome.EDIT_RESENT: HTTPStatus.ACCEPTED,
    Outcome.CONFLICTING: HTTPStatus.CONFLICT,
    Outcome.STALE_EDIT: HTTPStatus.CONFLICT,
    Outcome.UNKNOWN_FORM: HTTPStatus.NOT_FOUND,
    Outcome.MALFORMED: HTTPStatus.BAD_REQUEST,
    Outcome.LOCKED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Outcome.ERASED: HTTPStatus.ACCEPTED,  # an error would keep it in the phone's queue, where it should not stay
}

PROBLEM_STATUS: Final[Mapping[type[Problem], HTTPStatus]] = {
    TokenUnknown: HTTPStatus.FORBIDDEN,
    FormNotOffered: HTTPStatus.NOT_FOUND,
    NotAllowed: HTTPStatus.FORBIDDEN,
    SignInNeeded: HTTPStatus.UNAUTHORIZED,
    TokenRefused: HTTPStatus.UNAUTHORIZED,
    TokenTooBusy: HTTPStatus.TOO_MANY_REQUESTS,
    SignInRefused: HTTPStatus.FORBIDDEN,
    FormExpired: HTTPStatus.FORBIDDEN,
    FreshSignInNeeded: HTTPStatus.FORBIDDEN,
    OwnGrant: HTTPStatus.FORBIDDEN,
    GivenByWhoAdded: HTTPStatus.FORBIDDEN,
    AccountUnknown: HTTPStatus.NOT_FOUND,
    OwnRoleUnknown: HTTPStatus.NOT_FOUND,
    UnitUnknown: HTTPStatus.NOT_FOUND,
    TokenUnfit: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnitInUse: HTTPStatus.CONFLICT,
    OwnRoleUnfit: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnitUnfit: HTTPStatus.UNPROCESSABLE_ENTITY,
    GrantUnknown: HTTPStatus.NOT_FOUND,
    NameUnfit: HTTPStatus.UNPROCESSABLE_ENTITY,
    NameTaken: HTTPStatus.CONFLICT,
    PasswordUnfit: HTTPStatus.UNPROCESSABLE_ENTITY,
    CodeRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    PasskeyRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    LastFactor: HTTPStatus.CONFLICT,
    UploadTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UploadInterrupted: HTTPStatus.BAD_REQUEST,
    DatabaseFull: HTTPStatus.INSUFFICIENT_STORAGE,
    DatabaseDown: HTTPStatus.SERVICE_UNAVAILABLE,
}


# Problems of the stages, by their codes: what is out of reach is answered like what does not exist.
CODE_STATUS: Final[Mapping[str, HTTPStatus]] = {
    "ANON-022": HTTPStatus.NOT_FOUND,
    "ANON-023": HTTPStatus.CONFLICT,
    "ANON-070": HTTPStatus.UNPROCESSABLE_ENTITY,
    "ANON-060": HTTPStatus.UNPROCESSABLE_ENTITY,
    "ANON-063": HTTPStatus.UNPROCESSABLE_ENTITY,
    "ANON-081": HTTPStatus.UNPROCESSABLE_ENTITY,
    "ANON-150": HTTPStatus.NOT_FOUND,
    "ANON-151": HTTPStatus.CONFLICT,
    "ANON-152": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CORE-001": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CORE-007": HTTPStatus.UNPROCESSABLE_ENTITY,
    "ANON-140": HTTPStatus.NOT_FOUND,
    "ANON-141": HTTPStatus.UNPROCESSABLE_ENTITY,
    "APP-007": HTTPStatus.CONFLICT,
    "APP-125": HTTPStatus.UNPROCESSABLE_ENTITY,
    "INGEST-102": HTTPStatus.NOT_FOUND,
    "INGEST-151": HTTPStatus.NOT_FOUND,
    "INGEST-233": HTTPStatus.CONFLICT,
    "INGEST-234": HTTPStatus.UNPROCESSABLE_ENTITY,
    "INGEST-232": HTTPStatus.NOT_FOUND,
    "INGEST-172": HTTPStatus.NOT_FOUND,
    "INGEST-175": HTTPStatus.NOT_FOUND,
    "INGEST-176": HTTPStatus.UNPROCESSABLE_ENTITY,
    "INGEST-173": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-020": HTTPStatus.NOT_FOUND,
    "CASE-021": HTTPStatus.GONE,
    "CASE-030": HTTPStatus.NOT_FOUND,
    "CASE-031": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-032": HTTPStatus.FORBIDDEN,
    "CASE-033": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-034": HTTPStatus.TOO_MANY_REQUESTS,
    "CASE-035": HTTPStatus.FORBIDDEN,
    "CASE-101": HTTPStatus.TOO_MANY_REQUESTS,
    "CASE-102": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-103": HTTPStatus.SERVICE_UNAVAILABLE,
    "CASE-110": HTTPStatus.CONFLICT,
    "CASE-111": HTTPStatus.CONFLICT,
    "CASE-112": HTTPStatus.NOT_FOUND,
    "CASE-113": HTTPStatus.NOT_FOUND,
    "CASE-120": HTTPStatus.FORBIDDEN,
    "CASE-121": HTTPStatus.NOT_FOUND,
    "CASE-122": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-123": HTTPStatus.FORBIDDEN,
    "CASE-124": HTTPStatus.NOT_FOUND,
    "CASE-220": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-130": HTTPStatus.CONFLICT,
    "CASE-131": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-132": HTTPStatus.NOT_FOUND,
    "CASE-200": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-201": HTTPStatus.CONFLICT,
    "CASE-202": HTTPStatus.NOT_FOUND,
    "CASE-203": HTTPStatus.NOT_FOUND,
    "CASE-204": HTTPStatus.CONFLICT,
    "CASE-205": HTTPStatus.CONFLICT,
    "CASE-206": HTTPStatus.FORBIDDEN,
    "CASE-207": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-208": HTTPStatus.NOT_FOUND,
    "CASE-209": HTTPStatus.NOT_FOUND,
    "CASE-140": HTTPStatus.CONFLICT,
    "CASE-141": HTTPStatus.NOT_FOUND,
    "CASE-143": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-160": HTTPStatus.TOO_MANY_REQUESTS,
    "CASE-162": HTTPStatus.NOT_FOUND,
    "CASE-163": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-164": HTTPStatus.CONFLICT,
    "CASE-180": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-258": HTTPStatus.CONFLICT,
    "CASE-259": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-240": HTTPStatus.UNPROCESSABLE_ENTITY,
    "APP-164": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-210": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-211": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-212": HTTPStatus.CONFLICT,
    "CASE-213": HTTPStatus.CONFLICT,
    "CASE-165": HTTPStatus.NOT_FOUND,
    "CASE-166": HTTPStatus.CONFLICT,
    "CASE-170": HTTPStatus.CONFLICT,
    "CASE-172": HTTPStatus.CONFLICT,
    "CASE-173": HTTPStatus.NOT_FOUND,
    "CASE-174": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-175": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-181": HTTPStatus.CONFLICT,
    "CASE-230": HTTPStatus.CONFLICT,
    "CASE-250": HTTPStatus.CONFLICT,
    "CASE-251": HTTPStatus.CONFLICT,
    "CASE-252": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-253": HTTPStatus.CONFLICT,
    "CASE-254": HTTPStatus.UNPROCESSABLE_ENTITY,
    "APP-173": HTTPStatus.UNPROCESSABLE_ENTITY,
    "APP-181": HTTPStatus.CONFLICT,
    "APP-185": HTTPStatus.TOO_MANY_REQUESTS,
    "CASE-260": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-231": HTTPStatus.NOT_FOUND,
    "APP-160": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-280": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CASE-281": HTTPStatus.CONFLICT,
    "CASE-282": HTTPStatus.CONFLICT,
    "CASE-283": HTTPStatus.NOT_FOUND,
    "CASE-271": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CORE-433": HTTPStatus.UNPROCESSABLE_ENTITY,
    "APP-150": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "APP-151": HTTPStatus.BAD_REQUEST,
    "INGEST-161": HTTPStatus.NOT_FOUND,
    "INGEST-162": HTTPStatus.UNPROCESSABLE_ENTITY,
    "INGEST-168": HTTPStatus.CONFLICT,
    "INGEST-170": HTTPStatus.UNPROCESSABLE_ENTITY,
    "FORM-008": HTTPStatus.UNPROCESSABLE_ENTITY,
    "FORM-009": HTTPStatus.NOT_FOUND,
    "FORM-010": HTTPStatus.CONFLICT,
    "CORE-161": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CORE-162": HTTPStatus.UNPROCESSABLE_ENTITY,
    "CORE-165": HTTPStatus.NOT_FOUND,
    "CORE-166": HTTPStatus.CONFLICT,
    "CORE-134": HTTPStatus.CONFLICT,
    "CORE-140": HTTPStatus.NOT_FOUND,
    "CORE-141": HTTPStatus.FORBIDDEN,
    "CORE-142": HTTPStatus.CONFLICT,
    "CORE-143": HTTPStatus.CONFLICT,
    "CORE-144": HTTPStatus.CONFLICT,
    "CORE-150": HTTPStatus.NOT_FOUND,
    "CORE-151": HTTPStatus.CONFLICT,
}


def status_of(problem: Problem) -> HTTPStatus:
    """The status that a problem is answered with; what the table does not name is our own failure."""
    otherwise = HTTPStatus.FORBIDDEN if isinstance(problem, NotAllowed) else HTTPStatus.INTERNAL_SERVER_ERROR
    return PROBLEM_STATUS.get(type(problem)) or CODE_STATUS.get(problem.code, otherwise)
