"""Which files an answer names, and so must come before it is complete.

`*isIncomplete*`, by which a phone says that more posts follow, is not asked: phones set it wrongly, and a
post that says so may be the one that was lost.
"""

from collections.abc import Iterator

from lxml import etree

from forms import FormDefinition
from ingest.parse_xml import local_name
from ingest.read_answers import Answers, answers_of
from ingest.read_head import child_text

__all__ = ["audit_log", "expected_files", "files_named"]


def expected_files(root: etree._Element, definition: FormDefinition) -> frozenset[str]:
    """The names of all files that the answers refer to.

    These are the answers to questions of kind `binary`, and the audit log in `meta`. What encrypted answers consist of is
    listed by their manifest (`ingest.read_manifest`).
    """
    return files_named(answers_of(root, definition), definition) | audit_log(root)


def files_named(answers: Answers, definition: FormDefinition) -> frozenset[str]:
    """The names that answers to questions of kind `binary` give."""
    kept_as_files = definition.file_paths
    return frozenset(_answered(answers, kept_as_files)) if kept_as_files else frozenset()


def audit_log(root: etree._Element) -> frozenset[str]:
    """The name of the log that the phone kept of the interview, where it kept one."""
    named = (child_text(child, "audit") for child in root.iterchildren("*") if local_name(child) == "meta")
    return frozenset(name for name in named if name)


def _answered(answers: Answers, paths: frozenset[str]) -> Iterator[str]:
    yield from (name.strip() for path, name in answers.values.items() if path in paths and name.strip())
    for entries in answers.repeats.values():
        for entry in entries:
            yield from _answered(entry, paths)
