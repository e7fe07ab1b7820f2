"""What commits while an export is being written stops it."""

from io import BytesIO
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from casework import exporting
from casework.consent import ConsentState, LegalBasis
from casework.export_errors import ExportOvertaken
from core.access import Custody
from tests.casework.conftest import Field
from tests.casework.test_exporting.conftest import (
    NAME,
    SUPERVISOR,
    Interrupted,
    agree,
    approved,
    as_,
    carry_out,
    erase,
    hand_over,
    object_to_all,
    proposed,
    some_persons,
)


class TestMeanwhile:
    """Between the first look at a record and the commit, minutes may pass: an export of many records is long in the making."""

    @pytest.mark.parametrize(
        ("happens", "basis"),
        [
            ("withdrawn", LegalBasis.CONSENT),
            ("restricted", LegalBasis.VITAL_INTEREST),
            ("handed over", LegalBasis.CONSENT),
            ("erased", LegalBasis.CONSENT),
        ],
    )
    def test_what_commits_while_it_is_written_stops_it(
        self, field_team: Field, person: UUID, clinic: UUID, happens: str, basis: LegalBasis
    ) -> None:
        (other,) = some_persons(field_team, 1)
        export = approved(field_team, proposed(field_team, clinic, [person, other], fields=[NAME], basis=basis))
        deed = {
            "withdrawn": lambda: agree(field_team, other, ConsentState.WITHDRAWN),
            "restricted": lambda: object_to_all(field_team, other),
            "handed over": lambda: hand_over(field_team, other, Custody(team="team-9")),
            "erased": lambda: erase(field_team, other),
        }[happens]
        with pytest.raises(ExportOvertaken), as_(field_team, SUPERVISOR) as session:
            exporting.carry_out_export(session, field_team.ring, export, Interrupted(deed))
        done, _ = carry_out(field_team, export)
        assert done.records == 1

    def test_from_then_to_the_commit_whoever_withdraws_waits(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        export = approved(field_team, proposed(field_team, clinic, [person]))
        with as_(field_team, SUPERVISOR) as session:
            exporting.carry_out_export(session, field_team.ring, export, BytesIO())
            with pytest.raises(DBAPIError, match="lock timeout"):
                object_to_all(field_team, person, waits="50ms")
