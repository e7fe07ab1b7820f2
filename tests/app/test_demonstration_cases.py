"""Case files of the demonstration are drawn from the seed: the same seed tells the same, and every stage comes up."""

import random

from app.demonstration.draw_case_files import HELPS, Stage, draw_case_story
from app.demonstration.work_on_cases import CASE_FILES
from casework.programme import OURS, parse_programme


def test_the_same_seed_tells_the_same_story() -> None:
    assert draw_case_story(random.Random(3)) == draw_case_story(random.Random(3))
    assert draw_case_story(random.Random(3)) != draw_case_story(random.Random(4))


def test_most_stages_come_up_whatever_the_seed() -> None:
    for seed in range(20):
        chance = random.Random(seed)
        assert len({draw_case_story(chance).stage for _ in range(CASE_FILES)}) > len(Stage) // 2


def test_it_names_what_the_programme_offers() -> None:
    lists = parse_programme(OURS.read_text(encoding="utf-8")).lists
    for one in HELPS:
        assert one.need in lists["need"]
        assert one.need in lists["service_type"]
        assert one.provider in lists["provider"]
