"""Suggest what a level of headings tells: a sex, an age, the codes of a question, or the places of a level."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rapidfuzz import fuzz, process

from forms import Question
from ingest.count_tables.read_headings import FormCounts
from ingest.count_tables.template import UNDECIDED, Axis
from ingest.from_files.cell_text import ChoiceNames, folded
from ingest.mapped_sheets import PlaceNames

__all__ = ["AxisSuggester"]

LIKELY: Final = 60  # of 100
MOST_WORDS: Final = 40  # headings that are written down; more are no codes
TOTALS: Final = re.compile(
    r"(grand |sous-|sub-?)?totals?( .*)?|ensemble|all|tous|toutes|both sexes|les deux sexes|الإجمالي|المجموع|مجموع|всего|итого"
    r"|ambos sexos|wadarta?( .*)?"
)
SEXES: Final = {
    "female": "f female females girls women woman femme femmes fille filles mujer mujeres niñas إناث أنثى نساء женщины"
    " женский haween dheddig",
    "male": "m male males boys men man homme hommes garçon garçons hombre hombres niños ذكور ذكر رجال мужчины мужской rag lab",
}
OPEN: Final = re.compile(r"\+|≥|over|above|plus|more|older|et plus|más|فأكثر|старше|ka badan")
UNDER: Final = re.compile(r"<|under|below|less|moins|menos|أقل|младше|ka yar")


@dataclass(frozen=True)
class _Candidate:
    """What a level may tell, and the code of a heading by that."""

    axis: Axis
    read: Callable[[str], str]


class AxisSuggester:
    """Suggests by one form and its operation's places."""

    def __init__(self, form: FormCounts, places: Mapping[str, PlaceNames]) -> None:
        self.form = form
        codes = {answers: form.codes(answers) or [] for answers in ("sex", "age")}
        self.candidates = [
            _Candidate(Axis("sex"), lambda text: _sex(text, codes["sex"])),
            _Candidate(Axis("age"), lambda text: _age(text, codes["age"])),
            *(_of_question(question, form.root) for question in form.questions.values() if question.choices),
        ]
        self.places = {level: _Candidate(Axis("", places=level), _place(names)) for level, names in places.items()}

    def axis(self, headings: Sequence[str]) -> Axis:
        """What most of the headings fit; what fits none of them is for somebody to say, and so is which of two it is."""
        totals = [text for text in headings if TOTALS.fullmatch(folded(text))]
        words = [text for text in headings if text not in totals]
        fitting = [(sum(bool(one.read(text)) for text in words), one) for one in [*self.candidates, *self.places.values()]]
        most = max((count for count, _ in fitting), default=0)
        best = [one for count, one in fitting if count == most]
        if not words or not most or (len(words) > MOST_WORDS and not best[0].axis.places):
            return Axis(UNDECIDED, totals=totals)
        return self._filled(best, words, totals)

    def _filled(self, best: Sequence[_Candidate], words: Sequence[str], totals: Sequence[str]) -> Axis:
        chosen = best[0]
        if chosen.axis.places:  # the same places are those of the origin and of the arrival
            return replace(chosen.axis, answers=UNDECIDED, totals=totals)
        certain = self._certain(chosen.axis)
        codes = {
            text: UNDECIDED + (chosen.read(text) or self._likeliest(text, chosen))
            for text in words
            if folded(text) not in certain
        }
        mark = UNDECIDED if len(best) > 1 else ""
        return replace(chosen.axis, answers=mark + chosen.axis.answers, codes=codes, totals=totals)

    def _certain(self, axis: Axis) -> set[str]:
        """The headings that need no code, since they are one or its label."""
        codes = self.form.codes(axis.answers)
        if codes is not None:
            return {folded(code) for code in codes}
        question = self.form.question(axis.answers)
        labels = [label for said in question.choices.values() for label in said.values()]
        names = ChoiceNames(question)
        return {folded(text) for text in [*question.choices, *labels] if names.code(text)}

    def _likeliest(self, text: str, chosen: _Candidate) -> str:
        codes = self.form.codes(chosen.axis.answers)
        labels = [(code, code) for code in codes or ()]
        if codes is None:
            choices = self.form.question(chosen.axis.answers).choices
            labels = [(code, label) for code, said in choices.items() for label in [code, *said.values()]]
        found = process.extractOne(text, [label for _, label in labels], scorer=fuzz.WRatio, score_cutoff=LIKELY)
        return labels[found[2]][0] if found else ""


def _of_question(question: Question, root: str) -> _Candidate:
    names = ChoiceNames(question)
    return _Candidate(Axis(question.path.removeprefix(root)), lambda text: names.code(text) or "")


def _place(names: PlaceNames) -> Callable[[str], str]:
    return lambda text: read if isinstance(read := names.code(text), str) else ""


def _sex(text: str, codes: Sequence[str]) -> str:
    words = set(re.findall(r"\w+", folded(text)))
    found = [code for code in codes if words & {code, *SEXES.get(code, "").split()}]
    return found[0] if len(found) == 1 else ""


def _age(text: str, codes: Sequence[str]) -> str:
    """A band by its bounds: `0 to 4`, `60 and over`, `under 5`."""
    bounds = [int(number) for number in re.findall(r"\d{1,3}", text)]
    if len(bounds) == 1 and OPEN.search(folded(text)):
        return next((code for code in codes if code == f"{bounds[0]}+"), "")
    if len(bounds) == 1 and UNDER.search(folded(text)):
        return next((code for code in codes if code == f"0-{bounds[0] - 1}"), "")
    return next((code for code in codes if len(bounds) == 2 and code == f"{bounds[0]}-{bounds[1]}"), "")
