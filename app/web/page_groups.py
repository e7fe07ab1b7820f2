"""The groups of pages behind the sign-in. Add yours here, and its entry to a room of the navigation (`app.web.navigation`)."""

from app.web.account.account_pages import ACCOUNT
from app.web.account.enrolment_pages import ENROLMENT
from app.web.account.sign_in_pages import SIGN_IN
from app.web.cases.case_approval_pages import CASE_APPROVALS
from app.web.cases.case_document_pages import CASE_DOCUMENTS
from app.web.cases.case_pages import CASES
from app.web.cases.case_print_pages import CASE_PRINTS
from app.web.cases.case_step_pages import CASE_STEPS
from app.web.cases.case_timeline_pages import CASE_TIMELINE
from app.web.cases.caseload_pages import CASELOAD
from app.web.cases.chosen_case_pages import CHOSEN_CASES
from app.web.cases.narrative_pages import NARRATIVES
from app.web.cases.next_case_pages import NEXT_CASES
from app.web.cases.referral_package_pages import REFERRAL_PACKAGES
from app.web.cases.referral_pages import REFERRALS
from app.web.cases.screening_pages import SCREENINGS
from app.web.cases.to_fetch_pages import TO_FETCH
from app.web.cases.work_pages import WORK
from app.web.collection.back_check_pages import BACK_CHECKS
from app.web.collection.collector_pages import COLLECTORS
from app.web.collection.form_pages import FORMS
from app.web.collection.import_pages import IMPORTS
from app.web.collection.keep_source_pages import KEEPING_SOURCES
from app.web.collection.publish_form_pages import PUBLISHING
from app.web.collection.quality_pages import QUALITY
from app.web.collection.source_pages import SOURCES
from app.web.help_pages import HELP
from app.web.office.administration_pages import ADMINISTRATION
from app.web.office.first_hour_pages import FIRST_HOUR
from app.web.office.own_token_pages import OWN_TOKENS
from app.web.office.place_pages import PLACES
from app.web.office.policy_pages import POLICIES
from app.web.office.programme_pages import PROGRAMME
from app.web.office.role_pages import ROLES
from app.web.office.set_up_pages import SET_UP
from app.web.office.token_pages import TOKENS
from app.web.office.unit_pages import UNITS
from app.web.oversight.approval_pages import APPROVALS
from app.web.oversight.audit_pages import AUDIT
from app.web.oversight.bulk_reading_pages import BULK_READING
from app.web.oversight.erasure_pages import ERASURE
from app.web.oversight.export_pages import EXPORTS
from app.web.oversight.register_pages import REGISTERS
from app.web.people.broken_glass_pages import BROKEN_GLASS
from app.web.people.child_pages import CHILDREN
from app.web.people.consent_pages import CONSENTS
from app.web.people.correction_pages import CORRECTIONS
from app.web.people.custody_pages import CUSTODY
from app.web.people.duplicate_pages import DUPLICATES
from app.web.people.family_pages import FAMILY
from app.web.people.file_pages import FILES
from app.web.people.find_pages import FINDING
from app.web.people.handed_on_pages import HANDED_ON
from app.web.people.history_pages import HISTORY
from app.web.people.record_pages import RECORDS
from app.web.people.rights_pages import RIGHTS
from app.web.people.trafficking_pages import TRAFFICKING
from app.web.statistics.casework_report_pages import CASE_REPORTS
from app.web.statistics.elsewhere_pages import ELSEWHERE
from app.web.statistics.protection_pages import PROTECTION
from app.web.statistics.release_pages import RELEASES
from app.web.statistics.trial_pages import TRIALS

__all__ = ["GROUPS"]

# `/persons/named` before `/persons/{person}`: the first that fits answers.
GROUPS = (
    SIGN_IN,
    ENROLMENT,
    WORK,
    CASELOAD,
    CHOSEN_CASES,
    FINDING,
    RECORDS,
    CONSENTS,
    CORRECTIONS,
    FILES,
    CUSTODY,
    HISTORY,
    CASES,
    CASE_STEPS,
    CASE_APPROVALS,
    CASE_TIMELINE,
    CASE_DOCUMENTS,
    CASE_PRINTS,
    CASE_REPORTS,
    NARRATIVES,
    NEXT_CASES,
    SCREENINGS,
    REFERRALS,
    REFERRAL_PACKAGES,
    TO_FETCH,
    FAMILY,
    CHILDREN,
    TRAFFICKING,
    DUPLICATES,
    QUALITY,
    BACK_CHECKS,
    IMPORTS,
    HANDED_ON,
    SOURCES,
    KEEPING_SOURCES,
    BROKEN_GLASS,
    RIGHTS,
    APPROVALS,
    ERASURE,
    EXPORTS,
    BULK_READING,
    FORMS,
    PUBLISHING,
    COLLECTORS,
    PROTECTION,
    TRIALS,
    RELEASES,
    ELSEWHERE,
    POLICIES,
    PROGRAMME,
    AUDIT,
    REGISTERS,
    FIRST_HOUR,
    PLACES,
    SET_UP,
    ADMINISTRATION,
    ROLES,
    UNITS,
    TOKENS,
    OWN_TOKENS,
    ACCOUNT,
    HELP,
)
