"""A season of sending: new answers, identical resends, edits, and what goes wrong in the field."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.demonstration.draw_answers import Answers, Interview, MovementReport, draw_group, draw_uuid
from app.demonstration.phone import Phone, fill_form

__all__ = ["MOVEMENT", "Sent", "filled_report", "send_answers"]

MOVEMENT: Final = "movement_tracking"
RESENT_SHARE: Final = 0.03
EDITED_SHARE: Final = 0.02


@dataclass(frozen=True)
class Sent:
    """The reports and screenings that should be counted in the end, and what was sent as (what, posts, answer) to tell."""

    counted: Sequence[MovementReport]
    screened: Sequence[Interview]
    told: Sequence[tuple[str, int, str]]


def send_answers(
    phone: Phone,
    chance: random.Random,
    reports: Sequence[MovementReport],
    interviews: Sequence[Interview],
    progress: Callable[[int, int], None],
) -> Sent:
    """Send everything through the phone, in the order in which a bad connection would."""
    blank = phone.forms[MOVEMENT]
    resent = chance.sample(reports, int(len(reports) * RESENT_SHARE))
    edited = chance.sample(reports, int(len(reports) * EDITED_SHARE))
    edits = {report.instance: report.regrouped(draw_uuid(chance), draw_group(chance)) for report in edited}
    mishaps = _mishaps(phone, chance, reports[0])
    told: list[tuple[str, int, str]] = []
    total = len(reports) + len(interviews) + len(resent) + len(edits) + len(mishaps)
    done = 0

    def post(what: str, filled: Sequence[bytes]) -> None:
        nonlocal done
        before = phone.statuses.copy()
        for xml in filled:
            phone.send(xml)
            done += 1
            progress(done, total)
        told.append((what, len(filled), _answers(phone.statuses - before)))

    post("movement reports", [filled_report(blank, report) for report in reports])
    post("interviews", [fill_form(phone.forms[one.form], one.answers, one.instance) for one in interviews])
    post("the same report again", [filled_report(blank, report) for report in resent])
    post("corrected reports", [filled_report(blank, edit, replaces=old) for old, edit in edits.items()])
    for what, xml in mishaps.items():
        post(what, [xml])
    agreed = [one for one in interviews if one.answers.get("con_Statistics") == "yes"]
    return Sent([edits.get(report.instance, report) for report in reports], agreed, told)


def filled_report(blank: bytes, report: MovementReport, *, replaces: UUID | None = None) -> bytes:
    """The report as a phone fills it in; `replaces` makes it a correction."""
    return fill_form(blank, _answered(report), report.instance, replaces=replaces)


def _answered(report: MovementReport) -> Answers:
    counts = {f"{sex}_{_age_name(age)}": str(persons) for (sex, age), persons in report.persons.items()}
    total = sum(report.persons.values())
    households = 1 + total // 8
    asked = {name: answer for name, answer in report.answers.items() if name != "household_head_name" or households == 1}
    return {**asked, **counts, "total_persons": str(total), "household_count": str(households)}


def _age_name(age: str) -> str:
    return age.replace("-", "_").replace("+", "_plus")


def _mishaps(phone: Phone, chance: random.Random, report: MovementReport) -> Mapping[str, bytes]:
    """One of each thing that goes wrong; all of it must be kept."""
    other = {**_answered(report), "remarks": "The same report, written differently."}
    elsewhere = {**_answered(report), "origin_district": "XM9999", "origin_region": "XM99"}
    blank = phone.forms[MOVEMENT]
    whole = filled_report(blank, report)
    return {
        "a report cut off by a lost connection": whole[: len(whole) // 2],
        "a report for a form nobody published": whole.replace(MOVEMENT.encode(), b"movement_tracking_draft"),
        "another report under a number already used": fill_form(blank, other, report.instance),
        "a report from a district that is not on the list": fill_form(blank, elsewhere, draw_uuid(chance)),
    }


def _answers(statuses: Mapping[int, int]) -> str:
    return ", ".join(f"{status} ({count})" if len(statuses) > 1 else str(status) for status, count in sorted(statuses.items()))
