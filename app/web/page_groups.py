"""The groups of pages behind the sign-in. Add yours here, and its entry to a room of the navigation (`app.web.navigation`)."""

from app.web.account_pages import ACCOUNT
from app.web.administration_pages import ADMINISTRATION
from app.web.approval_pages import APPROVALS
from app.web.audit_pages import AUDIT
from app.web.back_check_pages import BACK_CHECKS
from app.web.broken_glass_pages import BROKEN_GLASS
from app.web.bulk_reading_pages import BULK_READING
from app.web.case_approval_pages import CASE_APPROVALS
from app.web.case_document_pages import CASE_DOCUMENTS
from app.web.case_pages import CASES
from app.web.case_print_pages import CASE_PRINTS
from app.web.case_step_pages import CASE_STEPS
from app.web.case_timeline_pages import CASE_TIMELINE
from app.web.caseload_pages import CASELOAD
from app.web.casework_report_pages import CASE_REPORTS
from app.web.child_pages import CHILDREN
from app.web.chosen_case_pages import CHOSEN_CASES
from app.web.collector_pages import COLLECTORS
from app.web.consent_pages import CONSENTS
from app.web.correction_pages import CORRECTIONS
from app.web.custody_pages import CUSTODY
from app.web.duplicate_pages import DUPLICATES
from app.web.elsewhere_pages import ELSEWHERE
from app.web.enrolment_pages import ENROLMENT
from app.web.erasure_pages import ERASURE
from app.web.export_pages import EXPORTS
from app.web.family_pages import FAMILY
from app.web.file_pages import FILES
from app.web.find_pages import FINDING
from app.web.first_hour_pages import FIRST_HOUR
from app.web.form_pages import FORMS
from app.web.handed_on_pages import HANDED_ON
from app.web.help_pages import HELP
from app.web.history_pages import HISTORY
from app.web.import_pages import IMPORTS
from app.web.narrative_pages import NARRATIVES
from app.web.next_case_pages import NEXT_CASES
from app.web.own_token_pages import OWN_TOKENS
from app.web.place_pages import PLACES
from app.web.policy_pages import POLICIES
from app.web.programme_pages import PROGRAMME
from app.web.protection_pages import PROTECTION
from app.web.publish_form_pages import PUBLISHING
from app.web.quality_pages import QUALITY
from app.web.record_pages import RECORDS
from app.web.referral_package_pages import REFERRAL_PACKAGES
from app.web.referral_pages import REFERRALS
from app.web.register_pages import REGISTERS
from app.web.release_pages import RELEASES
from app.web.rights_pages import RIGHTS
from app.web.role_pages import ROLES
from app.web.screening_pages import SCREENINGS
from app.web.set_up_pages import SET_UP
from app.web.sign_in_pages import SIGN_IN
from app.web.source_pages import SOURCES
from app.web.to_fetch_pages import TO_FETCH
from app.web.token_pages import TOKENS
from app.web.trafficking_pages import TRAFFICKING
from app.web.trial_pages import TRIALS
from app.web.unit_pages import UNITS
from app.web.work_pages import WORK

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
