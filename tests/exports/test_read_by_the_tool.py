"""A weekly release is read back by the anonymizer's own tool, so that anybody can attack it."""

from anonymizer.tool import read_release
from exports import Release


def test_the_tool_reads_what_was_protected_and_under_which_policy(release: Release) -> None:
    read, week = read_release(release.folder), release.edition.now
    assert read.policy == week.policy
    assert [table.name for table in read.tables] == [table.name for table in week.tables]
    assert [table.digest for table in read.tables] == [table.digest for table in week.tables]
