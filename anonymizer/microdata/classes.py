"""What makes records safe to show, checked on nothing but the rows: as anybody can who has the file."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Rules", "unsafe_classes"]


@dataclass(frozen=True)
class Rules:
    """At least `k` rows (persons) have the same codes in the quasi-identifiers, and together at least `diversity` different
    codes in each sensitive column (k-anonymity: Samarati 2001; distinct l-diversity: Machanavajjhala and others 2007).
    """

    k: int
    quasi: tuple[str, ...]
    sensitive: tuple[str, ...] = ()
    diversity: int = 1


def unsafe_classes(rows: Iterable[Sequence[str]], columns: Sequence[str], rules: Rules) -> list[tuple[str, ...]]:
    """The combinations of quasi-identifiers that break the rules, in order."""
    quasi = [columns.index(name) for name in rules.quasi]
    sensitive = [columns.index(name) for name in rules.sensitive]
    classes: defaultdict[tuple[str, ...], list[Sequence[str]]] = defaultdict(list)
    for row in rows:
        classes[tuple(row[at] for at in quasi)].append(row)
    return sorted(
        key
        for key, members in classes.items()
        if len(members) < rules.k or any(len({row[at] for row in members}) < rules.diversity for at in sensitive)
    )
