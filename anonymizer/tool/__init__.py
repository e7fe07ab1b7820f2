"""The anonymizer as a tool of its own: any CSV file in, a proven release folder out, which anybody can attack and verify.

Needs no database and no keys. `protect_file` makes a release; `read_release` and `expose` show what an outsider learns of
it; `verify_release` checks it from its folder alone.
"""

from anonymizer.attacker import Interval
from anonymizer.errors import NotProven, ProtectionImpossible, SolverGaveUp
from anonymizer.loss import Loss
from anonymizer.published import Identity, PublishedTable
from anonymizer.tool.cell_names import read_known
from anonymizer.tool.check_files import Check
from anonymizer.tool.choose_tables import Choice, read_choices
from anonymizer.tool.expose import Exposure, Verdict, ZerosAreHidden, expose, narrowest
from anonymizer.tool.protect_file import Step, Written, protect_file
from anonymizer.tool.protect_history import Periods
from anonymizer.tool.read_outside import read_outside
from anonymizer.tool.read_release import read_release
from anonymizer.tool.verify_release import verify_release
from anonymizer.tool.write_down import Entry

__all__ = [
    "Check",
    "Choice",
    "Entry",
    "Exposure",
    "Identity",
    "Interval",
    "Loss",
    "NotProven",
    "Periods",
    "ProtectionImpossible",
    "PublishedTable",
    "SolverGaveUp",
    "Step",
    "Verdict",
    "Written",
    "ZerosAreHidden",
    "expose",
    "narrowest",
    "protect_file",
    "read_choices",
    "read_known",
    "read_outside",
    "read_release",
    "verify_release",
]
