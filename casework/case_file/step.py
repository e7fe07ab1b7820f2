"""What somebody wants done with a case file."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from casework.case_file_models import Act, EntryKind
from core.access import Access

__all__ = ["PartnerAccount", "Step"]


@dataclass(frozen=True)
class PartnerAccount:
    """An account, and the providers of the programme whose it is."""

    account: str
    providers: Collection[str]


@dataclass(frozen=True)
class Step:
    """An act on an entry, None for one that is not there yet.

    `seen` is the number of the entry's newest step as it was shown, 0 for a new entry. Of `fields` those that are not named
    stay as they were; an empty one is emptied. `due` and `assignee` hold from now on; `reach` is what the assignee may do, for
    who names one anew. With `open_to` a referral that is sent is
    opened to this account of its own provider, who answers it here.
    """

    kind: EntryKind
    act: Act
    entry: UUID | None = None
    fields: Mapping[str, str | list[str]] = field(default_factory=dict, repr=False)
    due: date | None = None
    assignee: str | None = None
    seen: int = 0
    id: UUID = field(default_factory=uuid4)
    open_to: PartnerAccount | None = None
    reach: Access | None = None
