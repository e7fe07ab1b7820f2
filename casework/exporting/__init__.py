"""Identified exports: encrypted for one named recipient, marked, logged, and never by one person alone.

The stage `exports` publishes statistics and cannot reach this room. The way: a recipient is added and confirmed by a second
person; an export is proposed to them, approved by another, and carried out exactly as approved.
"""

from casework.exporting.carry_out_export import CarriedOut, carry_out_export
from casework.exporting.list_exports import LoggedExport, PlannedExport, export_log, find_export, waiting_exports
from casework.exporting.mark_export import Trace
from casework.exporting.propose_export import propose_export
from casework.exporting.recipients import (
    Recipient,
    add_recipient,
    confirm_recipient,
    list_recipients,
    withdraw_recipient,
)
from casework.exporting.referral_package import package_recipients, packages_of, propose_package
from casework.exporting.specification import Specification, choose_persons
from casework.exporting.trace_export import trace_export

__all__ = [
    "CarriedOut",
    "LoggedExport",
    "PlannedExport",
    "Recipient",
    "Specification",
    "Trace",
    "add_recipient",
    "carry_out_export",
    "choose_persons",
    "confirm_recipient",
    "export_log",
    "find_export",
    "list_recipients",
    "package_recipients",
    "packages_of",
    "propose_export",
    "propose_package",
    "trace_export",
    "waiting_exports",
    "withdraw_recipient",
]
