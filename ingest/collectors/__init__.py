"""Who sends: devices and teams, known by the token in their server's address, each with a custody for what it sends.

Each may be offered some forms only, is set up by scanning `phone_settings`, and is retired when its phone was lost.
"""

from ingest.collectors.change_collector import list_collectors, offer_forms, retire_collector
from ingest.collectors.errors import CollectorUnknown, PhoneUnprotected
from ingest.collectors.phone_settings import door_address, phone_settings
from ingest.collectors.register_collector import Collector, add_collector, find_collector

__all__ = [
    "Collector",
    "CollectorUnknown",
    "PhoneUnprotected",
    "add_collector",
    "door_address",
    "find_collector",
    "list_collectors",
    "offer_forms",
    "phone_settings",
    "retire_collector",
]
