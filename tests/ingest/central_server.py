"""An ODK Central server on this machine, of one form and its submissions: real HTTP, and the habits of the real one.

It lets web users sign in, filters and orders rows by the moments in `__system`, shows what was deleted only to who asks for
it, gives every field of the form as null where it was not answered, and shows encrypted rows without answers. `ails` are the
answers that it gives before it is well again; `told` is all that it was sent.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.ingest.local_server import Answering, serving

__all__ = ["EMAIL", "PASSWORD", "START", "CentralForm", "central_serving"]

EMAIL, PASSWORD, SESSION = "viewer@example.org", "a-password-of-the-test", "a-session"
START = 1_785_578_400_000  # 2026-08-01T10:00:00Z
VERSION = re.compile(r'<[a-z]+ id="[^"]+" version="([^"]*)"')
CONDITION = re.compile(r"__system/(\w+) ge (\S+)")


@dataclass
class CentralForm:
    """The rows of the form by the first id, XML and files of submissions by their address. `clock` is in milliseconds."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    ails: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    told: list[Any] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    clock: int = START
    there: bool = True  # the form itself
    named: set[str] = field(default_factory=set)  # files that it refers to
    draft: bytes = b""
    attached: dict[str, bytes] = field(default_factory=dict)
    published: dict[str, bytes] = field(default_factory=dict)
    address: str = ""
    asset: str = "7/household"
    password: str = PASSWORD
    shown: Callable[[dict[str, Any]], dict[str, Any]] = dict

    @property
    def account(self) -> str:
        return f"{EMAIL}\n{PASSWORD}"

    @property
    def form(self) -> str:
        project, name = self.asset.split("/")
        return f"/v1/projects/{project}/forms/{name}"

    def add(self, instance: str, *, at: int | None = None, **answers: Any) -> dict[str, Any]:
        """A submission as a phone has just sent it, a second after the last one or at a moment of its own."""
        self.clock = self.clock + 1000 if at is None else at
        blank = {"person": {"name": None}, "photo": None, "member@odata.navigationLink": "Submissions('x')/member"}
        self.rows[instance] = {
            "__id": instance,
            "__system": {
                "submissionDate": _iso(self.clock),
                "updatedAt": None,
                "submitterId": "5",
                "submitterName": "Enumerator",
                "attachmentsPresent": 0,
                "attachmentsExpected": 0,
                "status": None,
                "reviewState": None,
                "deviceId": None,
                "edits": 0,
                "formVersion": "1",
                "deletedAt": None,
            },
            "meta": {"instanceID": instance, "instanceName": None},
            **blank,
            **answers,
        }
        return self.rows[instance]

    def encrypt(self, instance: str, manifest: bytes, files: dict[str, bytes]) -> None:
        """A submission that a phone has encrypted: the row holds nothing but what the server knows of it."""
        row = self.add(instance)
        row["__system"]["status"] = "notDecrypted"
        self.rows[instance] = {name: row[name] for name in ("__id", "__system")}
        place = f"{self.form}/submissions/{instance}"
        self.kept[f"{place}.xml"] = manifest
        self.kept |= {f"{place}/attachments/{name}": content for name, content in files.items()}

    def attach(self, instance: str, name: str, content: bytes) -> None:
        self.kept[f"{self.form}/submissions/{instance}/attachments/{name}"] = content

    def edit(self, instance: str, version: str, **answers: Any) -> None:
        """`__id` stays, the id of the version does not."""
        row = self._changed(instance)
        row["__system"]["edits"] += 1
        row["meta"] = {**row["meta"], "instanceID": version}
        row |= answers

    def review(self, instance: str, state: str | None) -> None:
        self._changed(instance)["__system"]["reviewState"] = state

    def delete(self, instance: str) -> None:
        self.clock += 1000
        self.rows[instance]["__system"]["deletedAt"] = _iso(self.clock)

    def take_form(self, path: str, content: bytes) -> int:
        """A draft, one of its files, or its publication; the status that it is answered with."""
        named = f"{self.form}/draft/attachments/"
        if path == f"{self.form.rpartition('/')[0]}":
            self.there = True
        elif not self.there or (path.startswith(named) and path.removeprefix(named) not in self.named):
            return 404
        if path.startswith(named):
            self.attached[path.removeprefix(named)] = content
        elif path == f"{self.form}/draft/publish":
            version = VERSION.findall(self.draft.decode())[0]
            if version in self.published:
                return 409
            self.published[version] = self.draft
        else:
            self.draft = content
        return 200

    def _changed(self, instance: str) -> dict[str, Any]:
        self.clock += 1000
        self.rows[instance]["__system"]["updatedAt"] = _iso(self.clock)
        return self.rows[instance]

    def written(self, asked: dict[str, str]) -> bytes:
        return json.dumps(self.answer(asked)).encode()

    def answer(self, asked: dict[str, str]) -> Any:
        condition = CONDITION.fullmatch(asked["$filter"])
        assert condition
        assert (asked["$expand"], asked["$orderby"]) == ("*", f"__system/{condition[1]} asc")
        rows = [row for row in self.rows.values() if (row["__system"][condition[1]] or "") >= condition[2]]
        if condition[1] != "deletedAt":
            rows = [row for row in rows if row["__system"]["deletedAt"] is None]
        rows.sort(key=lambda row: row["__system"][condition[1]])
        return {"@odata.context": "…", "value": [self.shown(row) for row in rows[: int(asked["$top"])]]}


