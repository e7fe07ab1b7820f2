"""Erasing for good: what is due, two officers, the deed, and its certificate."""

from casework.erasure.carry_out_erasure import carry_out_erasure
from casework.erasure.certify_erasure import Certificate, find_certificate, read_certificate
from casework.erasure.propose_erasures import (
    ErasureReason,
    Overdue,
    find_overdue,
    page_overdue,
    propose_erasure,
    propose_overdue,
)
from casework.erasure.retention import parse_rules, retention_text

__all__ = [
    "Certificate",
    "ErasureReason",
    "Overdue",
    "carry_out_erasure",
    "find_certificate",
    "find_overdue",
    "page_overdue",
    "parse_rules",
    "propose_erasure",
    "propose_overdue",
    "read_certificate",
    "retention_text",
]
