"""Build a release: one folder with the reports of a period in every language and format, and all their tables.

The same protected periods, gazetteer, names and `made_at` give the same bytes and the same times of files, so anyone
who holds them can check that a release says what it should. Nothing but protected tables comes in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from anonymizer import Population, ProtectedPeriod
from core.places import Place
from exports.compose_caseload import compose_caseload
from exports.compose_casework import compose_casework
from exports.compose_report import compose_report
from exports.compose_screenings import compose_screenings
from exports.describe_package import describe_package, dimensions_of, hierarchy_path, table_path
from exports.edition import Edition, make_edition
from exports.languages import LANGUAGES, Language, language
from exports.part_report import PartReport
from exports.render_template import render_template
from exports.write_csv import write_csv, write_hierarchy
from exports.write_folder import CHECKSUMS, checksums, write_folder
from exports.write_html import write_html, write_index, write_part
from exports.write_kml import write_kml
from exports.write_pdf import write_part_pdfs, write_pdfs
from exports.write_xlsx import write_xlsx

__all__ = ["Release", "build_release"]


PARTS: Final[Mapping[Population, Callable[[Edition, Language], PartReport]]] = {
    Population.SCREENINGS: compose_screenings,
    Population.CASEWORK: compose_casework,
    Population.CASELOAD: compose_caseload,
}


@dataclass(frozen=True)
class Release:
    """A release that stands in its folder; `sha256` is that of its checksum file, and so of all its bytes.

    `beside` are the editions of others than those who moved, each with a folder of its own within.
    """

    edition: Edition
    beside: tuple[Edition, ...]
    folder: Path
    sha256: str


def build_release(
    now: ProtectedPeriod,
    history: Sequence[ProtectedPeriod] = (),
    *,
    beside: Sequence[ProtectedPeriod] = (),
    operation_names: Mapping[str, str],
    places: Sequence[Place],
    folder: Path,
    made_at: datetime,
    contact: str = "",
) -> Release:
    """Write the release of `now` to `folder`, whole or not at all; the same release again is left as it stands.

    `history` holds released earlier periods of its kind, for the trend and the change from the one before. `beside` are
    screenings, casework and caseload of the same period, each of which gets a report and a data package in a folder of its own.
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
    others = tuple(make_edition(each, (), **same) for each in beside)
    files = _files(edition, [other.now.population for other in others])
    for other in others:
        files |= {f"{other.now.population}/{path}": content for path, content in _part_files(other).items()}
    files[CHECKSUMS] = checksums(files)
    write_folder(files, folder, at=edition.made_at)
    return Release(edition, others, folder, sha256(files[CHECKSUMS]).hexdigest())


def _part_files(edition: Edition) -> dict[str, bytes]:
    """Every file of a part, by path within it."""
    tables = _tables(edition)
    compose = PARTS[edition.now.population]
    reports = [compose(edition, language(code, edition.kind)) for code in LANGUAGES]
    return {
        **{f"report.{report.language}.html": write_part(report) for report in reports},
        **{f"report.{code}.pdf": pdf for code, pdf in write_part_pdfs(reports, edition.made_at)},
        "tables.xlsx": write_xlsx(edition, reports),
        **tables,
        "datapackage.json": describe_package(edition, tables),
    }


def _files(edition: Edition, beside: Sequence[Population]) -> dict[str, bytes]:
    """Every file of the release but the checksums and the parts beside, by path."""
    tables = _tables(edition)
    reports = [compose_report(edition, language(code, edition.kind), beside=beside) for code in LANGUAGES]
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
