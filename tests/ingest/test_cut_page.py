"""A page is read as any JSON is, and each record's text is what the server wrote."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.pull.cut_page import ListAbsent, cut_page

DECODER = json.JSONDecoder()
TEXTS = st.text(max_size=3)
VALUES = TEXTS | st.sampled_from([None, True, 1.5, -3, [], {}, [{"a": ["]", "}"]}], {"results": [{}, '\\"']}])


@given(
    records=st.lists(st.dictionaries(TEXTS, VALUES, max_size=2), max_size=3),
    beside=st.dictionaries(TEXTS, VALUES, max_size=2),
    indent=st.sampled_from([None, 0, 2]),
    ascii_alone=st.booleans(),
)
def test_each_text_says_what_is_read(records: Any, beside: Any, indent: int | None, ascii_alone: bool) -> None:
    text = json.dumps({**beside, "results": records, "more": beside}, indent=indent, ensure_ascii=ascii_alone)
    found = list(cut_page(text.encode("utf-8", "surrogatepass" if ascii_alone else "replace"), "results", DECODER))
    assert [content for content, _ in found] == [json.loads(written) for _, written in found]
    assert len(found) == len(records)
    if ascii_alone:
        assert [content for content, _ in found] == records
    assert all(written in text or not ascii_alone for _, written in found)


@pytest.mark.parametrize("page", [b"[]", b"3", b"{}", b'{"results": 3}', b'{"results": {}}', b"<html>busy</html>"])
def test_a_page_without_the_list_has_none(page: bytes) -> None:
    with pytest.raises(ListAbsent):
        list(cut_page(page, "results", DECODER))


@pytest.mark.parametrize(
    "page", [b'{"results": [{}', b'{"results": [{} {}]}', b'{"results" [{}]}', b'{"a": 1,}', b"{} {}", b"{\xff}"]
)
def test_what_is_no_json_is_refused(page: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (the reader's own, of whichever kind)
        list(cut_page(page, "results", DECODER))
