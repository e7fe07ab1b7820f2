"""The same household twice, and answers that one collector seems to have copied.

A household is known by the answers that point at it: those that the plan names, else all direct identifiers asked once. In a
report of a movement these point at whoever reported it, so there the same arrival is meant, reported twice.
Copies are told by the share of equal answers of two submissions of one collector (as `check_soft_duplicates` of REACH's
cleaningtools counts differing columns), without what the phone fills in.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final
from uuid import UUID

import numpy as np

from forms import PrivacyClass, Question, RecordKind
from ingest.quality.finding import Check, Finding
from ingest.quality.looked_at import Looked
from ingest.quality.quality_plan import QualityPlan

__all__ = ["find_alike", "find_same_households"]

FEWEST_NAMED: Final = 2  # answers that point at a household: one name alone is shared by many
FEWEST_ASKED: Final = 10  # answers of two submissions, before being alike says anything
OF_ARRIVAL: Final = {"arrival_date", "origin", "destination"}
MOST_NAMED: Final = 10  # others: whoever looks at one finds its others in turn
FILLED_IN: Final = {"dateTime", "date", "time", "geopoint", "binary", "barcode"}


def find_same_households(looked: Sequence[Looked], plan: QualityPlan) -> Iterator[tuple[UUID, Finding]]:
    """Of each submission the others that name the same household, by their ids."""
    by_name: dict[tuple[tuple[str, str], ...], list[UUID]] = defaultdict(list)
    for one in looked:
        named = tuple(
            sorted(
                (path, " ".join(answer.casefold().split()))
                for path, (question, answer) in one.single.items()
                if question.kind != "binary" and _names_household(question, plan, one.definition.record_kind)
            )
        )
        if len(named) >= min(FEWEST_NAMED, len(plan.same_household) or FEWEST_NAMED):
            by_name[named].append(one.submission)
    for same in by_name.values():
        if len(same) > 1:
            yield from ((one, Finding(Check.SAME_HOUSEHOLD, "", _others(one, same))) for one in same)


def find_alike(looked: Sequence[Looked], plan: QualityPlan) -> Iterator[tuple[UUID, Finding]]:
    """Of each submission the one of the same collector that it is most alike, where it is so alike."""
    by_collector: dict[str, list[Looked]] = defaultdict(list)
    for one in looked:
        by_collector[one.collector].append(one)
    for theirs in by_collector.values():
        if plan.alike and len(theirs) > 1:
            yield from _alike(theirs, plan.alike)


def _alike(theirs: Sequence[Looked], least: float) -> Iterator[tuple[UUID, Finding]]:
    paths = sorted({path for one in theirs for path, (question, _) in one.single.items() if _is_answer(question.kind)})
    codes: dict[str, int] = {"": 0}
    said = np.array(
        [[codes.setdefault(one.single[path][1] if path in one.single else "", len(codes)) for path in paths] for one in theirs],
        dtype=np.int32,
    ).reshape(len(theirs), len(paths))
    best: dict[int, tuple[float, int]] = {}
    for at in range(len(theirs) - 1):
        either = (said[at] != 0) | (said[at + 1 :] != 0)
        asked = either.sum(axis=1)
        share = (either & (said[at] == said[at + 1 :])).sum(axis=1) / np.maximum(asked, 1)
        for other in np.flatnonzero((share >= least) & (asked >= FEWEST_ASKED)):
            for mine, its in ((at, at + 1 + int(other)), (at + 1 + int(other), at)):
                best[mine] = max(best.get(mine, (0.0, its)), (float(share[other]), its))
    for mine, (share_of, its) in best.items():
        told = {"with": str(theirs[its].submission), "share": f"{share_of:.0%}"}
        yield theirs[mine].submission, Finding(Check.ALIKE, "", told)


def _names_household(question: Question, plan: QualityPlan, kind: RecordKind) -> bool:
    if plan.same_household:
        return question.name in plan.same_household
    of_arrival = kind is RecordKind.MOVEMENT and question.statistic in OF_ARRIVAL
    return question.privacy is PrivacyClass.DIRECT or of_arrival


def _is_answer(kind: str) -> bool:
    return kind not in FILLED_IN


def _others(one: UUID, same: Sequence[UUID]) -> dict[str, str]:
    others = (str(other) for other in same if other != one)
    return {"times": str(len(same)), "with": " ".join(islice(others, MOST_NAMED))}
