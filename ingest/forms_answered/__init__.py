"""By which form, and which version of it, something was answered: for whoever reads answers by what the form declared."""

from ingest.forms_answered.forms_of import forms_of

__all__ = ["forms_of"]
