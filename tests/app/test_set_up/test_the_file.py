"""The file of a set-up, from a stranger: it is read as the program writes it, or not at all."""

from hashlib import sha256

import pytest

from app.set_up.errors import SetUpUnreadable
from app.set_up.file_parts import GAZETTEER, KIND, PLACES, PLANS, ROLES, UNITS, VERSION
from app.set_up.read_file import read_set_up
from app.set_up.set_up import CarriedForm, CarriedRole, CarriedUnit, Gazetteer, SetUp
from app.set_up.write_file import write_file
from core.identity.models import UnitKind
from core.permissions import Right, Role
from core.places import GazetteerUnreadable, write_gazetteer
from core.policies import PolicyKind
from core.sealing.packed_parts import pack, unpack
from forms import PrivacyClass
from forms.carried import carried_form
from forms.classes import Classes, QuestionClass
from forms.errors import XFormUnreadable
from ingest.quality import PlanUnreadable, QualityPlan
from tests.app.test_set_up.conftest import SURVEY
from tests.casework.conftest import PLACES as SHAPES

GEOJSON = write_gazetteer(SHAPES)
SET_UP = SetUp(
    Gazetteer(len(SHAPES), sha256(GEOJSON.encode()).hexdigest(), tuple(SHAPES)),
    (CarriedUnit(UnitKind.ORGANISATION, "Relief", (CarriedUnit(UnitKind.TEAM, "North"),)),),
    (
        CarriedForm(
            carried_form(SURVEY),
            {"town.png": b"picture"},
            ("towns.csv",),
            True,
            Classes(1, None, {"/data/town": QuestionClass(PrivacyClass.SENSITIVE)}),
        ),
    ),
    {PolicyKind.PROGRAMME: "text"},
    {"wells": QualityPlan(accuracy_metres=20, ranges={"depth": (0.0, float("inf"))}, same_household=("a", 'b"c'))},
    (CarriedRole("Interpreter", Role.CASEWORKER, frozenset({Right.READ_FACTS})),),
)


def test_what_was_written_is_read() -> None:
    assert read_set_up(write_file(SET_UP)) == SET_UP


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (UNITS, b'[{"kind": "team", "name": "", "within": []}]'),
        (UNITS, b'[{"kind": "tribe", "name": "North", "within": []}]'),
        (UNITS, b"[" * 100_000),
        (ROLES, b'[{"name": "Reader", "role": "caseworker", "rights": ["manage_keys"]}]'),
        (ROLES, b'[{"name": "Reader", "role": "king", "rights": []}]'),
        (PLANS, b'{"wells": "unheard_of = 1"}'),
        (GAZETTEER, b'{"number": 4, "sha256": "00"}'),
        (PLACES, b'{"features": [{"properties": {"code": "X", "names": {}}, "geometry": {"type": "Point"}}]}'),
        ("forms/0000/form.json", b"{}"),
        ("forms/0000/form.xml", b"<a/>"),
        ("forms/0000/form.xml", SURVEY),
        ("policies/secrets.toml", b""),
    ],
)
def test_what_the_program_does_not_write_is_refused(part: str, content: bytes) -> None:
    with pytest.raises((SetUpUnreadable, XFormUnreadable, PlanUnreadable, GazetteerUnreadable)):
        read_set_up(pack(KIND, VERSION, unpack(write_file(SET_UP), KIND, VERSION) | {part: content}))
