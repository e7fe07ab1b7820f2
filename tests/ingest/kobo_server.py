"""A KoboToolbox server on this machine, of a form's records alone: real HTTP, and the habits of the real one.

It cuts every page at `cap` whatever is asked for, understands `sort` and `query` by `_id`, gives only the fields asked for,
and wants a token. `ails` are the answers that it gives before it is well again; `told` is all that it was sent.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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

    def validate(self, number: int, status: str | None) -> bool:
        """Whether the record is there."""
        if number not in self.records:
            return False
        said = {"uid": status, "by_whom": "someone", "timestamp": 1_785_578_400} if status else {}
        self.records[number]["_validation_status"] = said
        return True

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

    def do_PATCH(self) -> None:  # noqa: N802  (its name in the base class)
        content = json.loads(self.sent())
        if self.listens():
            self.form.told.append(content)
            self.validated(content["validation_status.uid"])

    def do_DELETE(self) -> None:  # noqa: N802  (its name in the base class)
        if self.listens():
            self.validated(None)

    def validated(self, status: str | None) -> None:
        named = VALIDATED.fullmatch(self.path)
        there = named is not None and self.form.validate(int(named[1]), status)
        self.say(204 if there and status is None else 200 if there else 404, b"" if status is None else b"{}")

    def do_GET(self) -> None:  # noqa: N802  (its name in the base class)
        if not self.listens():
            return
        parts = urlsplit(self.path)
        if parts.path in self.form.files:
            self.say(200, self.form.files[parts.path])
        elif parts.path.startswith(f"/api/v2/assets/{self.form.asset}/data/"):
            asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
            self.say(200, json.dumps(self.form.answer(parts.path, asked)).encode())
        else:
            self.say(404, b'{"detail":"Not found."}')


@contextmanager
def kobo_serving() -> Iterator[KoboForm]:
    """The server, with an empty form."""
    form = KoboForm()
    with serving(type("OneForm", (_Kobo,), {"form": form})) as form.address:
        yield form
