"""Take an upload into memory, whole and bounded: answers never lie on a disk in clear, not even in a temporary file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from app.web.problems import UploadInterrupted, UploadTooLarge
from ingest import UploadedFile

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

__all__ = ["read_body", "read_post"]

ANSWERS: Final = "xml_submission_file"


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
    return bytes(answers.content), [
        UploadedFile(part.file_name or part.name, part.content_type or "application/octet-stream", bytes(part.content))
        for part in files
    ]


def _read_parts(content_type: str, body: bytes) -> "list[_Part]":
    """The parts of a multipart body; none where it is something else or broken off."""
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or b"boundary" not in options:
        return []
    reader = _Reader()
    try:
        MultipartParser(options[b"boundary"], reader.callbacks()).write(body)
    except FormParserError:
        return []
    return reader.parts if reader.ended else []


@dataclass
class _Part:
    """One part: its headers by lower-case name, and its content."""

    headers: dict[bytes, bytes] = field(default_factory=dict, repr=False)
    content: bytearray = field(default_factory=bytearray, repr=False)

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


class _Reader:
    """Collects the parts that the parser reports."""

    def __init__(self) -> None:
        self.parts: list[_Part] = []
        self.ended = False
        self._header, self._value = bytearray(), bytearray()

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": lambda: self.parts.append(_Part()),
            "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._keep_header,
            "on_part_data": lambda data, start, end: self.parts[-1].content.extend(data[start:end]),
            "on_end": self._end,
        }

    def _keep_header(self) -> None:
        self.parts[-1].headers[bytes(self._header).lower()] = bytes(self._value)
        self._header, self._value = bytearray(), bytearray()

    def _end(self) -> None:
        self.ended = True


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
