"""What is other in one question, and what follows for its stored answers and for the variable that it feeds."""

from collections.abc import Iterator, Mapping
from typing import Final

from forms.definition import PrivacyClass, Question
from forms.versions.form_change import FormChange, What

__all__ = ["compare_question"]

STRICTNESS: Final = {PrivacyClass.OPEN: 0, PrivacyClass.QUASI: 1, PrivacyClass.SENSITIVE: 2, PrivacyClass.DIRECT: 3}


def compare_question(
    was: Question, now: Question, rules_before: Mapping[str, str], rules_now: Mapping[str, str]
) -> Iterator[FormChange]:
    """Every change of it."""
    yield from _moved(was, now)
    if was.kind != now.kind:
        says = f"Stored answers stay of the kind {was.kind}, beside new ones of the kind {now.kind}."
        yield FormChange(now.path, What.KIND, was.kind, now.kind, says, _if_counted(now, "may no longer be read as before."))
    yield from _kept_otherwise(was, now)
    yield from _choices(was, now)
    if was.labels != now.labels:
        before, after = _differing(was.labels, now.labels)
        says = "Stored answers were given to the former words."
        yield FormChange(now.path, What.WORDED, before, after, says, _if_counted(now, "may mean something else than before."))
    for rule in sorted({*rules_before, *rules_now}):
        former, present = rules_before.get(rule, ""), rules_now.get(rule, "")
        if former != present:
            says = "Stored answers were given under the former rule, and are not asked for again."
            counts = _if_counted(now, "may be asked of others than before.")
            yield FormChange(now.path, What.RULE, f"{rule}: {former}", f"{rule}: {present}", says, counts)


def _moved(was: Question, now: Question) -> Iterator[FormChange]:
    if was.path == now.path and was.repeat == now.repeat:
        return
    says, counts = f"New answers stand under the same name, '{now.name}', as those that are stored.", ""
    if was.repeat != now.repeat:
        says = f"Stored answers stay {_stand(was)}; new ones stand {_stand(now)}."
        told = "counted from now on" if now.repeat is None else "no longer counted, for it is in a repeat"
        counts = f"'{now.statistic}' is {told}." if now.statistic else ""
    yield FormChange(now.path, What.MOVED, was.path, now.path, says, counts)


def _stand(asked: Question) -> str:
    return "outside every repeat" if asked.repeat is None else f"with each entry of {asked.repeat}"


def _kept_otherwise(was: Question, now: Question) -> Iterator[FormChange]:
    if was.privacy is not now.privacy:
        less = STRICTNESS[now.privacy] < STRICTNESS[was.privacy]
        says = f"Stored answers are not moved. New ones are protected {'less' if less else 'more'} than those."
        yield FormChange(now.path, What.PRIVACY, was.privacy, now.privacy, says)
    if was.part is not now.part:
        says = f"Stored answers stay in '{was.part}', for whoever may read that; new ones go to '{now.part}'."
        yield FormChange(now.path, What.PART, was.part, now.part, says)
    if was.statistic != now.statistic:
        told = [f"'{was.statistic}' is not fed by it any more."] if was.statistic else []
        told += [f"'{now.statistic}' is counted from this version on, not of what is stored."] if now.statistic else []
        yield FormChange(now.path, What.STATISTIC, was.statistic or "", now.statistic or "", "", " ".join(told))
    if was.indicator != now.indicator:
        says = "Interviews of the former version are scored as that one declares, new ones as this one."
        yield FormChange(now.path, What.INDICATOR, was.indicator, now.indicator, says)


def _choices(was: Question, now: Question) -> Iterator[FormChange]:
    gone = [code for code in was.choices if code not in now.choices]
    new = [code for code in now.choices if code not in was.choices]
    worded = [code for code in now.choices if code in was.choices and was.choices[code] != now.choices[code]]
    if gone:
        says = "Stored answers keep these codes; what they mean stands in the former version."
        counts = _if_counted(now, "has them in weeks before, and no longer.")
        yield FormChange(now.path, What.CHOICE_REMOVED, ", ".join(gone), "", says, counts)
    if new:
        counts = _if_counted(now, "takes them only if its table knows the codes; else the report is set aside.")
        yield FormChange(now.path, What.CHOICE_ADDED, "", ", ".join(new), "No stored answer has them.", counts)
    for code in worded:
        before, after = _differing(was.choices[code], now.choices[code])
        says = f"The code '{code}' stands in stored answers for the former words."
        counts = _if_counted(now, "counts both under one code.")
        yield FormChange(now.path, What.CHOICE_WORDED, before, after, says, counts)


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, str]:
    """The first words that differ, in the order of the newer version's languages."""
    language = next(it for it in (*after, *before) if before.get(it) != after.get(it))
    return before.get(language, ""), after.get(language, "")


def _if_counted(asked: Question, says: str) -> str:
    return f"'{asked.statistic}' {says}" if asked.statistic and not asked.repeat else ""
