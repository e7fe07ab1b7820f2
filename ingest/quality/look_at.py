"""All checks of one submission by itself."""

from ingest.quality.duration import find_duration
from ingest.quality.finding import Check, Finding
from ingest.quality.looked_at import Looked
from ingest.quality.out_of_range import find_out_of_range
from ingest.quality.position import Area, find_position
from ingest.quality.quality_plan import QualityPlan
from ingest.quality.recheck_rules import recheck_rules
from ingest.quality.straight_lining import find_straight_lines

__all__ = ["look_at"]


def look_at(looked: Looked, plan: QualityPlan, area: Area) -> list[Finding]:
    """What a supervisor should look at. A check that fails is a finding, and keeps no answer from being admitted."""
    try:
        return [
            *recheck_rules(looked),
            *find_out_of_range(looked, plan),
            *find_straight_lines(looked, plan),
            *find_duration(looked, plan),
            *find_position(looked, plan, area),
        ]
    except Exception as error:  # noqa: BLE001  (whatever is odd about one answer, it is admitted)
        return [Finding(Check.FAILED, "", {"kind": type(error).__name__})]
