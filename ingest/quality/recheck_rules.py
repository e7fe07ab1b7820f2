"""The form's own rules once more, on the server: constraints, required answers, and answers to what was not asked.

A phone refuses such answers itself. They arrive all the same: from a form that was changed on the way, another client, a
server that was pulled, an edit. What cannot be evaluated here is counted as not checked, never as broken.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from forms import FormDefinition, Question
from forms.rules import ExpressionUnsupported, Node, Rule, evaluate, is_true, parse_expression, paths_in
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
    """The answers as one entry of a repeat sees them: its own, those of the entries around it, and all of other repeats."""

    around: tuple[Answers, ...]
    day: str
    moment: str
    definition: FormDefinition = field(repr=False)

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
    asked = {question.name: question for question in looked.definition.questions}
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
                    _parsed(definition, expression, rule.path)
            except ExpressionUnsupported as refusal:
                found.append(Unchecked(rule.path, word, expression, str(refusal.where["reason"])))
    return found


def _broken(
    looked: Looked, around: tuple[Answers, ...], repeat: str | None, day: str, moment: str
) -> Iterator[tuple[str, str, Check]]:
    definition = looked.definition
    here = _Here(around, day, moment, definition)
    rules = definition.rule_at
    for question in _of_repeat(definition, repeat):
        answer, rule = around[-1].values.get(question.path, "").strip(), rules.get(question.path, Rule(question.path))
        relevant = _relevant(here, question, rules)
        if answer and relevant is False:
            yield question.name, answer, Check.NOT_ASKED
        if answer and _holds(here, rule.constraint, rule.path) is False:
            yield question.name, answer, Check.CONSTRAINT
        if not answer and relevant and rule.required and _holds(here, rule.required, rule.path):
            yield question.name, "", Check.REQUIRED
    for path, entries in around[-1].repeats.items():
        for entry in entries:
            if entry.values or entry.repeats:  # without any answer it is the form's pattern for entries, sent along
                yield from _broken(looked, (*around, entry), path, day, moment)


def _relevant(here: _Here, question: Question, rules: Mapping[str, Rule]) -> bool | None:
    """Whether it and every group around it is; None where that cannot be told."""
    steps = question.path.split("/")
    above = ["/".join(steps[:length]) for length in range(2, len(steps) + 1)]
    told = [_holds(here, rules[path].relevant, path) for path in above if path in rules]
    return False if False in told else None if None in told else True


def _holds(here: _Here, expression: str, at: str) -> bool | None:
    """Whether it is true; None where it is not evaluated. Nothing demanded holds."""
    try:
        return is_true(evaluate(_parsed(here.definition, expression, at), here)) if expression else True
    except ExpressionUnsupported:
        return None


def _parsed(definition: FormDefinition, expression: str, at: str) -> Node:
    node = parse_expression(expression, at)
    unknown = paths_in(node) - definition.paths - definition.repeat_paths
    if unknown:
        raise ExpressionUnsupported(at=at, reason=f"`{min(unknown)}` is no question of the form")
    return node


def _of_repeat(definition: FormDefinition, repeat: str | None) -> list[Question]:
    return [question for question in definition.questions if question.repeat == repeat]


def _within(path: str, outer: str) -> bool:
    return path == outer or path.startswith(f"{outer}/")
