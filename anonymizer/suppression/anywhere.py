"""The whole search, in which a cell is looked for anywhere: what it finds follows from the pattern alone.

A program leaves out what its scope held when it was written, and so knows nothing of a cell there that was hidden since. Taken
as it is for the next cell, it would find what depends on who was searched for before, and in which process; and a search
that goes on from kept pieces, or shares them, would end otherwise. So a program is taken again only as it would be written now.
"""

from collections import OrderedDict

from anonymizer.suppression.equations import System
from anonymizer.suppression.goals import Goals
from anonymizer.suppression.pattern import Pattern
from anonymizer.suppression.programs import Program
from anonymizer.suppression.scopes import Scope, cells_in, held_in
from anonymizer.suppression.search import PROGRAMS, Search

__all__ = ["SearchAnywhere"]


class SearchAnywhere(Search):
    """The state of a suppression, of which parts go on from copies."""

    def __init__(self, system: System, pattern: Pattern, goals: Goals) -> None:
        super().__init__(system, pattern, goals)
        self._written: OrderedDict[tuple[Scope, bytes], Program] = OrderedDict()

    def _program(self, scope: Scope) -> Program:
        cells = cells_in(self.system, self.pattern, scope)
        free = self.pattern.hidden[cells] | ~held_in(self.system, scope, cells)
        written = scope, cells[free].tobytes()
        program = self._written.pop(written, None) or Program.of_scope(self.system, self.pattern, scope)
        self._written[written] = program
        if len(self._written) > PROGRAMS:
            self._written.popitem(last=False)
        return program
