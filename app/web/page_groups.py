"""The groups of pages behind the sign-in, in the order of the navigation. Add yours here."""

from app.web.account_pages import ACCOUNT
from app.web.administration_pages import ADMINISTRATION
from app.web.broken_glass_pages import BROKEN_GLASS
from app.web.consent_pages import CONSENTS
from app.web.correction_pages import CORRECTIONS
from app.web.custody_pages import CUSTODY
from app.web.enrolment_pages import ENROLMENT
from app.web.file_pages import FILES
from app.web.find_pages import FINDING
from app.web.history_pages import HISTORY
from app.web.record_pages import RECORDS
from app.web.rights_pages import RIGHTS
from app.web.sign_in_pages import SIGN_IN

__all__ = ["GROUPS"]

_OF_A_RECORD = (FINDING, RECORDS, CONSENTS, CORRECTIONS, FILES, CUSTODY, HISTORY, RIGHTS)

GROUPS = (SIGN_IN, ENROLMENT, *_OF_A_RECORD, BROKEN_GLASS, ADMINISTRATION, ACCOUNT)
