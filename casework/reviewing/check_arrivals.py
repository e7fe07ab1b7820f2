"""The checks of what is being admitted, while its answers are open in memory anyway."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from casework.admission.arrival import Arrival, Desk
from casework.admission.outcome import refused
from core.places import load_places
from ingest.quality import OF_SEVERAL, Area, Check, Finding, Looked, keep_findings, look_at, plan_of, read_audit_log

__all__ = ["check_arrivals", "looked_at"]


def check_arrivals(desk: Desk, arrivals: Sequence[Arrival]) -> int:
    """Look at each, and keep what was found with it; how many findings. What becomes of them is a supervisor's to decide.

    What is odd about a check keeps nothing from being admitted: it is told as a finding.
    """
    if not arrivals:
        return 0
    try:
        with desk.session.begin_nested():
            return _keep(desk, arrivals, _found(desk, arrivals))
    except Exception as error:  # noqa: BLE001  (likewise)
        failed = Finding(Check.FAILED, "", {"kind": type(refused(error).problem).__name__})
        return _keep(desk, arrivals, {one.stored.id: [failed] for one in arrivals})


def _found(desk: Desk, arrivals: Sequence[Arrival]) -> Mapping[UUID, Sequence[Finding]]:
    plans = {form: plan_of(desk.session, desk.operation, form) for form in {one.stored.form_id for one in arrivals}}
    looked = {one.stored.id: looked_at(desk, one) for one in arrivals}
    area = _area(desk) if any("geopoint" in one.definition.measures.values() for one in arrivals) else ()
    return {one.stored.id: look_at(looked[one.stored.id], plans[one.stored.form_id], area) for one in arrivals}


def _keep(desk: Desk, arrivals: Sequence[Arrival], found: Mapping[UUID, Sequence[Finding]]) -> int:
    custodies = {one.stored.id: one.stored.custody for one in arrivals}
    alone = set(Check) - OF_SEVERAL
    return keep_findings(desk.session, desk.ring, desk.operation, found, custodies, looked_for=alone)


def looked_at(desk: Desk, arrival: Arrival) -> Looked:
    """A submission as the checks see it, with its phone's own log."""
    audit = read_audit_log(desk.session, desk.ring, arrival.stored)
    return Looked(arrival.stored.id, arrival.definition, arrival.answers, arrival.stored.collector, audit)


def _area(desk: Desk) -> Area:
    """The countries of the operation; nothing where the gazetteer has none."""
    countries: Iterable[object] = (place.geometry for place in load_places(desk.session, desk.operation) if place.level == 0)
    return [polygon for geometry in countries for polygon in geometry["coordinates"]]  # type: ignore[index]
