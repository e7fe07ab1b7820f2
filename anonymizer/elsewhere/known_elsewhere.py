"""What is known of a period's people from elsewhere, as equations for engine, proof and attacker."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from anonymizer.counted_week import CountedTable
from anonymizer.elsewhere.publications import in_force, path_of
from anonymizer.models import PublicationRow
from anonymizer.outside import Outside, OutsideTotal
from anonymizer.published import ProtectedPeriod, PublishedElsewhere
from anonymizer.tool.read_outside import agrees, check_outside, read_outside
from core.periods.period import Period

__all__ = ["NOTHING", "Known", "known_elsewhere", "known_then", "known_where_it_agrees"]


@dataclass(frozen=True)
class Known:
    """Totals of the people that are counted, and whose they are."""

    totals: Outside = field(repr=False)
    stated: tuple[PublishedElsewhere, ...]


NOTHING: Final = Known((), ())


def known_elsewhere(session: Session, operation: str, period: Period, counted: Sequence[CountedTable]) -> Known:
    """What is in force of a period that is to be protected.

    Raises `OutsideDiffers` where a total is not what is counted, `OutsideUnfit`, and `PublicationChanged`.
    """
    return _known(in_force(session, operation, period), counted)


def known_then(session: Session, protected: ProtectedPeriod, counted: Sequence[CountedTable]) -> Known:
    """What was known when a period was protected; what came since is not asked, since the period stands. Raises likewise."""
    hashes = [each.sha256 for each in protected.elsewhere]
    same = PublicationRow.operation == protected.operation, PublicationRow.sha256.in_(hashes)
    wanted = select(PublicationRow).where(*same, PublicationRow.activated_at.is_not(None))
    return _known(session.scalars(wanted).all(), counted)


def known_where_it_agrees(session: Session, operation: str, period: Period, counted: Sequence[CountedTable]) -> Outside:
    """What is in force of a period now, but for totals that are not what was counted: of those nobody can tell anything."""
    found = []
    for row in in_force(session, operation, period):
        rows = read_outside(path_of(row.publisher, row.title), counted, row.content.encode())
        found += [total for total in rows.values() if agrees(total, counted)]
    return found


def _known(rows: Iterable[PublicationRow], counted: Sequence[CountedTable]) -> Known:
    totals: list[OutsideTotal] = []
    stated = []
    for row in rows:
        path, content = path_of(row.publisher, row.title), row.content.encode()
        found = check_outside(path, read_outside(path, counted, content), counted, content)
        totals += found
        if found:
            told = row.publisher, row.title, row.published_on.isoformat()
            stated.append(PublishedElsewhere(*told, len(found), row.sha256))
    return Known(tuple(totals), tuple(stated))
