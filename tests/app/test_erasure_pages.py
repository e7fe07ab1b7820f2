"""Ending a record on screen: proposed from its page, approved by another, carried out, certified; held and due."""

import re
from uuid import UUID

import pytest
from sqlalchemy import text

from app.records.destroy_remains import destroy_remains
from casework.erasure import read_certificate
from casework.models import Person
from core.access import Custody
from core.permissions import Role
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster
from core.sealing.signatures import verification_key
from tests.app.test_record_pages import Browser, SignIn, Teams, give_to
from tests.app.test_record_pages import person as person  # noqa: PLC0414  (a fixture)
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414
from tests.app.test_record_pages import teams as teams  # noqa: PLC0414
from tests.casework.conftest import SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

OFFICER = Role.DATA_PROTECTION_OFFICER


def is_there(team: Field, person: UUID) -> bool:
    with team.zone() as session:
        return session.get(Person, person) is not None


def make_due(team: Field) -> None:
    """As if every case had been closed and every interview had come in ten years ago."""
    with team.zone() as session:
        session.execute(text("UPDATE casework.\"case\" SET state = 'closed'"))
        session.execute(text("UPDATE casework.interview SET received_at = received_at - interval '10 years'"))


def propose(browser: Browser, person: UUID) -> str:
    """From the record's page; the proposal's id, as the queue shows it."""
    page = browser.send(f"/persons/{person}/erase", page=f"/persons/{person}", reason="person_asked")
    assert "The erasure is proposed" in page.text
    return re.findall(r'<div class="panel" id="([0-9a-f-]{36})">', browser.get("/approvals").text)[0]


def approved(signed_in: SignIn, officer: Browser, person: UUID) -> str:
    proposal = propose(officer, person)
    second = signed_in("second", OFFICER)
    assert second.send(f"/approvals/{proposal}/approve", page="/approvals").status_code == 200
    return proposal


class TestErasing:
    def test_from_the_record_to_the_certificate(self, signed_in: SignIn, field_team: Field, person: UUID) -> None:
        amal = signed_in("amal", OFFICER)
        proposal = approved(signed_in, amal, person)
        deed = f"/erasures/{proposal}/carry-out"
        assert f'action="{deed}"' in amal.get("/erasures").text
        page = amal.send(deed, page="/erasures", sure="yes")
        assert "Erased. Its certificate is below" in page.text
        assert not is_there(field_team, person)
        assert amal.get(f"/persons/{person}").status_code == 404
        file = amal.get(f"/erasures/{proposal}/certificate.json")
        assert file.headers["Content-Disposition"] == f'attachment; filename="erasure-{proposal}.json"'
        key = verification_key(field_team.ring, "erasure-certificate")
        told = read_certificate(file.text, key).content
        assert (told["subject"], told["carried_out_by"]) == (f"casework.person:{person}", str(amal.account))
        assert SCREENING["prs_First_Name"] not in file.text
        assert "Certificate of erasure" in amal.get(f"/erasures/{proposal}/certificate.txt").text

    def test_the_page_says_which_remains_are_to_be_destroyed_and_how_until_they_are(
        self, signed_in: SignIn, person: UUID, cluster: EmbeddedCluster, database_name: str
    ) -> None:
        amal = signed_in("amal", OFFICER)
        deed = f"/erasures/{approved(signed_in, amal, person)}/carry-out"
        assert "bin/waystation erase remains" not in amal.get("/erasures").text
        page = amal.send(deed, page="/erasures", sure="yes").text
        assert all(told in page for told in ("bin/waystation erase remains", "still to be destroyed"))
        destroy_remains(cluster.url(ADMINISTRATOR, database_name))
        page = amal.get("/erasures").text
        assert "bin/waystation erase remains" not in page
        assert ">destroyed</td>" in page

    def test_nothing_is_erased_unapproved_or_without_the_tick_or_twice(
        self, signed_in: SignIn, field_team: Field, person: UUID
    ) -> None:
        amal, badr = signed_in("amal", OFFICER), signed_in("badr", OFFICER)
        proposal = propose(amal, person)
        deed = f"/erasures/{proposal}/carry-out"
        assert deed not in amal.get("/erasures").text
        assert amal.send(deed, page="/erasures", sure="yes").status_code == 409
        badr.send(f"/approvals/{proposal}/approve", page="/approvals")
        assert amal.send(deed, page="/erasures").status_code == 422
        assert is_there(field_team, person)
        assert amal.send(deed, page="/erasures", sure="yes").status_code == 200
        assert amal.send(deed, page="/erasures", sure="yes").status_code == 409

    @pytest.mark.parametrize("role", sorted(set(Role) - {Role.SUPERVISOR, OFFICER}))
    def test_who_may_not_propose_is_denied(self, signed_in: SignIn, field_team: Field, person: UUID, role: Role) -> None:
        proposal = approved(signed_in, signed_in("amal", OFFICER), person)
        eve = signed_in("eve", role)
        assert eve.get("/erasures").status_code == 403
        assert eve.get(f"/erasures/{proposal}/certificate.json").status_code == 403
        assert f"/persons/{person}/erase" not in eve.get(f"/persons/{person}").text
        assert eve.send(f"/persons/{person}/erase", page="/account", reason="unlawful").status_code in {403, 404}
        assert eve.send(f"/erasures/{proposal}/carry-out", page="/account", sure="yes").status_code == 403
        assert is_there(field_team, person)

    def test_out_of_reach_it_is_neither_proposed_nor_carried_out(
        self, signed_in: SignIn, field_team: Field, person: UUID, teams: Teams
    ) -> None:
        give_to(field_team, person, Custody(team=str(teams.one)))
        proposal = approved(signed_in, signed_in("amal", OFFICER), person)
        other = signed_in("badr", OFFICER, team=teams.two)
        assert other.send(f"/persons/{person}/erase", reason="unlawful").status_code == 404
        assert str(person) not in other.get("/erasures").text
        assert other.send(f"/erasures/{proposal}/carry-out", sure="yes").status_code == 403
        assert other.get(f"/erasures/{proposal}/certificate.json").status_code == 403
        assert is_there(field_team, person)

    def test_a_form_without_its_token_or_with_an_unknown_reason(
        self, signed_in: SignIn, field_team: Field, person: UUID
    ) -> None:
        amal = signed_in("amal", OFFICER)
        proposal = approved(signed_in, amal, person)
        for path in (f"/erasures/{proposal}/carry-out", f"/persons/{person}/erase", f"/persons/{person}/hold", "/erasures"):
            answer = amal.client.post(path, data={"sure": "yes", "reason": "unlawful", "record": str(person)})
            assert answer.status_code == 403
        assert is_there(field_team, person)
        assert amal.send(f"/persons/{person}/erase", reason="because Amal said so").status_code == 422


