"""What workers of the demonstration write into case files: how far each case has come, and in which words.

Each need brings its own service, goal and task: drawn one by one they would not tell of one life.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

__all__ = ["CaseStory", "Help", "Stage", "draw_case_story"]


class Stage(IntEnum):
    """How far a case has come; each stage has all before it behind it."""

    SCREENED = 0  # nobody has decided yet
    DECIDED = 1
    ASSESSED = 2
    PLANNED = 3  # the plan waits for a supervisor
    ASSISTED = 4
    REFERRED = 5
    FOLLOWED = 6  # a visit was made, the plan ended
    CLOSING = 7  # the closure waits for a supervisor
    CLOSED = 8


@dataclass(frozen=True)
class Help:
    """What answers one need; `need` is also the code of the service."""

    need: str
    provider: str
    goal: str
    measure: str
    task: str
    cost: str


@dataclass(frozen=True)
class CaseStory:
    """One case as it is told. `late` is how many days the task is overdue, below 0 where it is still to come."""

    stage: Stage
    helps: Sequence[Help]
    risk: str
    situation: str
    wishes: str
    aim: str
    note: str
    flag: str
    late: int


HELPS: Final = (
    Help("accommodation", "shelter_partner", "A room with a key", "Has it and stays there", "Ask the shelter for a bed", "120"),
    Help("medical", "medical_partner", "Treatment of the injured hand", "Can work with it again", "Book the clinic", "45.50"),
    Help("legal", "legal_partner", "Unpaid wages are claimed", "The claim is filed", "Take the pay slips to the lawyer", "0"),
    Help("psychosocial", "medical_partner", "Sleeps through the night", "Says so twice in a row", "Agree on a day", "30"),
    Help("documents", "legal_partner", "A passport in hand", "The passport is there", "Write to the consulate", "60"),
    Help("training", "own", "Learns to sew", "Holds the certificate", "Enrol for the course in spring", "200"),
    Help("family_tracing", "own", "Speaks with the family again", "They have spoken", "Send the tracing request", "0"),
    Help("basic_items", "own", "Warm clothes and food for a month", "Received and signed for", "Fetch the parcel", "35"),
)
SITUATIONS: Final = (
    "Sleeps at a friend's for now. Eats once a day. The foreman still calls.",
    "Left the farm eleven days ago with one bag. No papers. A cough since the crossing.",
    "Dort dans la salle d'attente de la gare. Le passeur garde ses papiers.",
    "الإقامة حاليا مع عائلة من القرية، والخوف من صاحب العمل مستمر.",
)
WISHES: Final = (
    "Wants work, and to call home.",
    "Does not want the police told before the wages are paid.",
    "Veut rester près de ses cousins.",
    "العودة إلى المدرسة ثم تعلم مهنة.",
)
AIMS: Final = (
    "Safe and well, with papers and an income by summer.",
    "Treated, housed, and paid what is owed.",
    "Un logement sûr et un métier avant la fin de l'année.",
    "سكن آمن وعمل، وتواصل منتظم مع الأسرة.",
)
NOTES: Final = (
    "Called in the evening as agreed; in better spirits.",
    "Came with a child. The child drew while we talked.",
    "A parlé longuement du voyage. Pas de questions aujourd'hui.",
    "حضور في الموعد وسؤال عن الأوراق.",
)
FLAGS: Final = ("", "", "", "The foreman was seen near the shelter", "Calls only after 18:00")


def draw_case_story(chance: random.Random) -> CaseStory:
    """Draw one; early stages are as frequent as late ones, so that something waits at every desk."""
    return CaseStory(
        stage=Stage(chance.randrange(len(Stage))),
        helps=chance.sample(HELPS, 2),
        risk=chance.choice(("low", "medium", "medium", "high")),
        situation=chance.choice(SITUATIONS),
        wishes=chance.choice(WISHES),
        aim=chance.choice(AIMS),
        note=chance.choice(NOTES),
        flag=chance.choice(FLAGS),
        late=chance.randint(-9, 4),
    )
