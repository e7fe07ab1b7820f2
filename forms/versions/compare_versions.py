"""Compare two versions of a form, question by question.

A question is the same where its path is; and where its name stands once in each version, it has moved. Stored answers are
never rewritten: what a change does to them follows from how they were sorted when they were admitted.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from forms.definition import FormDefinition, Question
from forms.versions.compare_question import compare_question
from forms.versions.form_change import FormChange, What
from forms.versions.version_compared import VersionCompared

__all__ = ["compare_versions"]


def compare_versions(before: VersionCompared, after: VersionCompared) -> list[FormChange]:
    """Every change: first of the form as a whole, then by question in the order of the newer version."""
    was, now = before.definition, after.definition
    pairs = _pairs(was, now)
    found = list(_whole(before, after))
    for asked in now.questions:
        former = pairs.get(asked.path)
        if former is None:
            found += _added(asked, was)
        else:
            found += compare_question(former, asked, _rules(before, former), _rules(after, asked))
    still = {former.path for former in pairs.values()}
    for gone in was.questions:
        if gone.path not in still:
            found += _removed(gone, now)
    return [*found, *_group_rules(before, after)]


def _pairs(was: FormDefinition, now: FormDefinition) -> dict[str, Question]:
    """The former question by the path that it has now."""
    by_path = {asked.path: asked for asked in was.questions}
    gone = [asked for asked in was.questions if asked.path not in {it.path for it in now.questions}]
    new = [asked for asked in now.questions if asked.path not in by_path]
    gone_once, new_once = (_once(questions) for questions in (gone, new))
    moved = {asked.path: gone_once[name] for name, asked in new_once.items() if name in gone_once}
    return {asked.path: by_path[asked.path] for asked in now.questions if asked.path in by_path} | moved


def _once(questions: list[Question]) -> dict[str, Question]:
    times = Counter(asked.name for asked in questions)
    return {asked.name: asked for asked in questions if times[asked.name] == 1}


def _whole(before: VersionCompared, after: VersionCompared) -> Iterator[FormChange]:
    was, now = before.definition, after.definition
    if was.form_id != now.form_id:
        says = "These are two forms: phones offer both, and an edit of a stored answer goes on with the former one."
        yield FormChange("the form's id", What.FORM, was.form_id, now.form_id, says)
    if was.record_kind is not now.record_kind:
        says = "What came by the former version stays what it became then."
        counts = "Only movements are counted." if "movement" in {was.record_kind, now.record_kind} else ""
        yield FormChange("the form", What.RECORDS, was.record_kind, now.record_kind, says, counts)
    if set(was.languages) != set(now.languages):
        yield FormChange("the form", What.LANGUAGES, ", ".join(was.languages), ", ".join(now.languages))
    for name in sorted({*before.media, *after.media}):
        if before.media.get(name) != after.media.get(name):
            told = ["there" if name in media else "not there" for media in (before.media, after.media)]
            if told == ["there", "there"]:
                told[1] = "another content"
            yield FormChange(name, What.FILE, told[0], told[1], "Codes that were chosen from it stay as they were stored.")


def _added(asked: Question, was: FormDefinition) -> Iterator[FormChange]:
    counts = ""
    if _counted(asked):
        fed_before = asked.statistic in {it.statistic for it in was.questions if _counted(it)}
        counts = (
            f"It feeds '{asked.statistic}' now, which another question fed before."
            if fed_before
            else f"'{asked.statistic}' is counted from this version on; weeks before do not have it."
        )
    yield FormChange(asked.path, What.ADDED, "", asked.kind, "What is stored has no answer to it.", counts)


def _removed(gone: Question, now: FormDefinition) -> Iterator[FormChange]:
    counts = ""
    if _counted(gone) and gone.statistic not in {it.statistic for it in now.questions if _counted(it)}:
        counts = f"Nothing feeds '{gone.statistic}' any more: where a table needs it, new reports are set aside."
    yield FormChange(gone.path, What.REMOVED, gone.kind, "", "Stored answers stay where they are; no new ones come.", counts)


def _counted(asked: Question) -> bool:
    return bool(asked.statistic) and not asked.repeat


def _rules(version: VersionCompared, asked: Question) -> Mapping[str, str]:
    return version.rules.get(asked.path, {})


def _group_rules(before: VersionCompared, after: VersionCompared) -> Iterator[FormChange]:
    """Of groups and repeats."""
    asked = {it.path for version in (before, after) for it in version.definition.questions}
    for path in sorted({*before.rules, *after.rules} - asked):
        was, now = (version.rules.get(path, {}) for version in (before, after))
        for rule in sorted({*was, *now}):
            if was.get(rule) != now.get(rule):
                says = "Stored answers within it were given under the former rule."
                former, present = (f"{rule}: {rules.get(rule, '')}" for rules in (was, now))
                yield FormChange(path, What.RULE, former, present, says)
