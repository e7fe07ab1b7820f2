"""The engine: which cells must be hidden, and which others for their sake.

`build_system` makes one system of equations of tables that are published together, `suppress` hides cells until moves have
been found that show everything possible which must stay so. The proof is not its business, and shares nothing with it.
"""

from anonymizer.suppression.equations import Flags, Numbers, System, build_system
from anonymizer.suppression.suppress import Change, Progress, Suppression, suppress

__all__ = ["Change", "Flags", "Numbers", "Progress", "Suppression", "System", "build_system", "suppress"]
