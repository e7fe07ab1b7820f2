"""What changed between two versions of a form is told with what follows for stored answers and for statistics."""

from collections.abc import Callable, Sequence

import pytest

from forms import build_questionnaire, compile_workbook
from forms.versions import FormChange, VersionCompared, What, compare_versions

HEADER = ["type", "name", "label", "relevant", "bind::ws:privacy", "bind::ws:part", "bind::ws:statistic"]
CHOICES = [["r", "flood", "Flood"], ["r", "war", "War"]]
REASON = ["select_one r", "reason", "Why?", "", "sensitive", "facts", "reason"]
NAME = ["text", "name", "Name", "", "", "", ""]
Compare = Callable[..., list[FormChange]]


@pytest.fixture
def compare(workbook: Callable[..., bytes]) -> Compare:
    """The changes from one list of survey rows to another, and from one list of choices to another."""

    def version(rows: Sequence[list[str]], choices: Sequence[list[str]], form_id: str) -> VersionCompared:
        settings = [["form_id", "namespaces"], [form_id, 'ws="urn:waystation:forms"']]
        listed = [["list_name", "name", "label"], *choices]
        content = workbook(survey=[HEADER, *rows], choices=listed, settings=settings)
        return VersionCompared.of(compile_workbook(content, "x.md").xform)

    def compared(
        before: Sequence[list[str]],
        after: Sequence[list[str]],
        choices: tuple[Sequence[list[str]], Sequence[list[str]]] = (CHOICES, CHOICES),
        ids: tuple[str, str] = ("f", "f"),
    ) -> list[FormChange]:
        return compare_versions(version(before, choices[0], ids[0]), version(after, choices[1], ids[1]))

    return compared


def with_cell(row: list[str], column: str, text: str) -> list[str]:
    at = HEADER.index(column)
    return [*row[:at], text, *row[at + 1 :]]


def test_the_same_version_has_no_changes() -> None:
    xform = compile_workbook(build_questionnaire("movement_tracking"), "x.xlsx").xform
    assert compare_versions(VersionCompared.of(xform), VersionCompared.of(xform)) == []


@pytest.mark.parametrize(
    ("column", "text", "what", "answers", "statistics"),
    [
        ("type", "select_multiple r", What.KIND, "beside new ones of the kind select", "may no longer be read"),
        ("label", "What for?", What.WORDED, "former words", "may mean something else"),
        ("relevant", "${name} = 'x'", What.RULE, "under the former rule", "of others than before"),
        ("bind::ws:privacy", "open", What.PRIVACY, "protected less", ""),
        ("bind::ws:part", "narrative", What.PART, "stay in 'facts'", ""),
        ("bind::ws:statistic", "cause", What.STATISTIC, "", "'reason' is not fed by it any more. 'cause' is counted from"),
    ],
)
def test_one_change_of_a_question_is_told_with_what_follows(
    compare: Compare, column: str, text: str, what: What, answers: str, statistics: str
) -> None:
    [change] = compare([NAME, REASON], [NAME, with_cell(REASON, column, text)])
    assert (change.where, change.what) == ("/data/reason", what)
    assert answers in change.answers
    assert statistics in change.statistics


def test_a_question_gone_and_a_question_new(compare: Compare) -> None:
    gone, new = compare([REASON], [NAME])[::-1]
    assert (gone.where, gone.what, new.where, new.what) == ("/data/reason", What.REMOVED, "/data/name", What.ADDED)
    assert "Nothing feeds 'reason' any more" in gone.statistics
    assert "no answer" in new.answers
    [counted] = compare([NAME], [NAME, REASON])
    assert "counted from this version on" in counted.statistics


def test_a_variable_that_another_question_feeds_now_is_not_lost(compare: Compare) -> None:
    other = with_cell(REASON, "name", "main_reason")
    new, gone = compare([REASON], [other])
    assert "another question fed before" in new.statistics
    assert gone.statistics == ""


def test_a_question_that_moved_is_known_by_its_name(compare: Compare) -> None:
    group = [["begin_group", "g", "G", "", "", "", ""], REASON, ["end_group", "", "", "", "", "", ""]]
    [moved] = compare([REASON], group)
    assert (moved.what, moved.before, moved.after) == (What.MOVED, "/data/reason", "/data/g/reason")
    assert "same name" in moved.answers
    repeat = [["begin_repeat", "g", "G", "", "", "", ""], REASON, ["end_repeat", "", "", "", "", "", ""]]
    [moved] = compare([REASON], repeat)
    assert "outside every repeat; new ones stand with each entry of /data/g" in moved.answers
    assert "no longer counted" in moved.statistics


def test_choices_gone_new_and_worded_anew(compare: Compare) -> None:
    after = [["r", "flood", "High water"], ["r", "drought", "Drought"]]
    found = {it.what: it for it in compare([REASON], [REASON], (CHOICES, after))}
    assert (found[What.CHOICE_REMOVED].before, found[What.CHOICE_ADDED].after) == ("war", "drought")
    assert (found[What.CHOICE_WORDED].before, found[What.CHOICE_WORDED].after) == ("Flood", "High water")
    assert all(it.answers and it.statistics for it in found.values())


def test_two_forms_are_not_two_versions_of_one(compare: Compare) -> None:
    [change] = compare([NAME], [NAME], ids=("f", "g"))
    assert (change.what, change.before, change.after) == (What.FORM, "f", "g")


def test_files_and_rules_of_groups_are_compared_too(workbook: Callable[..., bytes]) -> None:
    def version(relevant: str, media: dict[str, str]) -> VersionCompared:
        rows = [["text", "a", "A", ""], ["begin_group", "g", "G", relevant], ["text", "b", "B", ""], ["end_group", "", "", ""]]
        xform = compile_workbook(workbook(survey=[HEADER[:4], *rows]), "x.md").xform
        return VersionCompared.of(xform, media=media)

    found = compare_versions(version("", {"a.csv": "1", "b.csv": "1"}), version("${a} = 1", {"a.csv": "2", "c.csv": "1"}))
    files = [(it.where, it.before, it.after) for it in found if it.what is What.FILE]
    assert files == [("a.csv", "there", "another content"), ("b.csv", "there", "not there"), ("c.csv", "not there", "there")]
    [rule] = [it for it in found if it.what is What.RULE]
    assert (rule.where, rule.after) == ("/data/g", "relevant: /data/a = 1")
