"""Casework in numbers, for those who lead it: what was protected and released, and nothing else.

The page reads the statistics zone, which sees no more than the world does. So nobody is asked for a right, and nobody who leads
casework sees a small number here that a reader of the report may not.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

import exports
from anonymizer import TOTAL
from app.web.desk import Entry, OpenDesk, PageGroup
from app.web.signed_in import SignedIn
from app.web.signed_in_page import reader_language, show, signed_in_router
from app.web.statistics.caseload_figures import CASELOAD_TABLES, Stock, stocks_of
from app.web.statistics.casework_figures import TABLES, Figures, figures_of
from app.web.statistics.spans import Span, spans_of, summed
from core.database import Zone
from core.languages import DEFAULT_LANGUAGE, direction_of
from core.permissions import Right

__all__ = ["CASE_REPORTS"]

HERE: Final = "/reports/casework"
LISTED: Final = 26  # the newest periods to choose from
LEADS: Final = (Right.APPROVE_CASE_STEP, Right.RELEASE_WEEK)
router = signed_in_router()
CASE_REPORTS: Final = PageGroup(router, "case_reports", (Entry(HERE, "case_reports", LEADS),))


@router.get(HERE)
def show_casework(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    period: Annotated[str, Query(max_length=10)] = "",
    table: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """A table of a released period or quarter: of the newest, or of the one asked for; of a month also the caseload at its
    end."""
    language = reader_language(request, visit)
    with desk.database.transaction(Zone.STATISTICS) as session:
        spans = _spans(session, visit.access.operation)
        chosen = next((span for span in spans if span.name == period), spans[0] if spans else None)
        figures = _figures(session, chosen, language, table) if chosen else None
        stocks = _stocks(session, chosen.releases[0], language) if chosen and chosen.is_month else ()
    reported = language if language in exports.LANGUAGES else DEFAULT_LANGUAGE
    return show(
        request,
        "casework_report.html.j2",
        visit,
        here=HERE,
        spans=spans[:LISTED],
        chosen=chosen,
        figures=figures,
        stocks=stocks,
        mirrored=direction_of(language) == "rtl",
        reports=[(str(row.period), _report(row, "casework", reported)) for row in chosen.releases] if chosen else [],
        caseload_report=_report(chosen.releases[0], "caseload", reported) if chosen else "",
    )


def _report(release: exports.PublishedRelease, part: str, language: str) -> str:
    return f"/releases/{release.operation}/{release.period}/{part}/report.{language}.html"


def _spans(session: Session, operation: str) -> list[Span]:
    return spans_of(row for row in exports.list_releases(session) if row.operation == operation)


def _figures(session: Session, span: Span, language: str, asked: str) -> Figures | None:
    """None where a period was protected before casework was counted; without a table that was not counted then."""
    numbers = [release.number for release in span.releases]
    read = {table: summed([exports.released_cells(session, number, table) for number in numbers]) for table in TABLES}
    cells = {table: of_it for table, of_it in read.items() if of_it}
    if not cells:
        return None
    codes = exports.released_codes(session, numbers[-1])
    return figures_of(cells, codes, _names(codes, language), asked)


def _stocks(session: Session, release: exports.PublishedRelease, language: str) -> tuple[Stock, ...]:
    """The caseload at the end of a month; nothing where it was not told."""
    cells = {table: exports.released_cells(session, release.number, table) for table in CASELOAD_TABLES}
    codes = exports.released_codes(session, release.number)
    return stocks_of(cells, codes, _names(codes, language))


def _names(codes: Mapping[str, Sequence[exports.DimensionCode]], language: str) -> Mapping[tuple[str, str], str]:
    """What each code of each dimension is called."""
    fixed = exports.code_names(language)
    return {
        (dimension, each.code): fixed["total"][TOTAL]
        if each.code == TOTAL
        else fixed.get(dimension, {}).get(each.code)
        or each.names.get(language)
        or each.names.get(DEFAULT_LANGUAGE)
        or each.code
        for dimension, of_it in codes.items()
        for each in of_it
    }
