"""Deploy a published form on the server that its answers are pulled from. Its privacy classes stay here."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from app.arriving.pulled_server import find_with_token, open_server
from app.program import Program
from core.database import Zone
from forms import PublishedForm, compile_workbook, find_form, read_media
from forms.classes import workbook_without_classes, xform_without_classes
from forms.media import media_named
from ingest.sources import Kind, Source, find_source
from ingest.write_back import EncryptedThere, FormToDeploy, NothingToDeploy, WorkbookDiffers, WorkbookNeeded, note_deployed

__all__ = ["GivenWorkbook", "deploy_form", "require_deployable"]


@dataclass(frozen=True)
class GivenWorkbook:
    """The workbook (XLSForm) that a form was published from; `encoding` as `forms.compile_workbook` takes it."""

    content: bytes = field(repr=False)
    file_name: str
    encoding: str = ""


def deploy_form(
    program: Program,
    operation: str,
    source: UUID,
    *,
    version: str | None = None,
    workbook: GivenWorkbook | None = None,
    actor: str,
    wait: Callable[[float], object] = time.sleep,
) -> FormToDeploy:
    """Deploy a version of the source's form, or the one published last; what was deployed.

    KoboToolbox needs the workbook too, which must ask what the published version asks. Raises `SourceUnknown`,
    `NothingToDeploy`, `EncryptedThere`, `WorkbookNeeded`, `WorkbookDiffers`, `FormNotTaken`, and what the server's refusals and
    silence are called.
    """
    found, token = find_with_token(program, operation, source, actor)
    with program.database.transaction(Zone.COLLECTION, operation=operation, actor=actor) as session:
        form = _to_deploy(session, found, version, workbook)
    with open_server(program, found, token, wait) as server:
        version_there = server.deploy(form, wait)
    with program.database.transaction(Zone.COLLECTION, operation=operation, actor=actor) as session:
        note_deployed(session, found, form, version_there)
    return form


def require_deployable(
    program: Program, operation: str, source: UUID, *, version: str | None, workbook: GivenWorkbook | None, actor: str
) -> None:
    """What of a deployment is refused before its server is asked: raises `SourceUnknown`, `NothingToDeploy`, `EncryptedThere`,
    `WorkbookNeeded`, `WorkbookDiffers`, or what `compile_workbook` raises."""
    with program.database.transaction(Zone.COLLECTION, operation=operation, actor=actor) as session:
        found = find_source(session, source)
        if found.kind is Kind.KOBO and workbook is None:
            raise WorkbookNeeded(form_id=found.form_id)
        _to_deploy(session, found, version, workbook)


def _to_deploy(session: Session, source: Source, version: str | None, workbook: GivenWorkbook | None) -> FormToDeploy:
    published = find_form(session, source.operation, source.form_id, version)
    if published is None:
        raise NothingToDeploy(form_id=source.form_id, version=version or "")
    if source.kind is Kind.KOBO and published.encrypted:
        raise EncryptedThere(form_id=source.form_id)
    named = media_named(published.xform)
    files = read_media(session, source.operation, published.form_id, published.version)
    return FormToDeploy(
        published.form_id,
        published.version,
        _checked(published, workbook) if workbook else None,
        xform_without_classes(published.xform),
        {file.file_name: file.content for file in files if file.file_name in named},
    )


def _checked(published: PublishedForm, given: GivenWorkbook) -> bytes:
    """The workbook without classes, where it asks what the published version asks."""
    compiled = compile_workbook(given.content, given.file_name, encoding=given.encoding)
    if compiled.definition != published.definition:
        raise WorkbookDiffers(file=given.file_name, form_id=published.form_id, version=published.version)
    return workbook_without_classes(given.content, given.file_name, given.encoding)
