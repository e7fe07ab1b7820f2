"""Who sends: devices and teams, known by the token in their server's address, each with a custody for what it sends.

Each may be offered some forms only, may carry the cases of its custody, is set up by scanning `phone_settings`, and is retired
when its phone was lost.
"""

from ingest.collectors.change_collector import CARRIED, carry_cases, list_collectors, offer_forms, retire_collector
from ingest.collectors.errors import CarriesNothingOfThis, CollectorUnknown, CustodyMissing, NameMissing, PhoneUnprotected
from ingest.collectors.phone_settings import door_address, phone_settings, sign_in_address
from ingest.collectors.register_collector import Collector, add_collector, find_collector
from ingest.collectors.sign_in import PhoneSignIn, new_sign_in, sign_in_named

__all__ = [
    "CARRIED",
    "CarriesNothingOfThis",
    "Collector",
    "CollectorUnknown",
    "CustodyMissing",
    "NameMissing",
    "PhoneSignIn",
    "PhoneUnprotected",
    "add_collector",
    "carry_cases",
    "door_address",
    "find_collector",
    "list_collectors",
    "new_sign_in",
    "offer_forms",
    "phone_settings",
    "retire_collector",
    "sign_in_address",
    "sign_in_named",
]
