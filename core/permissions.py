"""Who may do what: one table of rights and roles. What it does not name is denied; tests walk every pair of it.

A role says what kind of work somebody does; where they do it (organisation, area, team, own records) is the reach of
`core.access`. Nobody holds all rights: who keeps the keys sees no person, and who sees persons keeps no keys.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

__all__ = ["PERMISSIONS", "Right", "Role", "holds", "rights_of"]


class Role(StrEnum):
    """A kind of work."""

    CASEWORKER = "caseworker"
    SUPERVISOR = "supervisor"
    PROTECTION_OFFICER = "protection_officer"  # answers for statistics
    DATA_PROTECTION_OFFICER = "data_protection_officer"  # answers for the rights of the persons in the store
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    PARTNER = "partner"  # of another organisation: sees what was shared with them


class Right(StrEnum):
    """One thing that can be allowed or denied."""

    FIND_PERSON = "find_person"  # by exact id, telephone, or full name and year of birth
    SEARCH_FREELY = "search_freely"  # by a name alone, approximately
    READ_IDENTITY = "read_identity"
    READ_CONTACT = "read_contact"
    READ_NARRATIVE = "read_narrative"
    READ_FACTS = "read_facts"
    READ_FILES = "read_files"
    READ_REPORT = "read_report"  # a movement report, with its reporter
    REVIEW_SUBMISSION = "review_submission"  # what checks found in what arrived, to hold, approve, reject or repair it
    CORRECT_RECORD = "correct_record"
    KEEP_FAMILY = "keep_family"  # who belongs to whom, who lives in a household, what is done for a child
    READ_TRAFFICKING_HISTORY = "read_trafficking_history"  # and note it, with the right to correct
    READ_PERPETRATORS = "read_perpetrators"  # likewise
    READ_CASE_FILE = "read_case_file"
    WORK_ON_CASE = "work_on_case"  # plan, services, referrals, tasks, notes
    DECIDE_SCREENING = "decide_screening"  # status and eligibility, or a second opinion on them
    APPROVE_CASE_STEP = "approve_case_step"  # an assessment, a plan, a transfer, a closure: never one's own
    ANSWER_REFERRAL = "answer_referral"  # that was opened to one: accept, reject, say that it is done
    HAND_IN_PERSONS = "hand_in_persons"  # in the shape of the HTCDS, to be looked at and agreed to by two people here
    FETCH_EXPORTS = "fetch_exports"  # that were left for the provider whose account one's own is
    RESOLVE_DUPLICATES = "resolve_duplicates"
    MATCH_WITH_PARTNER = "match_with_partner"
    SHARE_RECORD = "share_record"
    KEEP_FROM = "keep_from"  # keep a colleague from a part of a record
    BREAK_GLASS = "break_glass"
    REVIEW_BREAK_GLASS = "review_break_glass"
    RECORD_CONSENT = "record_consent"
    GIVE_ACCESS_PACK = "give_access_pack"
    RESTRICT_RECORD = "restrict_record"
    HOLD_RECORD = "hold_record"  # a legal hold
    PROPOSE_ERASURE = "propose_erasure"
    APPROVE_ERASURE = "approve_erasure"
    EXPORT_IDENTIFIED = "export_identified"
    APPROVE_EXPORT = "approve_export"
    READ_IN_BULK = "read_in_bulk"
    APPROVE_BULK_READ = "approve_bulk_read"
    PROTECT_WEEK = "protect_week"
    RELEASE_WEEK = "release_week"
    EXPLAIN_PROTECTION = "explain_protection"  # why cells are hidden: it tells which are unsafe
    CHANGE_POLICY = "change_policy"
    APPROVE_POLICY = "approve_policy"
    CHANGE_PROGRAMME = "change_programme"  # what casework offers and asks
    APPROVE_PROGRAMME = "approve_programme"
    CLASSIFY_FORM = "classify_form"  # how closely its answers point at a person, where its workbook does not say
    KEEP_COLLECTORS = "keep_collectors"  # which phones may send, and which forms each is offered
    CARRY_CASES = "carry_cases"  # let a phone hold the open cases of its custody
    KEEP_OUTSIDE_TOTALS = "keep_outside_totals"  # what others publish of the same people
    APPROVE_OUTSIDE_TOTALS = "approve_outside_totals"
    READ_AUDIT = "read_audit"
    KEEP_REGISTERS = "keep_registers"  # of impact assessments and breaches
    MANAGE_ACCOUNTS = "manage_accounts"
    APPROVE_TOKEN = "approve_token"  # noqa: S105  (by which a program signs in)
    MANAGE_KEYS = "manage_keys"
    APPROVE_KEY_OPERATION = "approve_key_operation"


_WORKER = Role.CASEWORKER
_SUPERVISOR = Role.SUPERVISOR
_STATISTICS = Role.PROTECTION_OFFICER
_RIGHTS = Role.DATA_PROTECTION_OFFICER

PERMISSIONS: Final[Mapping[Right, frozenset[Role]]] = {
    Right.FIND_PERSON: frozenset({_WORKER, _SUPERVISOR, _RIGHTS}),
    Right.SEARCH_FREELY: frozenset({_WORKER, _SUPERVISOR}),
    Right.READ_IDENTITY: frozenset({_WORKER, _SUPERVISOR, _RIGHTS, Role.PARTNER}),
    Right.READ_CONTACT: frozenset({_WORKER, _SUPERVISOR, _RIGHTS, Role.PARTNER}),
    Right.READ_NARRATIVE: frozenset({_WORKER, _SUPERVISOR, Role.PARTNER}),
    Right.READ_FACTS: frozenset({_WORKER, _SUPERVISOR, _RIGHTS, Role.PARTNER}),
    Right.READ_FILES: frozenset({_WORKER, _SUPERVISOR, Role.PARTNER}),
    Right.READ_REPORT: frozenset({_SUPERVISOR, _STATISTICS}),
    Right.REVIEW_SUBMISSION: frozenset({_SUPERVISOR}),
    Right.CORRECT_RECORD: frozenset({_WORKER, _SUPERVISOR, _RIGHTS}),
    Right.KEEP_FAMILY: frozenset({_WORKER, _SUPERVISOR}),
    Right.READ_TRAFFICKING_HISTORY: frozenset({_WORKER, _SUPERVISOR}),
    Right.READ_PERPETRATORS: frozenset({_WORKER, _SUPERVISOR}),
    Right.READ_CASE_FILE: frozenset({_WORKER, _SUPERVISOR}),
    Right.WORK_ON_CASE: frozenset({_WORKER, _SUPERVISOR}),
    Right.DECIDE_SCREENING: frozenset({_WORKER, _SUPERVISOR}),
    Right.APPROVE_CASE_STEP: frozenset({_SUPERVISOR}),
    Right.ANSWER_REFERRAL: frozenset({Role.PARTNER}),
    Right.HAND_IN_PERSONS: frozenset({_SUPERVISOR, Role.PARTNER}),
    Right.FETCH_EXPORTS: frozenset({Role.PARTNER}),
    Right.RESOLVE_DUPLICATES: frozenset({_SUPERVISOR}),
    Right.MATCH_WITH_PARTNER: frozenset({_RIGHTS}),
    Right.SHARE_RECORD: frozenset({_WORKER, _SUPERVISOR}),
    Right.KEEP_FROM: frozenset({_WORKER, _SUPERVISOR, _RIGHTS}),
    Right.BREAK_GLASS: frozenset({_WORKER, _SUPERVISOR}),
    Right.REVIEW_BREAK_GLASS: frozenset({_SUPERVISOR, _RIGHTS}),
    Right.RECORD_CONSENT: frozenset({_WORKER, _SUPERVISOR, _RIGHTS}),
    Right.GIVE_ACCESS_PACK: frozenset({_RIGHTS}),
    Right.RESTRICT_RECORD: frozenset({_SUPERVISOR, _RIGHTS}),
    Right.HOLD_RECORD: frozenset({_RIGHTS}),
    Right.PROPOSE_ERASURE: frozenset({_SUPERVISOR, _RIGHTS}),
    Right.APPROVE_ERASURE: frozenset({_RIGHTS}),
    Right.EXPORT_IDENTIFIED: frozenset({_SUPERVISOR, _RIGHTS}),
    Right.APPROVE_EXPORT: frozenset({_RIGHTS}),
    Right.READ_IN_BULK: frozenset({_SUPERVISOR, _RIGHTS}),
    Right.APPROVE_BULK_READ: frozenset({_SUPERVISOR, _RIGHTS}),
    Right.PROTECT_WEEK: frozenset({_STATISTICS}),
    Right.RELEASE_WEEK: frozenset({_STATISTICS}),
    Right.EXPLAIN_PROTECTION: frozenset({_STATISTICS}),
    Right.CHANGE_POLICY: frozenset({_STATISTICS, _RIGHTS}),
    Right.APPROVE_POLICY: frozenset({_STATISTICS, _RIGHTS}),
    Right.CHANGE_PROGRAMME: frozenset({_SUPERVISOR}),
    Right.APPROVE_PROGRAMME: frozenset({_SUPERVISOR, _RIGHTS}),
    Right.CLASSIFY_FORM: frozenset({_RIGHTS}),
    Right.KEEP_COLLECTORS: frozenset({_SUPERVISOR, Role.ADMINISTRATOR}),
    Right.CARRY_CASES: frozenset({_RIGHTS}),
    Right.KEEP_OUTSIDE_TOTALS: frozenset({_STATISTICS}),
    Right.APPROVE_OUTSIDE_TOTALS: frozenset({_STATISTICS, _RIGHTS}),
    Right.READ_AUDIT: frozenset({Role.AUDITOR, _RIGHTS}),
    Right.KEEP_REGISTERS: frozenset({_RIGHTS}),
    Right.MANAGE_ACCOUNTS: frozenset({Role.ADMINISTRATOR}),
    Right.APPROVE_TOKEN: frozenset({_RIGHTS}),
    Right.MANAGE_KEYS: frozenset({Role.ADMINISTRATOR}),
    Right.APPROVE_KEY_OPERATION: frozenset({Role.ADMINISTRATOR, _RIGHTS}),
}


def holds(role: Role, right: Right) -> bool:
    """Whether the role holds the right."""
    return role in PERMISSIONS[right]


def rights_of(role: Role) -> frozenset[Right]:
    """All that the role holds."""
    return frozenset(right for right in Right if holds(role, right))
