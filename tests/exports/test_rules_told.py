"""A release states the rules it was protected under, in its description and, where there are further ones, to its readers."""

import json
from dataclasses import replace

import pytest

from anonymizer import Policy, stated
from anonymizer.policy import Selection, Sensitive
from exports import LANGUAGES
from exports.compose_report import compose_report
from exports.describe_package import describe_package
from exports.edition import Edition
from exports.languages import language

FURTHER = Policy(complements=True, sensitive=(Sensitive(Selection((("reason", ("eviction",)),)), threshold=11),))


@pytest.fixture(scope="module")
def stricter(edition: Edition) -> Edition:
    return replace(edition, now=replace(edition.now, policy=FURTHER))


@pytest.mark.parametrize("code", LANGUAGES)
def test_readers_are_told_where_further_rules_stand_and_only_where_there_are_some(
    edition: Edition, stricter: Edition, code: str
) -> None:
    spoken = language(code)
    told = spoken.say("method.rules")
    assert "datapackage.json" in told
    assert told in compose_report(stricter, spoken).method
    assert told not in compose_report(edition, spoken).method


def test_the_description_states_all_rules_in_force(edition: Edition, stricter: Edition) -> None:
    for one in (edition, stricter):
        files = dict.fromkeys(_paths(one), b"")
        said = json.loads(describe_package(one, files))["confidentiality"]
        assert said["policy"] == stated(one.now.policy)
        assert ("stricter rules" in said["meaning"]) is (one is stricter)


def _paths(edition: Edition) -> list[str]:
    dimensions = {dimension.name for table in edition.now.tables for dimension in table.dimensions}
    return [
        *(f"data/{table.name}.csv" for table in edition.now.tables),
        *(f"hierarchies/{name}.csv" for name in dimensions),
    ]
