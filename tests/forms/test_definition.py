"""What a form does not say, or says wrongly, never weakens the protection of an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.definition import PrivacyClass, RecordPart, classify

WORDS = st.none() | st.text(max_size=12) | st.sampled_from([*PrivacyClass, *RecordPart, "reason", "persons.female.0-4"])


@given(privacy=WORDS, part=WORDS, statistic=WORDS)
def test_only_a_known_class_makes_an_answer_less_than_a_direct_identifier(
    privacy: str | None, part: str | None, statistic: str | None
) -> None:
    known, _, _ = classify(privacy, part, statistic)
    assert known == (privacy if privacy in set(PrivacyClass) else PrivacyClass.DIRECT)


@given(privacy=WORDS, part=WORDS, statistic=WORDS)
def test_a_direct_identifier_feeds_no_statistic_and_is_never_among_the_facts(
    privacy: str | None, part: str | None, statistic: str | None
) -> None:
    known, kept_in, feeds = classify(privacy, part, statistic)
    assert known is not PrivacyClass.DIRECT or (feeds is None and kept_in is not RecordPart.FACTS)


@pytest.mark.parametrize(
    ("privacy", "part", "statistic", "kept_in"),
    [
        (None, None, None, RecordPart.IDENTITY),
        ("sensitive", None, None, RecordPart.NARRATIVE),
        ("sensitive", None, "reason", RecordPart.FACTS),
        ("quasi_identifier", "contact", "reason", RecordPart.CONTACT),
        ("direct_identifier", "contact", None, RecordPart.CONTACT),
        ("direct_identifier", "facts", None, RecordPart.IDENTITY),
        ("open", "nonsense", None, RecordPart.NARRATIVE),
    ],
)
def test_the_part_of_the_record_follows_from_what_is_declared(
    privacy: str | None, part: str | None, statistic: str | None, kept_in: RecordPart
) -> None:
    assert classify(privacy, part, statistic)[1] is kept_in
