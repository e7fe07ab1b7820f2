"""Forms that go to another operation: all of them in their order, each without what is its operation's own."""

from forms.carried.carried_form import carried_form
from forms.carried.published_in_order import published_in_order

__all__ = ["carried_form", "published_in_order"]