class TestHoldsAndRetention:
    def test_what_is_held_is_not_erased_until_the_hold_is_lifted(
        self, signed_in: SignIn, field_team: Field, person: UUID
    ) -> None:
        amal = signed_in("amal", OFFICER)
        proposal = approved(signed_in, amal, person)
        why = "The court of Ashby asked for it."
        page = amal.send(f"/persons/{person}/hold", page=f"/persons/{person}", reason=why, until="2099-12-31")
        assert "The record is held" in page.text
        assert amal.send(f"/erasures/{proposal}/carry-out", page="/erasures", sure="yes").status_code == 409
        assert is_there(field_team, person)
        assert why in amal.get("/holds").text
        [lift] = re.findall(r'action="(/holds/[^"]+/lift)"', amal.get("/holds").text)
        assert "The hold is lifted" in amal.send(lift, page="/holds").text
        assert amal.send(f"/erasures/{proposal}/carry-out", page="/erasures", sure="yes").status_code == 200
        assert not is_there(field_team, person)

    @pytest.mark.parametrize("role", sorted(set(Role) - {OFFICER}))
    def test_who_may_not_hold_is_denied(self, signed_in: SignIn, person: UUID, role: Role) -> None:
        why = "The court of Ashby asked for it."
        signed_in("amal", OFFICER).send(f"/persons/{person}/hold", reason=why)
        eve = signed_in("eve", role)
        assert (eve.get("/holds").status_code, why in eve.get("/holds").text) == (403, False)
        assert eve.send(f"/persons/{person}/hold", page="/account", reason="x").status_code in {403, 404}

    def test_what_is_due_is_listed_and_proposed(self, signed_in: SignIn, field_team: Field, person: UUID) -> None:
        make_due(field_team)
        amal = signed_in("amal", OFFICER)
        subject = f"casework.person:{person}"
        assert f'name="record" value="{subject}"' in amal.get("/erasures").text
        assert "A second person decides" in amal.send("/erasures", page="/erasures", record=subject).text
        page = amal.get("/erasures").text
        assert f'value="{subject}"' not in page
        assert subject in page
        assert "The retention period has run out" in amal.get("/approvals").text

    def test_what_is_not_due_is_not_proposed_as_due(self, signed_in: SignIn, person: UUID) -> None:
        amal = signed_in("amal", OFFICER)
        assert amal.send("/erasures", page="/erasures", record=f"casework.person:{person}").status_code == 404
        assert "Nothing." in amal.get("/approvals").text
