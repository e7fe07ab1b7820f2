"""Take an upload into memory, whole and bounded: answers never lie on a disk in clear, not even in a temporary file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from app.web.problems import UploadInterrupted, UploadTooLarge
from ingest import UploadedFile

__all__ = ["read_body", "read_post"]

ANSWERS: Final = "xml_submission_file"
LINE: Final = b"\r\n"


async def read_body(request: Request, limit: int) -> bytes:
    """The body of a request; raises `UploadTooLarge` (as early as it can) or `UploadInterrupted`."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise UploadTooLarge(limit=limit)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise UploadTooLarge(limit=limit)
    except ClientDisconnect:
        raise UploadInterrupted from None
    return bytes(body)


def read_post(content_type: str, body: bytes) -> tuple[bytes, Sequence[UploadedFile]]:
    """The answers and the files of an OpenRosa post (multipart/form-data, RFC 7578).

    The answers are the part `xml_submission_file`; a file is any other part that has a file name or a media type, and
    is called by its file name, else by the name of its part. Other fields are the protocol's own and left out. A
    body that holds no answers in this form is returned whole in their place: it is judged, and kept, as it came.
    """
    parts = _read_parts(content_type, body)
    answers = next((part for part in parts if part.name == ANSWERS), None)
    if answers is None:
        return body, ()
    files = [part for part in parts if part is not answers and (part.file_name or part.content_type)]
    return answers.content, [
        UploadedFile(part.file_name or part.name, part.content_type or "application/octet-stream", part.content)
        for part in files
    ]


def _read_parts(content_type: str, body: bytes) -> "list[_Part]":
    """The parts of a multipart body; none where it is something else or broken off.

    A delimiter is a line of its own: CRLF, two hyphens and the boundary (RFC 2046, section 5.1.1); two more hyphens end it all.
    """
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        return []
    delimiter = LINE + b"--" + options[b"boundary"]
    _, *pieces = (LINE + body).split(delimiter)
    texts: list[bytes] = []
    for piece in pieces:
        if piece.startswith(b"--"):
            return _read_each(texts)
        end = piece.find(LINE)
        if end >= 0 and not piece[:end].strip(b" \t"):
            texts.append(piece[end:])
        elif texts:
            texts[-1] += delimiter + piece  # a line that only begins like the delimiter
    return []


def _read_each(texts: Sequence[bytes]) -> "list[_Part]":
    """The parts, each given from the end of its delimiter's line; none where one has no end of its headers."""
    parts = []
    for text in texts:
        head, end, content = text.partition(LINE + LINE)
        if not end:
            return []
        fields = (line.partition(b":") for line in head.split(LINE) if line)
        parts.append(_Part({name.strip().lower(): value.strip() for name, _, value in fields}, content))
    return parts


@dataclass
class _Part:
    """One part: its headers by lower-case name, and its content."""

    headers: dict[bytes, bytes] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def name(self) -> str:
        return self._disposition(b"name")

    @property
    def file_name(self) -> str:
        return self._disposition(b"filename")

    @property
    def content_type(self) -> str:
        return _text(self.headers.get(b"content-type", b""))

    def _disposition(self, option: bytes) -> str:
        return _text(parse_options_header(self.headers.get(b"content-disposition"))[1].get(option, b""))


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
