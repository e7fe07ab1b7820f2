"""The registry of totals that others publish of an operation's people: a ministry's bulletin, a partner's yearbook.

`propose_publication`, `approve_publication` and `activate_publication` are acts of two people; `list_publications` shows every
version. Protecting a period takes what is in force of it (`known_elsewhere`) for known to whoever attacks the release, and says
so in it; what it was protected with then is read again by `known_then`. All work in the anonymizer's zone.
"""

from anonymizer.elsewhere.errors import PublicationChanged, PublicationUnfit, PublicationUnknown
from anonymizer.elsewhere.known_elsewhere import NOTHING, Known, known_elsewhere, known_then, known_where_it_agrees
from anonymizer.elsewhere.publications import (
    Publication,
    PublicationVersion,
    activate_publication,
    approve_publication,
    list_publications,
    propose_publication,
)

__all__ = [
    "NOTHING",
    "Known",
    "Publication",
    "PublicationChanged",
    "PublicationUnfit",
    "PublicationUnknown",
    "PublicationVersion",
    "activate_publication",
    "approve_publication",
    "known_elsewhere",
    "known_then",
    "known_where_it_agrees",
    "list_publications",
    "propose_publication",
]
