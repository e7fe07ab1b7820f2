"""A CSV file of persons in, records that several persons always share out: the whole of `anonymizer microdata release`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from anonymizer.alternatives.read_records import periods_of, read_records
from anonymizer.alternatives.write_released import Released, write_released
from anonymizer.errors import TableUnreadable
from anonymizer.method import Method
from anonymizer.microdata import Anonymised, MicrodataImpossible, MicrodataTwice, Rules, anonymise
from anonymizer.policy import Policy
from anonymizer.register import Departure, Line, Register, departures, register_departure
from anonymizer.tool.protect_file import Step
from anonymizer.tool.read_hierarchy import read_hierarchy
from anonymizer.tool.write_release import require_free

__all__ = ["AnonymisedFile", "anonymise_file"]

STATEMENT: Final = (
    "Whatever codes of the columns 'quasi' are looked for, no row has them or at least 'k' rows of as many persons, and these "
    "hold at least 'diversity' different codes in each of the columns 'sensitive'. Codes are true, but coarser than they "
    "were told; a code _T says nothing. Some persons may be left out. Whoever knows more of a person than the columns 'quasi' "
    "can tell, or has another release of records of the same persons, may tell more. Nothing was suppressed as in tables, so "
    "nothing is proven by suppression."
)


@dataclass(frozen=True)
class AnonymisedFile:
    """A release as it was written. What it says of hidden rows is for inside only."""

    folder: Path
    line: Line
    found: Anonymised


def anonymise_file(
    table: Path,
    out: Path,
    policy: Policy,
    *,
    person: str,
    register: Path,
    data_set: str,
    hierarchies: Mapping[str, Path],
    sensitive: Sequence[str] = (),
    diversity: int = 2,
    most_hidden: float = 0.05,
    without: Collection[str] = (),
    time: str | None = None,
    step: Step | None = None,
) -> AnonymisedFile:
    """Read, make coarser, check, write down and write; every column but `person`, `sensitive`, `without` is a quasi-identifier.

    k is the policy's threshold, or the highest that it states for any code. Raises what reading, register and writing raise,
    `MicrodataImpossible` and `MicrodataTwice`.
    """
    tell = step or (lambda _what, _done, _of: None)
    require_free(out)
    tell("reading", 0, 0)
    known = {name: read_hierarchy(name, path) for name, path in hierarchies.items()}
    records = read_records(table, known, identity=person, without=without)
    names = [each.name for each in records.dimensions]
    if absent := [name for name in sensitive if name not in names]:
        raise TableUnreadable(file=table, reason=f"it has no column {absent[0]}, but {', '.join(names)}")
    quasi = tuple(name for name in names if name not in sensitive)
    if not quasi:
        raise TableUnreadable(file=table, reason="every column is sensitive, and none a quasi-identifier")
    if _strictest(policy) < 2:
        raise MicrodataImpossible(file=table, reason="the policy has no threshold, so nobody would look like anybody else")
    rules = Rules(_strictest(policy), quasi, tuple(sensitive), diversity if sensitive else 1)
    tell("looking for what gives up least", 0, 0)
    found = anonymise(records, rules, most_hidden=most_hidden)
    departure = Departure(data_set, Method.MICRODATA, frozenset(names) - {time}, periods_of(records, time), {})
    line = _write_down(register, departure)
    tell("writing", 0, 0)
    released = Released(
        table.stem, Method.MICRODATA, records.dimensions, None, found.rows, asdict(rules) | {"depths": found.depths}, STATEMENT
    )
    write_released(released, line, out)
    return AnonymisedFile(out, line, found)


def _strictest(policy: Policy) -> int:
    """The threshold of the code that needs most: all codes stand in the same records."""
    return max(policy.threshold, *(rule.threshold or 0 for rule in policy.sensitive), 0)


def _write_down(register: Path, departure: Departure) -> Line:
    """Records of the same persons leave once: the classes of two releases, cut with each other, are smaller than either's."""
    with Register(register).held() as held:
        for line, left in departures(held.lines):
            shared = departure.meets(left)
            if left.method is Method.MICRODATA and shared:
                raise MicrodataTwice(
                    data_set=departure.data_set,
                    variables=", ".join(sorted(shared)),
                    periods=", ".join(sorted(left.periods)) or "time not told apart",
                    line=line.number,
                )
        return register_departure(held, departure)
