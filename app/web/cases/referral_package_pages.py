"""A referral sealed for a provider who has no account here: asked for on the page of the referral, approved with the exports.

What goes along is what the programme says, shown before it is asked for; nobody types a field.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from app.records.export_file import export_to_spool, pieces_of
from app.web.attachment import attachment
from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.identifier import identifier
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, reader_language, signed_in_router
from casework import exporting, left_to_fetch
from casework.case_file import Entry, EntryKind
from casework.programme import Programme
from core.database import Zone
from core.permissions import Right
from core.second_person import reject

__all__ = ["REFERRAL_PACKAGES", "package_panel"]

router = signed_in_router()
REFERRAL_PACKAGES: Final = PageGroup(router, "referrals")
STATES: Final = ("sent", "accepted")  # in which a package can be asked for


def package_panel(desk: Desk, visit: Visit, entry: Entry, programme: Programme) -> Mapping[str, Any]:
    """What the page of a referral shows of its packages; nothing for who may not share."""
    if entry.kind is not EntryKind.REFERRAL or entry.fields is None or not visit.access.may(Right.SHARE_RECORD):
        return {"packages": [], "package_recipients": [], "package_fields": (), "package_lies": {}}
    provider = str(entry.fields.get("provider", ""))
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        asked = exporting.packages_of(session, entry.id)
        lies = left_to_fetch.left_of(session, [one.id for one in asked])
        recipients = exporting.package_recipients(session, provider) if entry.state in STATES else []
    return {
        "packages": asked,
        "package_recipients": recipients,
        "package_fields": programme.told.to(provider),
        "package_lies": lies,
        "left_days": left_to_fetch.LEFT_DAYS,
    }


@router.post("/cases/{case:uuid}/entries/{entry:uuid}/package")
def ask(visit: SignedIn, desk: OpenDesk, case: UUID, entry: UUID, form: CheckedForm) -> Response:
    """Propose the package to the recipient chosen."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        exporting.propose_package(session, desk.ring, entry, identifier(form.get("recipient")))
    return _back(case, entry)


@router.post("/cases/{case:uuid}/entries/{entry:uuid}/package/{export:uuid}")
def take_back(
    visit: SignedIn,
    desk: OpenDesk,
    case: UUID,
    *,
    entry: UUID,
    export: UUID,
    form: CheckedForm,  # noqa: ARG001  (checked)
) -> Response:
    """Withdraw one's own proposal."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        asked = [one.proposal for one in exporting.packages_of(session, entry) if one.id == export]
        for proposal in asked:
            reject(session, proposal)
    return _back(case, entry)


@router.post("/cases/{case:uuid}/entries/{entry:uuid}/package/{export:uuid}/file")
def fetch(request: Request, visit: SignedIn, desk: OpenDesk, export: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """Make an approved package and hand over its sealed file, in the reader's language. It is made once."""
    language = reader_language(request, visit)
    sealed = export_to_spool(desk.database, desk.ring, visit.access, export, language=language)
    headers = attachment(f"{export}.zip.age")
    return StreamingResponse(pieces_of(sealed), media_type="application/octet-stream", headers=headers)


@router.post("/cases/{case:uuid}/entries/{entry:uuid}/package/{export:uuid}/leave")
def leave(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    *,
    case: UUID,
    entry: UUID,
    export: UUID,
    form: CheckedForm,  # noqa: ARG001  (checked)
) -> Response:
    """Make an approved package and leave it here for its provider to fetch, in the reader's language."""
    language = reader_language(request, visit)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        left_to_fetch.leave_export(session, desk.ring, export, language=language)
    return _back(case, entry)


@router.post("/cases/{case:uuid}/entries/{entry:uuid}/package/{export:uuid}/take-back")
def take_back_left(
    visit: SignedIn,
    desk: OpenDesk,
    *,
    case: UUID,
    entry: UUID,
    export: UUID,
    form: CheckedForm,  # noqa: ARG001  (checked)
) -> Response:
    """Destroy a package that lies for its provider."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        left_to_fetch.take_back_left(session, export)
    return _back(case, entry)


def _back(case: UUID, entry: UUID) -> Response:
    return go_to(f"/cases/{case}/entries/{entry}#package")
