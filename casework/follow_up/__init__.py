"""The cases that a phone may take along for follow-up interviews, as an entity list: those in its custody, and no others.

Nothing of a list is kept: it is written from the records whenever a phone fetches it, within the reach of that phone's custody.
`tag_of_list` says without opening anything whether a list has changed, `withdrawn` which cases a phone has to let go of.
"""

from casework.follow_up.offered_cases import OfferedCase, offered_cases
from casework.follow_up.tag_of_list import tag_of_list
from casework.follow_up.withdrawn import withdrawn
from casework.follow_up.write_list import LIST_FILE, NOBODYS_LIST, write_list

__all__ = ["LIST_FILE", "NOBODYS_LIST", "OfferedCase", "offered_cases", "tag_of_list", "withdrawn", "write_list"]
