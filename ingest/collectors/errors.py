"""What is refused of collectors, and what cannot be found."""

from core.errors import Problem

__all__ = ["CollectorUnknown", "PhoneUnprotected"]


class CollectorUnknown(Problem):
    code = "INGEST-161"
    says = "There is no collector {collector} in this operation, or it was retired."
    remedy = "List them with `bin/waystation collectors list`."


class PhoneUnprotected(Problem):
    code = "INGEST-162"
    says = "The server's address {address} does not begin with https://, so a phone would send answers and its token in clear."
    remedy = "Use https://. Only this machine itself is excepted, for trying things out."
