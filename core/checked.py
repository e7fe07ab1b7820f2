"""What `store verify` finds, stage by stage: how much opens as it should, what has no key, what is not as it was."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from core.errors import Problem

__all__ = ["Checked"]


@dataclass
class Checked:
    """How many rows open as they should, which records have no key (erased, or their key was taken), faults."""

    sound: int = 0
    keyless: list[UUID] = field(default_factory=list)
    faults: list[Problem] = field(default_factory=list)
    _told: set[tuple[object, ...]] = field(default_factory=set, repr=False)

    def take(
        self,
        record: UUID,
        opening: Callable[[], object],
        *,
        refusals: tuple[type[Problem], ...],
        gone: tuple[type[Problem], ...] = (),
    ) -> None:
        """Try to open something of a record: `gone` is raised where it has no key, `refusals` where it was tampered with."""
        try:
            opening()
        except gone:
            if record not in self.keyless:
                self.keyless.append(record)
        except refusals as refusal:
            self.fault(refusal)
        else:
            self.sound += 1

    def add(self, other: "Checked") -> None:
        """Take over what another stage found."""
        self.sound += other.sound
        self.keyless += [record for record in other.keyless if record not in self.keyless]
        for fault in other.faults:
            self.fault(fault)

    def fault(self, fault: Problem) -> None:
        """Note what is not as it was, once."""
        told = (type(fault), *fault.where.values())
        if told not in self._told:  # what is wrong with a record is met at each of its rows
            self._told.add(told)
            self.faults.append(fault)
