"""Ids that are written together lie together, and are as hard to meet twice as any."""

from collections import Counter
from itertools import pairwise

from core.postgres.ids_together import ids_together

BATCH = 100


def test_those_of_one_batch_lie_side_by_side_and_batches_anywhere() -> None:
    batches = [ids_together(BATCH) for _ in range(200)]
    in_order = sorted((one, number) for number, batch in enumerate(batches) for one in batch)
    owners = [number for _, number in in_order]
    assert sum(here != there for here, there in pairwise(owners)) == len(batches) - 1
    parts = Counter(batch[0].int >> 126 for batch in batches)
    assert all(10 <= parts[quarter] <= 90 for quarter in range(4))  # of 200: more than six standard deviations


def test_each_is_of_its_own_in_no_order_and_of_version_4() -> None:
    ids = ids_together(BATCH)
    assert len(set(ids)) == BATCH
    assert ids != sorted(ids)
    assert {(one.version, one.variant) for one in ids} == {(4, "specified in RFC 4122")}
    assert all(15 < sum(one.int >> bit & 1 for one in ids) < 85 for bit in [*range(62), *range(64, 76)])
    assert ids_together(0) == []