def _iso(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Central(Answering):
    form: CentralForm

    def listens(self) -> bool:
        """Whether it is well and somebody has signed in; otherwise it has answered."""
        self.form.asked.append(self.path)
        if self.form.ails:
            status, headers = self.form.ails.pop(0)
            self.say(status, b"<html>busy</html>", headers)
        elif self.headers.get("Authorization") != f"Bearer {SESSION}" or SESSION not in self.form.sessions:
            self.say(401, b"{}")
        else:
            return True
        return False

    def do_POST(self) -> None:  # noqa: N802  (its name in the base class)
        content, path = self.sent(), unquote(self.path)
        if path != "/v1/sessions":
            if self.listens():
                self.say(self.form.take_form(path, content), b"{}")
            return
        given = json.loads(content)
        if given != {"email": EMAIL, "password": self.form.password}:
            self.say(401, b'{"message":"Could not authenticate with the provided credentials."}')
        else:
            self.form.sessions.append(SESSION)
            self.say(200, json.dumps({"token": SESSION, "expiresAt": "2026-08-02T10:00:00Z"}).encode())

    def do_PATCH(self) -> None:  # noqa: N802  (its name in the base class)
        content = json.loads(self.sent())
        self.form.told.append(content)
        place, _, instance = unquote(self.path).rpartition("/")
        if not self.listens():
            return
        if place != f"{self.form.form}/submissions" or instance not in self.form.rows:
            self.say(404, b'{"message":"Could not find the resource you were looking for."}')
        else:
            assert content["reviewState"] in {None, "hasIssues", "edited", "approved", "rejected"}
            self.form.review(instance, content["reviewState"])
            self.say(200, b"{}")

    def do_DELETE(self) -> None:  # noqa: N802  (its name in the base class)
        self.form.sessions.remove(self.path.rpartition("/")[2])
        self.say(200, b'{"success":true}')

    def do_GET(self) -> None:  # noqa: N802  (its name in the base class)
        if not self.listens():
            return
        parts = urlsplit(self.path)
        if unquote(parts.path) in self.form.kept:
            self.say(200, self.form.kept[unquote(parts.path)])
        elif parts.path == f"{self.form.form}.svc/Submissions":
            asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
            self.say(200, self.form.written(asked))
        else:
            self.say(404, b'{"message":"Could not find the resource you were looking for."}')


@contextmanager
def central_serving() -> Iterator[CentralForm]:
    """The server, with an empty form."""
    form = CentralForm()
    with serving(type("OneForm", (_Central,), {"form": form})) as form.address:
        yield form
