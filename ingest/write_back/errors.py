"""What keeps a form from being deployed on another server."""

from core.errors import Problem

__all__ = ["EncryptedThere", "FormNotTaken", "NothingToDeploy", "WorkbookDiffers", "WorkbookNeeded"]


class NothingToDeploy(Problem):
    code = "INGEST-163"
    says = "Form '{form_id}', version '{version}', is not published in this operation."
    remedy = "Publish it first, with `bin/waystation forms add`: what comes back from the server is read by it."


class WorkbookNeeded(Problem):
    code = "INGEST-164"
    says = "KoboToolbox compiles forms from their workbook, and keeps none that comes without."
    remedy = "Name the workbook that form '{form_id}' was published from."


class WorkbookDiffers(Problem):
    code = "INGEST-165"
    says = "The workbook {file} is not that of form '{form_id}', version '{version}', as it is published here."
    remedy = "Give the changed workbook a new version, publish it with `bin/waystation forms add`, and deploy it then."


class EncryptedThere(Problem):
    code = "INGEST-166"
    says = "Phones encrypt form '{form_id}' for this operation, and encrypted records cannot be pulled from KoboToolbox."
    remedy = "Publish a version without `--encrypted`, or collect its answers with this server or ODK Central."


class FormNotTaken(Problem):
    code = "INGEST-167"
    says = "The server {address} did not take the form ({reason})."
    remedy = "What it had deployed before stands. See there whether it has this version already, or other files of these names."
