"""What the caseload of a month's end costs: counted, compared with the month before, protected and proven.

Run: PYTHONPATH=. nice -n 10 .venv/bin/python bench/month_end.py [--cases N] [--folder FOLDER]

N persons were screened in one month; in the next a fifth as many more, and a fifth of the first are closed by their next
interview. Both ends are protected as the worker does it. Beside it stands the floor: the first count without opening anything,
which says how many cases were open.
"""

import argparse
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

import forms
from app.demonstration.phone import fill_form
from app.demonstration.run_demonstration import GAZETTEER
from app.operations import add_operation
from app.program import Program, open_program
from app.releases.caseload import protect_caseload
from bench.admission import OPERATION, admit, receive
from bench.measured import Meter
from casework.month_end.open_at_end import cases_at_end
from core.clock import now
from core.database import Zone
from core.periods.month import Month
from core.periods.week import Week
from core.places import read_gazetteer
from core.settings import Settings
from ingest.collectors import Collector, add_collector, find_collector

LAST = Month.of(Week.of(now().date())).plus(-1)
GENDERS, AGES = ("female", "male", "non_conforming"), range(3, 70)
Answers = Mapping[str, str]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--cases", type=int, default=1_000)
    asked.add_argument("--folder", type=Path)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=given.folder) as folder:
        Path(folder).chmod(0o711)
        with open_program(Settings(var=Path(folder))) as program:
            measure(program, given.cases)


def measure(program: Program, cases: int) -> None:
    xforms, collector = set_up(program)
    places = [place.code for place in read_gazetteer(GAZETTEER) if place.level == 2]
    receive(program, collector, list(filled(xforms, screenings(random.Random(1), LAST.plus(-1), range(cases), places))))
    admit(program)
    meter = Meter.of(program.settings)
    meter.timed(f"floor: which of {cases:,} cases were open", cases, lambda: floor(program))
    meter.timed(f"the first end, {cases:,} persons", cases, lambda: end(program, LAST.plus(-1)))
    fifth = cases // 5
    receive(program, collector, list(filled(xforms, screenings(random.Random(2), LAST, range(cases, cases + fifth), places))))
    receive(program, collector, list(filled(xforms, closures(LAST, range(fifth)))))
    admit(program)
    meter.timed(f"the next end, {fifth:,} came and {fifth:,} went", cases, lambda: end(program, LAST))


def set_up(program: Program) -> tuple[Mapping[str, bytes], Collector]:
    """The forms as they are published, and the team that fills them in."""
    names, places = ("screening_interview", "assistance_interview"), read_gazetteer(GAZETTEER)
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        add_operation(session, OPERATION, {"en": "Benchmark"}, places)
        compiled = {name: forms.compile_workbook(forms.build_questionnaire(name), f"{name}.xlsx").xform for name in names}
        for xform in compiled.values():
            forms.publish_form(session, OPERATION, xform, {"places.csv": forms.places_media(places)})
        token = add_collector(session, OPERATION, "bench")
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        found = find_collector(session, token)
    assert found
    return compiled, found


def filled(xforms: Mapping[str, bytes], told: Iterator[tuple[str, Answers]]) -> Iterator[bytes]:
    return (fill_form(xforms[form], answers, uuid4()) for form, answers in told)


def screenings(chance: random.Random, month: Month, numbers: range, places: Sequence[str]) -> Iterator[tuple[str, Answers]]:
    for number in numbers:
        yield (
            "screening_interview",
            {
                "case_reference": f"SC-{number}",
                "interview_date": chance.choice(month.weeks).monday.isoformat(),
                "con_Consent": "yes",
                "con_Statistics": "yes",
                "prs_First_Name": f"Given{number}",
                "prs_Second_Name": f"Family{number % 997}",
                "prs_Gender": chance.choices(GENDERS, [60, 38, 2])[0],
                "prs_Age": str(chance.choice(AGES)),
                "residence_district": chance.choice(places),
                "household_size": "1",
                "vic_TraffickingStatus": "possible",
                "eligible": "yes",
            },
        )


def closures(month: Month, numbers: range) -> Iterator[tuple[str, Answers]]:
    for number in numbers:
        said = {"case_reference": f"SC-{number}", "interview_date": month.weeks[0].monday.isoformat(), "cas_Status": "closed"}
        yield "assistance_interview", said


def floor(program: Program) -> int:
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        return sum(case.is_open for case in cases_at_end(session, OPERATION, LAST.plus(-1).weeks[-1]))


def end(program: Program, month: Month) -> None:
    protected = protect_caseload(program, OPERATION, month, actor="bench")
    assert protected, "the caseload may not be told"
    shown = {table.name: sum(number is not None for number in table.cells.values()) for table in protected.tables}
    print(
        f"{month}: " + ", ".join(f"{name} {shown[name]} of {len(protected.tables[at].cells)}" for at, name in enumerate(shown))
    )


if __name__ == "__main__":
    main()
