"""What an answer weighs, as its form declares it: which indicators a screening looks for, and how strong each is.

A workbook writes it in the column `bind::ws:indicator`, after a group the codes of answers with their weights:

    coercion: DebtBondage=4 PhysicalThreats=2; exploitation: ExcessiveWorkingHours=4

A weight of `?` says that the answer leaves the question open (`danger: yes=2 unknown=?`): not known is not no.
"""

from forms.indicators.find_indicator_faults import indicator_faults
from forms.indicators.indicator import Indicator, indicators_of, most_of
from forms.indicators.refuse_indicators import refuse_unusable_indicators

__all__ = ["Indicator", "indicator_faults", "indicators_of", "most_of", "refuse_unusable_indicators"]
