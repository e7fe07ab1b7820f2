"""The anonymizer as a tool of its own: any CSV file in, a proven release folder out, which anybody can attack and verify.

Needs no database and no keys. `protect_file` makes a release; `read_release` and `expose` show what an outsider learns of
it; `verify_release` checks it from its folder alone.
"""

from anonymizer.attacker import Interval
from anonymizer.errors import NotProven, ProtectionImpossible, SolverGaveUp
from anonymizer.loss import Loss
from anonymizer.method import Method
from anonymizer.published import Identity, PublishedTable
from anonymizer.rounding import Change
from anonymizer.tool.cell_names import read_known
from anonymizer.tool.check_files import Check
from anonymizer.tool.choose_tables import Choice, read_choices
from anonymizer.tool.code_map import CodeMap, read_code_maps, write_code_maps
from anonymizer.tool.expose import Exposure, Verdict, ZerosAreHidden, expose, narrowest
from anonymizer.tool.protect_file import Step, Written, protect_file
from anonymizer.tool.protect_history import Periods
from anonymizer.tool.read_release import Release, read_release
from anonymizer.tool.round_file import Rounded, round_file
from anonymizer.tool.verify_release import verify_release
from anonymizer.tool.write_down import Entry

__all__ = [
    "Change",
    "Check",
    "Choice",
    "CodeMap",
    "Entry",
    "Exposure",
    "Identity",
    "Interval",
    "Loss",
    "Method",
    "NotProven",
    "Periods",
    "ProtectionImpossible",
    "PublishedTable",
    "Release",
    "Rounded",
    "SolverGaveUp",
    "Step",
    "Verdict",
    "Written",
    "ZerosAreHidden",
    "expose",
    "narrowest",
    "protect_file",
    "read_choices",
    "read_code_maps",
    "read_known",
    "read_release",
    "round_file",
    "verify_release",
    "write_code_maps",
]
