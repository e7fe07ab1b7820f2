"""Hand a release over to the statistics layer, and read it there.

Publishing works in zone RELEASE and leaves a line in the audit log. Reading works in zone STATISTICS, which sees all
operations' released tables and nothing else in the database.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from anonymizer import counted_in, stated
from core.audit import Action, Purpose, record
from core.periods.period import Period, parse_period
from exports.build_release import Release
from exports.describe_package import dimensions_of
from exports.edition import Edition
from exports.errors import AlreadyReleased
from exports.languages import LANGUAGES, language
from exports.models import DimensionCodeRow, ReleasedCellRow, ReleaseRow
from exports.write_csv import rows_of

__all__ = ["DimensionCode", "PublishedRelease", "list_releases", "publish_release", "released_cells", "released_codes"]


@dataclass(frozen=True)
class PublishedRelease:
    """A release in the statistics layer: of a week or of a month."""

    number: int
    operation: str
    operation_names: Mapping[str, str]
    period: Period
    made_at: datetime
    sha256: str
    policy: Mapping[str, Any]


@dataclass(frozen=True)
class DimensionCode:
    """A code of a dimension, the code it is part of (None for the total), and its names by language."""

    code: str
    parent: str | None
    names: Mapping[str, str]


def publish_release(session: Session, release: Release) -> PublishedRelease:
    """Write a release's tables into the statistics layer (zone RELEASE); the same release again changes nothing.

    Raises `AlreadyReleased` where another release of that period stands.
    """
    now = release.edition.now
    standing = session.scalar(
        select(ReleaseRow).where(ReleaseRow.operation == now.operation, ReleaseRow.period == str(now.period))
    )
    if standing is None:
        standing = _write(session, release)
    elif standing.sha256 != release.sha256:
        raise AlreadyReleased(
            period=now.period, operation=now.operation, released=standing.sha256[:12], given=release.sha256[:12]
        )
    return _published(standing)


def list_releases(session: Session) -> list[PublishedRelease]:
    """All releases of all operations, the newest first (zone STATISTICS)."""
    rows = session.scalars(select(ReleaseRow).order_by(ReleaseRow.operation))
    return sorted(map(_published, rows), key=lambda row: (row.period.sunday, row.period.monday), reverse=True)


def released_cells(session: Session, release: int, table: str) -> dict[tuple[str, ...], int | None]:
    """A released table: its numbers by codes, None where suppressed; empty where there is no such table."""
    rows = session.execute(
        select(ReleasedCellRow.codes, ReleasedCellRow.number)
        .where(ReleasedCellRow.release == release, ReleasedCellRow.table == table)
        .order_by(ReleasedCellRow.codes)
    )
    return {tuple(codes): number for codes, number in rows}


def released_codes(session: Session, release: int) -> dict[str, list[DimensionCode]]:
    """The codes of every dimension of a release, by the dimension's name."""
    rows = session.scalars(
        select(DimensionCodeRow)
        .where(DimensionCodeRow.release == release)
        .order_by(DimensionCodeRow.dimension, DimensionCodeRow.code)
    )
    codes: dict[str, list[DimensionCode]] = {}
    for row in rows:
        codes.setdefault(row.dimension, []).append(DimensionCode(row.code, row.parent, row.names))
    return codes


def _write(session: Session, release: Release) -> ReleaseRow:
    edition = release.edition
    row = ReleaseRow(
        operation=edition.now.operation,
        operation_names=dict(edition.operation_names),
        period=str(edition.now.period),
        made_at=edition.made_at,
        sha256=release.sha256,
        policy=stated(edition.now.policy),
    )
    session.add(row)
    session.flush()
    editions = [edition, *release.beside]
    cells = [cell for each in editions for cell in _cells(row.number, each)]
    codes = {(code["dimension"], code["code"]): code for each in editions for code in _codes(row.number, each)}
    session.execute(insert(DimensionCodeRow), list(codes.values()))  # editions of one period share their dimensions
    session.execute(insert(ReleasedCellRow), cells)
    record(
        session,
        Action.RELEASED,
        f"statistics.release:{row.number}",
        purpose=Purpose.STATISTICS,
        count=len(cells),
        detail={"period": row.period, "sha256": row.sha256},
    )
    return row


def _codes(release: int, edition: Edition) -> Iterator[dict[str, object]]:
    for name, dimension in dimensions_of(edition).items():
        for code, parent in dimension.parents.items():
            names = {each: edition.name(name, code, language(each)) for each in LANGUAGES}
            yield {"release": release, "dimension": name, "code": code, "parent": parent, "names": names}


def _cells(release: int, edition: Edition) -> Iterator[dict[str, object]]:
    for table in edition.now.tables:
        unit = counted_in(table.name).plural
        for codes, number, (_, conf_status) in rows_of(table):
            cell = {"codes": list(codes), "number": number, "conf_status": conf_status}
            yield {"release": release, "table": table.name, "unit": unit, **cell}


def _published(row: ReleaseRow) -> PublishedRelease:
    return PublishedRelease(
        row.number,
        row.operation,
        row.operation_names,
        parse_period(row.period),
        row.made_at,
        row.sha256,
        row.policy,
    )
