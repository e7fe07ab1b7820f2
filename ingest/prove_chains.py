"""Prove that answers stand in the chain of edits that their own words make.

`root_id` and `chain` stand in clear. Two answers of which one replaces the other are of one chain, and a chain is one row of
such pairs: an answer that was put into another's chain, or taken out of its own, is found.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.database import among
from ingest.models import Submission

__all__ = ["Chain", "chains_of", "torn"]


@dataclass(frozen=True)
class Chain:
    """The answers of a chain, by id: the token of each, and that of the answer which it replaces."""

    members: Mapping[UUID, tuple[bytes, bytes | None]] = field(repr=False)

    @property
    def whole(self) -> bool:
        """Whether each member but the first replaces another member."""
        follows = {replaces: instance for instance, replaces in self.members.values() if replaces}
        instances = {instance for instance, _ in self.members.values()}
        first = [instance for instance, replaces in self.members.values() if replaces not in instances]
        if len(first) != 1:
            return False
        at, passed = first[0], 1
        while (at := follows.get(at, b"")) in instances and passed < len(instances):
            passed += 1
        return passed == len(instances)


def chains_of(session: Session, roots: Collection[UUID]) -> Mapping[UUID, Chain]:
    """The chains of these roots."""
    wanted = select(Submission.root_id, Submission.id, Submission.instance, Submission.replaces)
    members: dict[UUID, dict[UUID, tuple[bytes, bytes | None]]] = defaultdict(dict)
    for root, member, instance, replaces in session.execute(wanted.where(among(Submission.root_id, roots))):
        members[root][member] = (instance, replaces)
    return {root: Chain(chain) for root, chain in members.items()}


def torn(session: Session, rows: Sequence[Submission], chains: Mapping[UUID, Chain]) -> set[UUID]:
    """The ids of those rows whose chain is not whole, or that are apart from answers which they replace or are replaced by."""
    broken = {row.id for row in rows if not chains[row.root_id].whole}
    by_instance = {row.instance: row for row in rows}
    by_replaced = {row.replaces: row for row in rows if row.replaces}
    if not rows:
        return broken
    beside = select(Submission.instance, Submission.replaces, Submission.root_id).where(
        Submission.operation == rows[0].operation,
        or_(among(Submission.instance, list(by_replaced)), among(Submission.replaces, list(by_instance))),
    )
    for instance, replaces, root in session.execute(beside):
        near = (by_replaced.get(instance), by_instance.get(replaces) if replaces else None)
        broken |= {row.id for row in near if row is not None and row.root_id != root}
    return broken
