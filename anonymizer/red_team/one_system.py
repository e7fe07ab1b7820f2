"""What several releases publish of the same people, as one system of equations, and whether the policy holds in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from anonymizer.attacker import audit, identity
from anonymizer.errors import TablesContradict
from anonymizer.policy import Policy
from anonymizer.published import Identity, Key, PublishedTable
from anonymizer.red_team.finding import Finding, Findings, cell_text
from anonymizer.red_team.join_tables import RUNNING, grows, join_tables
from anonymizer.red_team.open_release import Published

__all__ = ["System", "cut_otherwise", "judge", "of_the_same_people", "system_of"]


@dataclass(frozen=True)
class System:
    """Tables that an attacker takes together, and cells known from elsewhere."""

    release: str
    tables: tuple[PublishedTable, ...]
    policy: Policy
    known: Mapping[Identity, int] = field(default_factory=dict, repr=False)


def of_the_same_people(releases: Sequence[Published]) -> list[list[Published]]:
    """Releases that speak of the same people: of one period, or with time among their dimensions and the same tables.

    Who is there at the end of a period is another count than what happened in it.
    """
    groups: dict[tuple[str, bool, frozenset[str]], list[Published]] = {}
    for release in releases:
        tables = frozenset() if release.period else frozenset(sheet.name for sheet in release.sheets)
        groups.setdefault((release.period, release.is_stock, tables), []).append(release)
    return list(groups.values())


def cut_otherwise(group: Sequence[Published]) -> bool:
    """Whether some of these cut the same people otherwise: not only with more codes, as time adds them."""
    return any(
        not grows(one.dimensions[name], other.dimensions[name])
        for at, one in enumerate(group)
        for other in group[at + 1 :]
        for name in one.dimensions.keys() & other.dimensions.keys()
    )


def system_of(group: Sequence[Published], known: Mapping[Identity, int] | None = None) -> System:
    """All that some releases of the same people publish, taken together."""
    tables = join_tables([table for release in group for table in release.tables])
    names = {identity(table.dimensions, key) for table in tables for key in table.cells}
    fitting = {cell: number for cell, number in (known or {}).items() if cell in names}
    return System(", ".join(release.name for release in group), tuple(tables), group[-1].policy, fitting)


def judge(attack: str, system: System, *, zeros_visible: bool = False) -> Findings:
    """The cells of a system that can be known too well, or that its numbers contradict each other."""
    try:
        found = audit(system.tables, system.policy, zeros_visible=zeros_visible, known=system.known)
    except TablesContradict:
        tells = "the numbers contradict each other: they were counted otherwise, and their difference tells who came or went"
        yield Finding(attack, system.release, "tables", tells)
        return
    seen: set[Identity] = set()
    for offence in found.offences:
        cell = _identity_of(system.tables, offence.table, offence.key)
        if cell not in seen and not any(code.startswith(RUNNING) for _, code in cell):
            seen.add(cell)
            low, high = offence.interval
            tells = f"{cell_text(cell)} is {low}" if low == high else f"{cell_text(cell)} is from {low} to {high}"
            yield Finding(attack, system.release, offence.table, tells, cell, offence.interval)


def _identity_of(tables: Sequence[PublishedTable], name: str, key: Key) -> Identity:
    """Tables of several releases share a name, so the one that has the cell is asked."""
    table = next(each for each in tables if each.name == name and key in each.cells)
    return identity(table.dimensions, key)
