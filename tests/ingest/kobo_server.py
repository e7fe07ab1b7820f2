"""A KoboToolbox server on this machine, of one form and its records: real HTTP, and the habits of the real one.

It cuts every page at `cap` whatever is asked for, understands `sort` and `query` by `_id`, gives only the fields asked for,
and wants a token. `ails` are the answers that it gives before it is well again; `told` is all that it was sent.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.ingest.local_server import Answering, serving

__all__ = ["KoboForm", "kobo_serving"]

ASSET = "aTestForm"
TOKEN = "a-token-of-the-test"
VALIDATED = re.compile(r"/api/v2/assets/\w+/data/(\d+)/validation_status/")


@dataclass
class KoboForm:
    """The records of the form by their `_id`, and its files by their path."""

    records: dict[int, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    cap: int = 1000
    breaks: int = 0  # so often the line breaks in the middle of a file
    history: list[dict[str, Any]] | None = None  # the newest first; None: the account may not see it
    clock: datetime = datetime(2026, 8, 1, tzinfo=UTC)
    version: str = "vBefore"
    workbooks: list[bytes] = field(default_factory=list)
    media: list[dict[str, Any]] = field(default_factory=list)
    deployments: list[str] = field(default_factory=list)
    imports: list[str] = field(default_factory=lambda: ["processing", "complete"])
    ails: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    told: list[Any] = field(default_factory=list)
    address: str = ""
    asset: str = ASSET
    token: str = TOKEN

    def add(self, number: int, instance: str = "", **answers: Any) -> dict[str, Any]:
        """A record as it is when a phone has just sent it."""
        uuid = instance or f"u-{number}"
        self.records[number] = {
            "_id": number,
            "formhub/uuid": "f",
            **{key.replace("__", "/"): value for key, value in answers.items()},
            "__version__": "v-of-the-server",
            "meta/instanceID": f"uuid:{uuid}",
            "meta/rootUuid": uuid,
            "_xform_id_string": self.asset,
            "_uuid": uuid,
            "_attachments": [],
            "_status": "submitted_via_web",
            "_geolocation": [None, None],
            "_submission_time": "2026-08-01T10:00:00",
            "_tags": [],
            "_notes": [],
            "_validation_status": {},
            "_submitted_by": None,
        }
        return self.records[number]

    def edit(self, number: int, uuid: str, **answers: Any) -> None:
        """`_id` and `meta/rootUuid` stay, the ids of the version do not."""
        before = self.records[number]
        self.records[number] = {
            **before,
            **{key.replace("__", "/"): value for key, value in answers.items()},
            "meta/deprecatedID": before["meta/instanceID"],
            "meta/instanceID": f"uuid:{uuid}",
            "_uuid": uuid,
        }

    def attach(self, number: int, name: str, content: bytes, *, deleted: bool = False) -> None:
        path = f"/api/v2/assets/{self.asset}/data/{number}/attachments/{len(self.files) + 1}/"
        self.files[path] = content
        self.records[number]["_attachments"].append(
            {
                "download_url": f"{self.address}{path}",
                "mimetype": "image/jpeg",
                "filename": f"someone/attachments/{name}",
                "is_deleted": deleted,
            }
        )

    def happened(self, action: str, number: int) -> None:
        """An entry of the form's history, to which the server adds one second after another."""
        self.clock += timedelta(seconds=1)
        root = self.records[number]["meta/rootUuid"]
        entry = {
            "action": action,
            "date_created": f"{self.clock:%Y-%m-%dT%H:%M:%SZ}",
            "metadata": {"submission": {"root_uuid": root}},
        }
        self.history = [entry, *(self.history or [])]

    def validate(self, number: int, status: str | None) -> bool:
        """Whether the record is there."""
        if number not in self.records:
            return False
        said = {"uid": status, "by_whom": "someone", "timestamp": 1_785_578_400} if status else {}
        self.records[number]["_validation_status"] = said
        return True

    def shown(self) -> dict[str, Any]:
        """What the server tells of the form itself."""
        deployed = self.deployments[-1] if self.deployments else None
        return {
            "uid": self.asset,
            "version_id": self.version,
            "has_deployment": bool(deployed),
            "deployed_version_id": deployed,
        }

    def take_workbook(self, sent: Message) -> bool:
        """An import that replaces what the form asks; it takes effect when it is deployed."""
        parts = {part.get_param("name", header="content-disposition"): part for part in sent.get_payload()}
        assert parts["destination"].get_payload().endswith(f"/api/v2/assets/{self.asset}/")
        self.workbooks.append(parts["file"].get_payload(decode=True))
        self.version = f"vOfWorkbook{len(self.workbooks)}"
        return True

    def take_media(self, sent: Message) -> bool:
        """A file of the form; one of a name that is taken is refused."""
        parts = {part.get_param("name", header="content-disposition"): part for part in sent.get_payload()}
        name = json.loads(parts["metadata"].get_payload())["filename"]
        content = parts["content"].get_payload(decode=True)
        if any(file["metadata"]["filename"] == name for file in self.media):
            return False
        told = {"filename": name, "hash": f"md5:{hashlib.md5(content).hexdigest()}"}
        self.media.append({"uid": f"af{len(self.told)}", "metadata": told})
        return True

    def deploy(self, content: dict[str, Any], *, first: bool) -> bool:
        """A first deployment and a later one are different requests, and only the current version is deployed."""
        if first == bool(self.deployments) or content != {"active": True, "version_id": self.version}:
            return False
        self.deployments.append(self.version)
        return True

    def written(self, path: str, asked: dict[str, str]) -> bytes:
        return json.dumps(self.answer(path, asked)).encode()

    def answer(self, path: str, asked: dict[str, str]) -> Any:
        assert path == f"/api/v2/assets/{self.asset}/data/"
        assert (asked["format"], json.loads(asked["sort"])) == ("json", {"_id": 1})
        condition = json.loads(asked["query"])["_id"]
        wanted = [
            self.records[number]
            for number in sorted(self.records)
            if number > condition.get("$gt", 0) and number in condition.get("$in", [number])
        ]
        page = wanted[: min(int(asked["limit"]), self.cap)]
        if "fields" in asked:
            fields = json.loads(asked["fields"])
            page = [{key: value for key, value in record.items() if key in fields} for record in page]
        return {"count": len(wanted), "next": None, "previous": None, "results": page}


