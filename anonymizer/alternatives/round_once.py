"""Of the same people no number is rounded twice: two roundings of one number leave less open than each by itself.

A rounding made again from the same table and secret is the same, and may leave again.
"""

from anonymizer.errors import RoundedBefore
from anonymizer.method import Method
from anonymizer.published import RoundedTable
from anonymizer.register import Departure, Line, Register, departures, register_departure
from anonymizer.tool.write_down import Entry

__all__ = ["write_down_once"]


def write_down_once(entry: Entry, table: RoundedTable) -> Line:
    """Write a rounded table into the register, before it is handed out. Raises `RoundedBefore` and `MethodsMixed`."""
    names = frozenset(each.name for each in table.dimensions)
    departure = Departure(entry.data_set, Method.ROUNDING, names, frozenset(), {"digest": table.digest})
    with Register(entry.register).held() as held:
        for line, left in departures(held.lines):
            if left.method is Method.ROUNDING and left.detail != departure.detail and (shared := departure.meets(left)):
                raise RoundedBefore(variables=", ".join(sorted(shared)), data_set=entry.data_set, line=line.number)
        return register_departure(held, departure)
