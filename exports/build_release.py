"""Build a release: one folder with the reports of a period in every language and format, and all their tables.

The same protected periods, gazetteer, names and `made_at` give the same bytes and the same times of files, so anyone
who holds them can check that a release says what it should. Nothing but protected tables comes in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from anonymizer import ProtectedPeriod
from core.places import Place
from exports.compose_report import compose_report
from exports.compose_screenings import compose_screenings
from exports.describe_package import describe_package, dimensions_of, hierarchy_path, table_path
from exports.edition import Edition, make_edition
from exports.languages import LANGUAGES, language
from exports.render_template import render_template
from exports.write_csv import write_csv, write_hierarchy
from exports.write_folder import CHECKSUMS, checksums, write_folder
from exports.write_html import write_html, write_index, write_screenings
from exports.write_kml import write_kml
from exports.write_pdf import write_pdfs, write_screening_pdfs
from exports.write_xlsx import write_xlsx

__all__ = ["Release", "build_release"]


SCREENINGS: Final = "screenings"


@dataclass(frozen=True)
class Release:
    """A release that stands in its folder; `sha256` is that of its checksum file, and so of all its bytes."""

    edition: Edition
    screenings: Edition | None
    folder: Path
    sha256: str


def build_release(
    now: ProtectedPeriod,
    history: Sequence[ProtectedPeriod] = (),
    *,
    screenings: ProtectedPeriod | None = None,
    operation_names: Mapping[str, str],
    places: Sequence[Place],
    folder: Path,
    made_at: datetime,
    contact: str = "",
) -> Release:
    """Write the release of `now` to `folder`, whole or not at all; the same release again is left as it stands.

    `history` holds released earlier periods of its kind, for the trend and the change from the one before. `screenings`, of the
    same period, get a report and a data package of their own in the folder `screenings`.
    `contact` says whom readers may ask; empty, the operation is named. Raises `HistoryUnfit`, `PlaceUnknown`,
    `LetterMissing`, `FolderTaken`, `ReleaseNotWritten`.
    """
    same: dict[str, Any] = {
        "operation_names": operation_names,
        "places": places,
        "contact": contact,
        "made_at": made_at,
    }
    edition = make_edition(now, history, **same)
    beside = make_edition(screenings, (), **same) if screenings else None
    files = _files(edition, with_screenings=beside is not None)
    files |= {f"{SCREENINGS}/{path}": content for path, content in _screening_files(beside).items()} if beside else {}
    files[CHECKSUMS] = checksums(files)
    write_folder(files, folder, at=edition.made_at)
    return Release(edition, beside, folder, sha256(files[CHECKSUMS]).hexdigest())


def _screening_files(edition: Edition) -> dict[str, bytes]:
    """Every file of the part of screenings, by path within it."""
    tables = _tables(edition)
    reports = [compose_screenings(edition, language(code, edition.kind)) for code in LANGUAGES]
    return {
        **{f"report.{report.language}.html": write_screenings(report) for report in reports},
        **{f"report.{code}.pdf": pdf for code, pdf in write_screening_pdfs(reports, edition.made_at)},
        "tables.xlsx": write_xlsx(edition, reports),
        **tables,
        "datapackage.json": describe_package(edition, tables),
    }


def _files(edition: Edition, *, with_screenings: bool) -> dict[str, bytes]:
    """Every file of the release but the checksums and the part of screenings, by path."""
    tables = _tables(edition)
    reports = [compose_report(edition, language(code, edition.kind), with_screenings=with_screenings) for code in LANGUAGES]
    return {
        "index.html": write_index(reports, [table.name for table in edition.now.tables]),
        **{f"report.{report.language}.html": write_html(report) for report in reports},
        **{f"report.{code}.pdf": pdf for code, pdf in write_pdfs(reports, edition.made_at)},
        "tables.xlsx": write_xlsx(edition, reports),
        "movements.kml": write_kml(edition),
        **tables,
        "datapackage.json": describe_package(edition, tables),
        "README.txt": str(render_template("README.txt.j2", report=reports[0], tables=sorted(tables))).encode(),
    }


def _tables(edition: Edition) -> dict[str, bytes]:
    return {
        **{table_path(table.name): write_csv(edition, table) for table in edition.now.tables},
        **{hierarchy_path(name): write_hierarchy(edition, dimension) for name, dimension in dimensions_of(edition).items()},
    }
