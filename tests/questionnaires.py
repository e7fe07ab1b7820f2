"""Our questionnaires as phones get them. Compiling one takes half a second: it is done once, whoever asks."""

from functools import cache

from forms import build_questionnaire, compile_workbook
from forms.compile_workbook import CompiledForm

__all__ = ["compiled"]


@cache
def compiled(name: str) -> CompiledForm:
    """A questionnaire of ours by its name, for example `movement_tracking`."""
    return compile_workbook(build_questionnaire(name), f"{name}.xlsx")
