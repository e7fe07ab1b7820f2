"""An operation's register of methods and its privacy ledger, in the database: what left of its people, and what was spent.

`OperationRegister` is the register that every method asks (see `anonymizer.register`). `write_down_protected` puts the
protected periods into it: they left by suppression, so no noise may be used on the same variables; where noise left first,
`require_suppression` refuses to protect. `data_set_of` is the one name of all people of an operation.
"""

from anonymizer.ledger.errors import LedgerUnfit
from anonymizer.ledger.operation_register import OperationRegister, data_set_of
from anonymizer.ledger.weekly_method import require_suppression, write_down_protected

__all__ = ["LedgerUnfit", "OperationRegister", "data_set_of", "require_suppression", "write_down_protected"]
