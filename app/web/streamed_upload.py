"""A file in a form of ours, read as it comes: never whole in memory, and never in a temporary file.

The form's own fields come before its file, so that who sends it and what for is judged before the first byte of the file is
taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from anyio import from_thread
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from app.web.problems import DocumentBroken, DocumentTooLarge

__all__ = ["MOST_BYTES", "StreamedUpload", "read_all", "read_upload", "read_whole"]

MOST_BYTES: Final = 200_000_000
FIELD_BYTES: Final = 16 * 1024
MOST_FIELDS: Final = 20
MOST_FILES: Final = 200  # beside the first one
# A browser shows our refusal only after it has sent what it began: so much more is read and forgotten.
PATIENCE: Final = 2 * MOST_BYTES


@dataclass(frozen=True)
class StreamedUpload:
    """The fields that came before the file, its name, and its content as it comes: read once, within the request.

    `further` are files that come after it, by name, once it is read to its end.
    """

    fields: dict[str, str] = field(repr=False)
    name: str = field(repr=False)
    content: Iterator[bytes] = field(repr=False)
    further: Iterator[tuple[str, Iterator[bytes]]] = field(repr=False)


def read_upload(request: Request) -> StreamedUpload:
    """Read up to the file; call it on a thread of the request (a handler that is no coroutine).

    Raises `DocumentBroken` here; reading the content raises `DocumentBroken` or `DocumentTooLarge`, the latter also where the
    form announces it.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise DocumentBroken
    parts = _Parts(options[b"boundary"], _pieces(request))
    fields: dict[str, str] = {}
    coming = iter(parts)
    for name, file_name, content in coming:
        if file_name is not None:
            return StreamedUpload(fields, file_name, _bounded(content), _files(coming))
        said = b"".join(content)
        if len(fields) >= MOST_FIELDS or len(said) > FIELD_BYTES:
            break
        fields[name] = said.decode(errors="replace")
    raise DocumentBroken


def read_whole(content: Iterator[bytes], most: int) -> bytes | None:
    """All of it, read to its end even where it is more than `most` bytes, for the browser to show the answer: then None."""
    whole = bytearray()
    for piece in content:
        if len(whole) <= most:
            whole += piece
    return bytes(whole) if len(whole) <= most else None


def read_all(upload: StreamedUpload, most: int) -> list[tuple[str, bytes]] | None:
    """The file and those after it, each by its name; None where they are too many, or more than `most` bytes together."""
    files, left = [], most
    for number, (name, content) in enumerate(chain([(upload.name, upload.content)], upload.further)):
        read = read_whole(content, left)
        left = -1 if read is None or number > MOST_FILES else left - len(read)
        files += [(name, read)] if read is not None else []
    return files if left >= 0 else None


def _files(parts: Iterator[tuple[str, str | None, Iterator[bytes]]]) -> Iterator[tuple[str, Iterator[bytes]]]:
    for _, file_name, content in parts:
        if file_name is None:
            raise DocumentBroken  # fields come before
        yield file_name, _bounded(content)


def _bounded(content: Iterator[bytes]) -> Iterator[bytes]:
    taken = 0
    for piece in content:
        taken += len(piece)
        if taken > PATIENCE:
            break
        if taken <= MOST_BYTES:
            yield piece
    if taken > MOST_BYTES:
        raise DocumentTooLarge(limit=MOST_BYTES // 1_000_000)


def _pieces(request: Request) -> Iterator[bytes]:
    """The body as it comes, asked for from the thread that works on the request."""
    stream = request.stream()
    try:
        while piece := from_thread.run(anext, stream, b""):
            yield piece
    except ClientDisconnect:
        raise DocumentBroken from None


class _Parts:
    """The parts of a multipart body in turn: name, file name (None where it is no file) and content. A part is read to its end
    before the next one is asked for."""

    def __init__(self, boundary: bytes, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._events: list[tuple[str, bytes]] = []
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            callbacks={
                "on_header_field": lambda data, start, end: self._note("field", data[start:end]),
                "on_header_value": lambda data, start, end: self._note("value", data[start:end]),
                "on_header_end": lambda: self._note("header", b""),
                "on_headers_finished": lambda: self._note("head", b""),
                "on_part_data": lambda data, start, end: self._note("data", data[start:end]),
                "on_part_end": lambda: self._note("end", b""),
                "on_end": self._finish,
            },
        )

    def __iter__(self) -> Iterator[tuple[str, str | None, Iterator[bytes]]]:
        while (headers := self._headers()) is not None:
            _, options = parse_options_header(headers.get(b"content-disposition"))
            file_name = options.get(b"filename")
            name = options.get(b"name", b"").decode(errors="replace")
            yield name, None if file_name is None else file_name.decode(errors="replace"), self._content()

    def _headers(self) -> dict[bytes, bytes] | None:
        headers: dict[bytes, bytes] = {}
        name, value = b"", b""
        while (event := self._next()) is not None:
            match event:
                case ("field", said):
                    name += said
                case ("value", said):
                    value += said
                case ("header", _):
                    headers[name.lower()] = value
                    name, value = b"", b""
                case ("head", _):
                    return headers
        return None

    def _content(self) -> Iterator[bytes]:
        while (event := self._next()) is not None:
            if event[0] == "end":
                return
            yield event[1]
        raise DocumentBroken  # the body ended within the part

    def _next(self) -> tuple[str, bytes] | None:
        while not self._events:
            piece = next(self._pieces, b"")
            if self._ended or not piece:
                return None
            try:
                self._parser.write(piece)
            except FormParserError:
                raise DocumentBroken from None
        return self._events.pop(0)

    def _note(self, kind: str, said: bytes) -> None:
        self._events.append((kind, said))

    def _finish(self) -> None:
        self._ended = True
