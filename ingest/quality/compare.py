"""Many submissions of one form beside each other: numbers far from the others, households met twice, copied answers."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from ingest.quality.alike import find_alike, find_same_households
from ingest.quality.finding import Finding
from ingest.quality.looked_at import Looked
from ingest.quality.outliers import find_outliers
from ingest.quality.quality_plan import QualityPlan

__all__ = ["compare"]


def compare(looked: Sequence[Looked], plan: QualityPlan) -> Mapping[UUID, list[Finding]]:
    """What is found of each by comparing it with the others; of most, nothing."""
    found: dict[UUID, list[Finding]] = {}
    for submission, finding in (*find_outliers(looked), *find_same_households(looked, plan), *find_alike(looked, plan)):
        found.setdefault(submission, []).append(finding)
    return found
