"""The same of a form that comes from another tool, without its workbook."""

from forms.definition import FormDefinition
from forms.indicators.errors import IndicatorUnusable
from forms.indicators.find_indicator_faults import what_is_wrong

__all__ = ["refuse_unusable_indicators"]


def refuse_unusable_indicators(definition: FormDefinition) -> None:
    """Raises `IndicatorUnusable` for the first question whose indicators cannot be meant."""
    for asked in definition.questions:
        codes = list(asked.choices) or None
        in_repeat = asked.repeat is not None
        wrong = what_is_wrong(asked.indicator, codes, asked.privacy, asked.part, in_repeat=in_repeat) if asked.indicator else ()
        for what, _ in wrong:
            raise IndicatorUnusable(form_id=definition.form_id, question=asked.path, what=what)
