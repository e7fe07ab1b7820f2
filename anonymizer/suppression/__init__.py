"""The engine: which cells must be hidden, and which others for their sake.

`build_system` makes one system of equations of tables that are published together, `suppress` hides cells until moves have
been found that show everything possible which must stay so; what it finds
may be `Kept`, for a search that is ended to go on from. The proof is not its business, and shares nothing with it.
"""

from anonymizer.suppression.checkpoint import Kept
from anonymizer.suppression.equations import Flags, Numbers, System, build_system
from anonymizer.suppression.suppress import Change, Progress, Suppression, suppress

__all__ = ["Change", "Flags", "Kept", "Numbers", "Progress", "Suppression", "System", "build_system", "suppress"]
