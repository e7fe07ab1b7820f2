"""Back-checks on screen: a sample by chance, second visits, and what coverage and content error come to."""

import re
from uuid import UUID

from casework import movement_facts
from core.database import Zone
from core.periods.week import Week
from core.permissions import Role
from tests.app.test_record_pages import SignIn
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414  (a fixture)
from tests.app.test_record_pages import teams as teams  # noqa: PLC0414
from tests.casework.conftest import ARRIVAL, OPERATION, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

HERE = "/back-checks"
FORM = "movement_tracking"


def send(team: Field, **said: str) -> UUID:
    submission = team.send("movement", {**ARRIVAL, **said})
    team.admit_awaiting()
    return submission


def test_a_sample_is_drawn_visited_and_compared(signed_in: SignIn, field_team: Field) -> None:
    first = [send(field_team) for _ in range(4)]
    sara = signed_in("sara", Role.SUPERVISOR)
    page = sara.send(HERE, page=HERE, form=FORM, percent="50", days="3").text
    drawn = dict(re.findall(r'<code>([2-9A-Z]{6})</code>.*?href="/quality/([0-9a-f-]{36})"', page))
    assert len(drawn) == 2
    assert set(drawn.values()) <= {str(one) for one in first}
    again = send(field_team, reason="drought")
    one, other = drawn
    page = sara.send(f"{HERE}/{one}", page=HERE, outcome="met", again=str(again)).text
    assert "Noted" in page
    page = sara.send(f"{HERE}/{other}", page=HERE, outcome="never_interviewed").text
    assert re.search(r"Never interviewed, of those about whom the visit tells: <strong>50.0 %", page)
    assert re.search(r"<bdi>reason</bdi></td><td data-label=\"Pairs\">1</td><td data-label=\"Difference rate\">100.0 %", page)
    assert "drought" not in page
    with field_team.zone(Zone.ANONYMIZER) as session:
        assert len(movement_facts(session, field_team.ring, OPERATION, Week(2026, 7))) == 4, (
            "the second interview counts nobody"
        )
    sara.send(HERE, page=HERE, form=FORM, percent="50", days="3")
    assert len(re.findall(r"<code>[2-9A-Z]{6}</code>", sara.get(HERE).text)) == 2, "half of it is drawn already"


def test_a_second_interview_is_another_answer_that_came_later(signed_in: SignIn, field_team: Field) -> None:
    first = send(field_team)
    sara = signed_in("sara", Role.SUPERVISOR)
    page = sara.send(HERE, page=HERE, form=FORM, percent="100", days="3").text
    [code] = re.findall(r"<code>([2-9A-Z]{6})</code>", page)
    for wrong in (str(first), "nothing", "00000000-0000-4000-8000-000000000000"):
        assert sara.send(f"{HERE}/{code}", page=HERE, outcome="met", again=wrong).status_code == 422
    assert sara.send(f"{HERE}/NOSUCH", page=HERE, outcome="met").status_code == 404
    assert sara.send(HERE, page=HERE, form=FORM, percent="0", days="3").status_code == 422
    eve = signed_in("eve", Role.CASEWORKER)
    denied = [eve.send(HERE, page="/account", form=FORM, percent="10", days="3"), eve.get(HERE)]
    denied.append(eve.send(f"{HERE}/{code}", page="/account", outcome="met"))
    assert {answer.status_code for answer in denied} == {403}
