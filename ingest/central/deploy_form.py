"""Deploy a form on an ODK Central server (API v1): a draft with its files, which is then published.

The XForm goes out as it is published here, so versions have the same names there, and phones encrypt for the same key.
"""

from typing import Any, Final
from urllib.parse import quote

import httpx

from ingest.pull.ask_server import Asked
from ingest.pull.errors import ServerRefused
from ingest.write_back.errors import FormNotTaken
from ingest.write_back.form_to_deploy import FormToDeploy

__all__ = ["deploy_form"]

WHAT: Final = "the right to create and publish its form"
XML: Final = {"Content-Type": "application/xml"}
BYTES: Final = {"Content-Type": "application/octet-stream"}


def deploy_form(asked: Asked, form_address: str, form: FormToDeploy) -> str:
    """What the server calls the version that it has published. A form that is not there yet is made.

    Raises `FormNotTaken`, where it has other content under this version too, and what `Asked` raises.
    """
    draft = f"{form_address}/draft"
    if _send(asked, "POST", draft, content=form.xform, headers=XML) is None:
        forms = form_address.rpartition("/")[0]
        _require(asked, _send(asked, "POST", forms, content=form.xform, headers=XML))
    for name, content in form.media.items():  # one that the form does not name has no place there
        _send(asked, "POST", f"{draft}/attachments/{quote(name, safe='')}", content=content, headers=BYTES)
    _require(asked, _send(asked, "POST", f"{draft}/publish"))
    return form.version


def _send(asked: Asked, method: str, url: str, **content: Any) -> httpx.Response | None:
    try:
        return asked.send(method, url, WHAT, **content)
    except ServerRefused as refused:
        if refused.where["status"] in {400, 409, 422}:
            raise FormNotTaken(address=asked.address, reason=f"status {refused.where['status']}") from None
        raise


def _require(asked: Asked, answer: httpx.Response | None) -> None:
    if answer is None:
        raise ServerRefused(address=asked.address, what=WHAT, status=404)
