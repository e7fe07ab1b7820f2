"""A form that goes to another operation, without what is its operation's own."""

from forms.carried.carried_form import carried_form

__all__ = ["carried_form"]
