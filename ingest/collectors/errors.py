"""What is refused of collectors, and what cannot be found."""

from core.errors import Problem

__all__ = ["CarriesNothingOfThis", "CollectorUnknown", "CustodyMissing", "NameMissing", "PhoneUnprotected"]


class CollectorUnknown(Problem):
    code = "INGEST-161"
    says = "There is no collector {collector} in this operation, or it was retired."
    remedy = "List them with `bin/waystation collectors list`."


class PhoneUnprotected(Problem):
    code = "INGEST-162"
    says = "The server's address {address} does not begin with https://, so a phone would send answers and its token in clear."
    remedy = "Use https://. Only this machine itself is excepted, for trying things out."


class CustodyMissing(Problem):
    code = "INGEST-168"
    says = "Collector {collector} has no custody of its own, so no cases are its."
    remedy = "Add a collector for a team or a worker, retire this one, and let the new one carry cases."


class CarriesNothingOfThis(Problem):
    code = "INGEST-169"
    says = "No phone carries the {part} of a record."
    remedy = "Name identity, contact or facts. What a person told at length, and files, stay on the server."


class NameMissing(Problem):
    code = "INGEST-170"
    says = "A collector has no name, or one of more than a hundred letters."
    remedy = "Name the phone or the team, for example 'tablet 3'; not the enumerator."
