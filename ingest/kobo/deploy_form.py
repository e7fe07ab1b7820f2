"""Deploy a form on a KoboToolbox server (API v2): its content is replaced, its files brought up to date, then phones get it.

The workbook is imported by a task of the server's, which is asked after until it is done. A first deployment and a later one
are different requests there.
"""

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any, Final

from ingest.pull.ask_server import Asked
from ingest.pull.errors import ServerRefused
from ingest.write_back.errors import FormNotTaken, WorkbookNeeded
from ingest.write_back.form_to_deploy import FormToDeploy

__all__ = ["deploy_form"]

ASKED_AFTER: Final = 60  # times, with a wait before each
WAIT: Final = 2.0  # seconds
WHAT: Final = "the right to change and deploy its form"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Answer = dict[str, Any]


def deploy_form(asked: Asked, asset: str, form: FormToDeploy, wait: Callable[[float], object] = time.sleep) -> str:
    """What the server calls the version deployed. Raises `WorkbookNeeded`, `FormNotTaken` and what `Asked` raises."""
    return _Deployment(asked, asset, wait).deploy(form)


class _Deployment:
    def __init__(self, asked: Asked, asset: str, wait: Callable[[float], object]) -> None:
        self.asked, self.wait = asked, wait
        self.api = f"{asked.address}/api/v2"
        self.form = f"{self.api}/assets/{asset}"

    def deploy(self, form: FormToDeploy) -> str:
        if form.workbook is None:
            raise WorkbookNeeded(form_id=form.form_id)
        self.replace_content(form.form_id, form.workbook)
        for name, content in form.media.items():
            self.keep_file(name, content)
        now = self.send("GET", f"{self.form}/")
        said = {"active": True, "version_id": now.get("version_id")}
        self.send("PATCH" if now.get("has_deployment") else "POST", f"{self.form}/deployment/", json=said)
        return str(self.send("GET", f"{self.form}/").get("deployed_version_id") or "")

    def replace_content(self, name: str, workbook: bytes) -> None:
        file = {"file": (f"{name}.xlsx", workbook, XLSX)}
        said = {"name": name, "destination": f"{self.form}/", "library": "false"}
        task = self.send("POST", f"{self.api}/imports/", data=said, files=file)
        for _ in range(ASKED_AFTER):
            self.wait(WAIT)
            status = self.send("GET", f"{self.api}/imports/{task.get('uid')}/").get("status")
            if status == "complete":
                return
            if status == "error":
                raise FormNotTaken(address=self.asked.address, reason="its import failed")
        raise FormNotTaken(address=self.asked.address, reason="its import does not end")

    def keep_file(self, name: str, content: bytes) -> None:
        """Nothing is changed for a file that the server has in this content; another of its name is put in place of it."""
        listed = self.send("GET", f"{self.form}/files/", params={"file_type": "form_media", "limit": "1000"})
        for file in listed.get("results") or []:
            described = file.get("metadata") or {}
            if described.get("filename") == name:
                if (
                    str(described.get("hash", "")).removeprefix("md5:")
                    == hashlib.md5(content, usedforsecurity=False).hexdigest()
                ):
                    return
                self.asked.send("DELETE", f"{self.form}/files/{file.get('uid')}/", WHAT)
        said = {"description": "default", "file_type": "form_media", "metadata": json.dumps({"filename": name})}
        self.send("POST", f"{self.form}/files/", data=said, files={"content": (name, content)})

    def send(self, method: str, url: str, **content: Any) -> Answer:
        try:
            answer = self.asked.send(method, url, WHAT, **content)
        except ServerRefused as refused:
            if refused.where["status"] in {400, 409, 422}:
                raise FormNotTaken(address=self.asked.address, reason=f"status {refused.where['status']}") from None
            raise
        if answer is None:
            raise ServerRefused(address=self.asked.address, what=WHAT, status=404)
        try:
            told = answer.json()
        except ValueError as error:
            raise self.asked.unread(type(error).__name__) from None
        return told if isinstance(told, dict) else {}