class _Kobo(Answering):
    form: KoboForm

    def listens(self) -> bool:
        """Whether it is well and the token is right; otherwise it has answered."""
        self.form.asked.append(self.path)
        if self.form.ails:
            status, headers = self.form.ails.pop(0)
            self.say(status, b"<html>busy</html>", headers)
        elif self.headers.get("Authorization") != f"Token {self.form.token}":
            self.say(401, b'{"detail":"Invalid token."}')
        else:
            return True
        return False

    def do_POST(self) -> None:  # noqa: N802  (its name in the base class)
        content, kind = self.sent(), self.headers.get("Content-Type", "")
        if not self.listens():
            return
        self.form.told.append(content)
        sent = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + content)
        taken = {
            "/api/v2/imports/": lambda: self.form.take_workbook(sent),
            f"{self.about}/files/": lambda: self.form.take_media(sent),
            f"{self.about}/deployment/": lambda: self.form.deploy(json.loads(content), first=True),
        }[self.path]()
        self.say(201 if taken else 400, b'{"uid": "iImport"}')

    def do_PATCH(self) -> None:  # noqa: N802  (its name in the base class)
        content = json.loads(self.sent())
        if not self.listens():
            return
        self.form.told.append(content)
        if self.path == f"{self.about}/deployment/":
            self.say(200 if self.form.deploy(content, first=False) else 400, b"{}")
        else:
            self.validated(content["validation_status.uid"])

    def do_DELETE(self) -> None:  # noqa: N802  (its name in the base class)
        if not self.listens():
            return
        if self.path.startswith(f"{self.about}/files/"):
            self.form.media = [file for file in self.form.media if file["uid"] not in self.path]
            self.say(204, b"")
        else:
            self.validated(None)

    @property
    def about(self) -> str:
        return f"/api/v2/assets/{self.form.asset}"

    def validated(self, status: str | None) -> None:
        named = VALIDATED.fullmatch(self.path)
        there = named is not None and self.form.validate(int(named[1]), status)
        self.say(204 if there and status is None else 200 if there else 404, b"" if status is None else b"{}")

    def do_GET(self) -> None:  # noqa: N802  (its name in the base class)
        if not self.listens():
            return
        parts = urlsplit(self.path)
        if parts.path in self.form.files:
            content = self.form.files[parts.path]
            if self.form.breaks:
                self.form.breaks -= 1
                self.say(200, content[: len(content) // 2], {"Content-Length": str(len(content))})
                self.close_connection = True
            else:
                self.say(200, content)
        elif parts.path == f"{self.about}/":
            self.say(200, json.dumps(self.form.shown()).encode())
        elif parts.path == f"{self.about}/history/":
            asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
            at = int(asked["offset"])
            page = (self.form.history or [])[at : at + int(asked["limit"])]
            self.say(403 if self.form.history is None else 200, json.dumps({"results": page}).encode())
        elif parts.path == f"{self.about}/files/":
            self.say(200, json.dumps({"results": self.form.media}).encode())
        elif parts.path == "/api/v2/imports/iImport/":
            self.say(200, json.dumps({"uid": "iImport", "status": self.form.imports.pop(0)}).encode())
        elif parts.path.startswith(f"{self.about}/data/"):
            asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
            self.say(200, self.form.written(parts.path, asked))
        else:
            self.say(404, b'{"detail":"Not found."}')


@contextmanager
def kobo_serving() -> Iterator[KoboForm]:
    """The server, with an empty form."""
    form = KoboForm()
    with serving(type("OneForm", (_Kobo,), {"form": form})) as form.address:
        yield form
