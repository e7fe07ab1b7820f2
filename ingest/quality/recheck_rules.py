"""The form's own rules once more, on the server: constraints, required answers, and answers to what was not asked.

A phone refuses such answers itself. They arrive all the same: from a form that was changed on the way, another client, a
server that was pulled, an edit. What cannot be evaluated here is counted as not checked, never as broken.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from forms import FormDefinition
from forms.rules import Condition, Demand, ExpressionUnsupported, require_evaluated
from ingest.quality.finding import Check, Finding
from ingest.quality.looked_at import Looked, shown
from ingest.read_answers import Answers

__all__ = ["Unchecked", "not_checked", "recheck_rules"]


@dataclass(frozen=True)
class Unchecked:
    """A rule of a form that is not evaluated here, and why."""

    path: str
    rule: str
    expression: str
    reason: str


@dataclass(frozen=True)
class _Here:
    """The answers as one entry of a repeat sees them: its own, those of the entries around it, and all of other repeats.

    `told` is what became of conditions here: a group's holds for each of its questions.
    """

    around: tuple[Answers, ...]
    day: str
    moment: str
    definition: FormDefinition = field(repr=False)
    told: dict[Condition, bool | None] = field(default_factory=dict, repr=False)

    def is_asked(self, demand: Demand) -> bool | None:
        """Whether a question and every group around it are relevant; None where that cannot be told."""
        told = [self._holds(condition) for condition in demand.relevant]
        return False if False in told else None if None in told else True

    def _holds(self, condition: Condition) -> bool | None:
        if condition not in self.told:
            self.told[condition] = condition(self)
        return self.told[condition]

    def answers(self, path: str) -> list[str]:
        for level in reversed(self.around):
            if path in level.values:
                return [level.values[path].strip()]
            if path in level.repeats:
                return [""] * len(level.repeats[path])
        repeat = self.definition.by_path[path].repeat if path in self.definition.by_path else path
        for level in reversed(self.around):
            found = [entry for outer, entries in level.repeats.items() if _within(str(repeat), outer) for entry in entries]
            if found:
                return [
                    said for entry in found for said in _Here((entry,), self.day, self.moment, self.definition).answers(path)
                ]
        return []


def recheck_rules(looked: Looked) -> Iterator[Finding]:
    """What breaks a rule of the form, once for each question; what is missing, all together."""
    found: dict[tuple[Check, str], list[str]] = {}
    ended = looked.preloaded("end") or looked.preloaded("start")
    day = (ended or looked.preloaded("today"))[:10]
    missing: dict[str, None] = {}
    for question, answer, check in _broken(looked, (looked.answers,), None, day, looked.preloaded("end")):
        if check is Check.REQUIRED:
            missing[question] = None
        else:
            found.setdefault((check, question), []).append(answer)
    asked = {question.name: question for question in looked.definition.questions} if found else {}
    for (check, name), answers in found.items():
        yield Finding(check, name, {"times": str(len(answers)), "answer": shown(asked[name], answers)})
    if missing:
        yield Finding(Check.REQUIRED, "", {"questions": ", ".join(missing)})


def not_checked(definition: FormDefinition) -> list[Unchecked]:
    """The rules of a form that are not evaluated here."""
    found = []
    for rule in definition.rules:
        for word in ("constraint", "required", "relevant"):
            expression = getattr(rule, word)
            try:
                if expression:
                    require_evaluated(expression, rule.path, definition.answered_paths)
            except ExpressionUnsupported as refusal:
                found.append(Unchecked(rule.path, word, expression, str(refusal.where["reason"])))
    return found


def _broken(
    looked: Looked, around: tuple[Answers, ...], repeat: str | None, day: str, moment: str
) -> Iterator[tuple[str, str, Check]]:
    definition, values = looked.definition, around[-1].values
    here = _Here(around, day, moment, definition)
    demands = definition.demands
    for question in definition.asked_in.get(repeat, ()):
        answer, demand = values.get(question.path, "").strip(), demands[question.path]
        asked = here.is_asked(demand) if demand.relevant else True
        if not answer:
            if asked and demand.required and demand.required(here):
                yield question.name, "", Check.REQUIRED
            continue
        if asked is False:
            yield question.name, answer, Check.NOT_ASKED
        if demand.constraint and demand.constraint(here) is False:
            yield question.name, answer, Check.CONSTRAINT
    for path, entries in around[-1].repeats.items():
        for entry in entries:
            if entry.values or entry.repeats:  # without any answer it is the form's pattern for entries, sent along
                yield from _broken(looked, (*around, entry), path, day, moment)


def _within(path: str, outer: str) -> bool:
    return path == outer or path.startswith(f"{outer}/")
