"""What is refused of sources, and what cannot be found."""

from core.errors import Problem

__all__ = [
    "AccountNeeded",
    "FormMisnamed",
    "SourceChanged",
    "SourceExists",
    "SourceUnknown",
    "SourceUnprotected",
    "TokenNeeded",
]


class SourceUnknown(Problem):
    code = "INGEST-151"
    says = "There is no source {source} in this operation."
    remedy = "List them with `bin/waystation sources list`."


class SourceExists(Problem):
    code = "INGEST-152"
    says = "Form {asset} at {address} is a source of this operation already; it was left as it is."
    remedy = "Pull it with `bin/waystation sync`."


class SourceUnprotected(Problem):
    code = "INGEST-153"
    says = "The server's address {address} does not begin with https://, so token and answers would travel in clear."
    remedy = "Use https://. Only this machine itself is excepted."


class SourceChanged(Problem):
    code = "INGEST-158"
    says = "The address or form of source {source} is not the one that its token was given for."
    remedy = "Somebody has changed the database, perhaps to be sent the token: treat it as tampering. Nothing was sent."


class FormMisnamed(Problem):
    code = "INGEST-159"
    says = "'{asset}' does not name a form of ODK Central."
    remedy = "Write its project's number and its id with a slash between them, as `7/arrival`: they stand in its address there."


class TokenNeeded(Problem):
    code = "INGEST-160"
    says = "The token was given for another server than {address}, and is sent to no other."
    remedy = "Give the token for the new address together with it."


class AccountNeeded(Problem):
    code = "INGEST-240"
    says = "Something that the server asks for is missing: ODK Central asks for e-mail and password, KoboToolbox for a token."
    remedy = "Fill it in and send it again. Nothing was kept."
