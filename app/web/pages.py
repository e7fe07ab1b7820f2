"""The pages anybody may see: what this is, and the released reports. Read in the statistics zone, which sees nothing else.

A page is in the reader's language (`app/web/languages.py`); pages in Arabic are mirrored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from babel.dates import format_date
from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import exports
from app.web.languages import keep_language, language_of, read_texts
from core.database import Database, Zone
from core.languages import DEFAULT_LANGUAGE, LANGUAGES, direction_of
from core.periods.period import Period
from core.settings import Settings

__all__ = ["Pages"]

HERE: Final = Path(__file__).parent

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Listed:
    """A released week, month or year as the front page lists it."""

    operation: str
    period: str
    days: str
    address: str


class Pages:
    """The public pages of an installation."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.releases = settings.releases
        self.router = APIRouter(include_in_schema=False)
        self.router.add_api_route("/", self.front, methods=["GET", "HEAD"])
        self.router.add_api_route("/releases/{operation}/{period}/{file:path}", self.released_file, methods=["GET", "HEAD"])
        self.router.add_api_route("/health", self.health, methods=["GET", "HEAD"])

    def front(self, request: Request) -> Response:
        """What this is, and the released weeks, months and years."""
        released = _listed(self._released(), self.releases, language_of(request))
        return self._page(request, "front.html.j2", released=released)

    def released_file(self, request: Request, operation: str, period: str, file: str) -> Response:
        """A file of the folder of a released period."""
        folder = self.releases / operation / period
        if (operation, period) not in {(row.operation, str(row.period)) for row in self._released()} or not _inside(
            folder / file, folder
        ):
            return self.missing(request, HTTPStatus.NOT_FOUND)
        return FileResponse(folder / file, headers={"Cache-Control": "public, max-age=300"})

    def health(self) -> Response:
        """Says that the program and its database answer, and nothing else."""
        with self.database.transaction(Zone.STATISTICS):
            return Response("ok", media_type="text/plain")

    def missing(self, request: Request, status: int) -> Response:
        """The page for what is not there."""
        return self._page(request, "missing.html.j2", status=status)

    def failed(self, request: Request) -> Response:
        """The page for what should not have happened. It gives no detail."""
        return self._page(request, "failed.html.j2", status=HTTPStatus.INTERNAL_SERVER_ERROR)

    def _released(self) -> Sequence[exports.PublishedRelease]:
        with self.database.transaction(Zone.STATISTICS) as session:
            return exports.list_releases(session)

    def _page(self, request: Request, name: str, *, status: int = HTTPStatus.OK, **values: object) -> Response:
        language = language_of(request)
        html = _templates.get_template(name).render(
            language=language,
            direction=direction_of(language),
            languages=LANGUAGES,
            # Nothing else of an address: what somebody typed into one, perhaps a name, is on no page.
            language_address="?lang={}".format,
            text=read_texts("frame", language),
            **values,
        )
        headers = {"Content-Language": language, "Vary": "Accept-Language, Cookie"}
        answer = HTMLResponse(html, status_code=status, headers=headers)
        keep_language(request, answer)
        return answer


def _listed(releases: Sequence[exports.PublishedRelease], folder: Path, language: str) -> list[Listed]:
    reported = language if language in exports.LANGUAGES else DEFAULT_LANGUAGE
    return [
        Listed(
            row.operation_names.get(language) or row.operation_names.get(reported) or row.operation,
            str(row.period),
            _days(row.period, language),
            f"releases/{row.operation}/{row.period}/report.{reported}.html",
        )
        for row in releases
        if (folder / row.operation / str(row.period)).is_dir()
    ]


def _days(period: Period, language: str) -> str:
    return " – ".join(format_date(day, "d MMM y", locale=language) for day in (period.monday, period.sunday))


def _inside(path: Path, folder: Path) -> bool:
    return path.is_file() and path.resolve().is_relative_to(folder.resolve())
