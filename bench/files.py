"""How fast do files come into the raw store, how fast is what is known passed over, and does memory stay flat?

Run: PYTHONPATH=. .venv/bin/python bench/files.py [--records N] [--folder FOLDER]

Records of 40 answers and a repeat, as `bench/receive.py` and `bench/pull.py` have, as a folder of a phone, as an export
of KoboToolbox (.xlsx with a sheet for the repeat, and CSV), and as a sheet read by a mapping. The whole path: files from
the disk, XML, sealing, tokens, audit line, commit. Beside each stands its floor: the same file read and nothing done with it.
"""

import argparse
import csv
import resource
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter
from sqlalchemy import text

from app.arriving.import_files import import_records
from app.arriving.open_files import HandedIn, Opened, open_files
from app.program import Program, open_program
from bench.measured import Meter
from bench.receive import FORM, NAMES, OPERATION
from core.database import Zone
from core.models import Operation
from core.settings import Settings
from forms import publish_form
from ingest.from_files import ImportRun, Told
from ingest.mapped_sheets import ColumnMapping, SheetMapping, write_mapping
from ingest.tables import open_table

MEMBERS = 3


def answered(number: int) -> list[str]:
    return [f"answer {number} to {name}" for name in NAMES]


def card(folder: Path, records: int) -> Path:
    members = "".join(f"<member><name>member {one}</name><age>{one}</age></member>" for one in range(MEMBERS))
    for number in range(records):
        place = folder / "card" / "instances" / f"form_{number}"
        place.mkdir(parents=True)
        fields = "".join(f"<{name}>{said}</{name}>" for name, said in zip(NAMES, answered(number), strict=True))
        meta = f"<meta><instanceID>uuid:card-{number}</instanceID></meta>"
        (place / f"form_{number}.xml").write_text(f'<data id="form" version="1"><g>{fields}</g>{members}{meta}</data>')
    return folder / "card"


def workbook(folder: Path, records: int) -> Path:
    path = folder / "export.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        main, member = book.add_worksheet("form"), book.add_worksheet("member")
        main.write_row(0, 0, [*(f"g/{name}" for name in NAMES), "_uuid", "_index"])
        member.write_row(0, 0, ["member/name", "member/age", "_parent_table_name", "_parent_index"])
        for number in range(records):
            main.write_row(number + 1, 0, [*answered(number), f"book-{number}", number + 1])
            for one in range(MEMBERS):
                member.write_row(number * MEMBERS + one + 1, 0, [f"member {one}", one, "form", number + 1])
    return path


def text_file(folder: Path, records: int) -> Path:
    path = folder / "export.csv"
    with path.open("w", newline="") as file:
        write = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL)
        write.writerow([*(f"g/{name}" for name in NAMES), "_uuid"])
        write.writerows([*answered(number), f"text-{number}"] for number in range(records))
    return path


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--records", type=int, default=20_000)
    asked.add_argument("--folder", type=Path)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=given.folder) as name:
        folder = Path(name)
        folder.chmod(0o711)
        with open_program(Settings(var=folder / "var")) as program:
            measure(program, folder, given.records)


def measure(program: Program, folder: Path, records: int) -> None:
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        session.add(Operation(code=OPERATION, names={"en": "Bench"}))
        session.flush()
        publish_form(session, OPERATION, FORM, {})
    mapping, sheet = folder / "mapping.toml", text_file(folder, records)
    columns = [ColumnMapping(f"g/{name}", f"g/{name}") for name in NAMES]
    write_mapping(SheetMapping("form", "CSV", 1, 2, ["g/q0"], columns), mapping)
    handed_in = {
        "folder of a phone": HandedIn(card(folder, records)),
        "export, .xlsx with a repeat": HandedIn(workbook(folder, records), "form"),
        "export, CSV": HandedIn(sheet, "form"),
        "sheet by a mapping, CSV": HandedIn(sheet, "form", mapping),
    }
    meter = Meter.of(program.settings)
    for what, files in handed_in.items():
        meter.timed(f"floor: {what}, read", records, lambda files=files: floor(files.path))
        before = memory()
        assert meter.timed(what, records, lambda files=files: taken_in(program, files)) == {"accepted": records}
        print(f"  memory: {before:.0f} MB before, {memory():.0f} MB at most after")
        assert meter.timed(f"{what}, again", records, lambda files=files: taken_in(program, files)) == {"resent": records}
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        assert session.scalar(text("SELECT count(*) FROM ingest.submission")) == len(handed_in) * records


def taken_in(program: Program, files: HandedIn) -> Counter[str]:
    counts: Counter[str] = Counter()
    run = ImportRun(OPERATION)
    with open_files(program, run, files, actor="bench") as opened:
        assert isinstance(opened, Opened)
        for batch in import_records(program, run, opened.found, actor="bench"):
            counts.update(one.outcome.value for one in batch if isinstance(one, Told))
    return counts


def floor(path: Path) -> None:
    for _ in contents(path):
        pass


def contents(path: Path) -> Iterator[object]:
    if path.is_dir():
        yield from (file.read_bytes() for file in path.rglob("*.xml"))
        return
    with open_table(path) as table:
        for sheet in table.sheets:
            yield from sheet.rows()


def memory() -> float:
    """The most that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
