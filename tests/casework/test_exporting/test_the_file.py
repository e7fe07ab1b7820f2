"""What an export holds: only what was chosen, only for its recipient, and a mark by which a copy names its export."""

import json
import random
from uuid import UUID

import pyrage
import pytest
from pyrage import x25519

from casework.consent import LegalBasis
from casework.exporting.write_export import cell
from core.audit import Purpose
from tests.casework.conftest import ASSISTANCE, SCREENING, Field
from tests.casework.test_exporting.conftest import (
    FIELDS,
    NAME,
    PHONE,
    STORY,
    THEIRS,
    approved,
    carry_out,
    leave,
    opened,
    proposed,
    rows,
    some_persons,
    trace,
)


class TestTheFile:
    def test_its_recipient_reads_csv_and_json_of_the_chosen_fields(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        export, files = leave(field_team, clinic, [person])
        (row,) = rows(files["persons.csv"])
        assert row[NAME] == SCREENING["prs_First_Name"]
        assert list(row) == ["record", *FIELDS, "export"]
        (told,) = rows(files["interviews.csv"])
        assert (told["record"], told["interview"], told[STORY]) == (
            row["record"],
            "assistance",
            ASSISTANCE["experience_narrative"],
        )
        (whole,) = json.loads(files["records.json"])["records"]
        assert whole["answers"][PHONE] == SCREENING["prs_MobilePhone"]
        assert str(export) in files["README.txt"]

    def test_nobody_else_opens_it_and_a_changed_byte_is_noticed(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        export = approved(field_team, proposed(field_team, clinic, [person]))
        _, sealed = carry_out(field_team, export)
        assert SCREENING["prs_First_Name"].encode() not in sealed
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(sealed, [x25519.Identity.generate()])
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(sealed[:-1] + bytes([sealed[-1] ^ 1]), [THEIRS])

    def test_what_was_not_chosen_and_the_ids_of_the_store_stay(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        _, files = leave(field_team, clinic, [person], [NAME])
        for secret in (SCREENING["prs_MobilePhone"], ASSISTANCE["experience_narrative"], str(person)):
            assert not any(secret in content for content in files.values())

    @pytest.mark.parametrize("said", ["=1+1", "+252 61", "-1", "@x", "\t=1", "\r=1"])
    def test_no_cell_is_a_formula(self, said: str) -> None:
        assert cell(said) == f"'{said}"
        assert cell(f"x{said}") == f"x{said}"

    def test_many_records_come_whole(self, field_team: Field, clinic: UUID) -> None:
        persons = some_persons(field_team, 450, agreeing=False)
        export = proposed(field_team, clinic, persons, fields=[NAME], purpose=Purpose.LEGAL, basis=LegalBasis.LEGAL_OBLIGATION)
        _, sealed = carry_out(field_team, approved(field_team, export))
        named = {row[NAME] for row in rows(opened(sealed)["persons.csv"])}
        assert named == {f"Amal {number}" for number in range(450)}


class TestTheMark:
    def test_one_row_of_any_table_names_its_export(self, field_team: Field, clinic: UUID) -> None:
        persons = some_persons(field_team, 3)
        first, files = leave(field_team, clinic, persons, [NAME])
        second, others = leave(field_team, clinic, persons, [NAME])
        number = rows(files["persons.csv"])[1]["record"]
        (found,) = trace(field_team, f"somebody pasted {number} here")
        assert (found.export, found.recipient, found.numbers, found.named_in_the_open) == (first, clinic, 1, False)
        assert found.odds < 1e-13
        (other,) = trace(field_team, others["records.json"])
        assert (other.export, other.numbers, other.named_in_the_open) == (second, 3, True)

    def test_shuffled_and_partial_copies_too(self, field_team: Field, clinic: UUID) -> None:
        export, files = leave(field_team, clinic, some_persons(field_team, 12), [NAME])
        kept = [f"{row['record']};{row[NAME]}" for row in rows(files["persons.csv"])]
        shuffled = random.Random(4).sample(kept, 5)
        (found,) = trace(field_team, "\n".join(shuffled))
        assert (found.export, found.numbers) == (export, 5)

    def test_without_numbers_the_order_of_the_rows_names_it(self, field_team: Field, clinic: UUID) -> None:
        persons = some_persons(field_team, 12)
        export, files = leave(field_team, clinic, persons, [NAME])
        leave(field_team, clinic, persons, [NAME])
        names = [row[NAME] for row in rows(files["persons.csv"])]
        del names[3]  # a piece of it
        (found,) = trace(field_team, "\n".join([NAME, *names]))
        assert (found.export, found.numbers, found.rows_in_order) == (export, 0, 11)
        assert found.odds < 1e-6

    def test_without_numbers_and_shuffled_nothing_names_it(self, field_team: Field, clinic: UUID) -> None:
        _, files = leave(field_team, clinic, some_persons(field_team, 12), [NAME])
        names = sorted(row[NAME] for row in rows(files["persons.csv"]))
        assert trace(field_team, "\n".join([NAME, *names])) == []

    def test_a_number_made_up_names_nothing(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        leave(field_team, clinic, [person])
        assert trace(field_team, "0123456789ab-0123456789ab") == []

    def test_no_answer_is_changed_by_it(self, field_team: Field, clinic: UUID) -> None:
        persons = some_persons(field_team, 5)
        tables = [rows(leave(field_team, clinic, persons, [NAME])[1]["persons.csv"]) for _ in range(2)]
        assert len({frozenset(row[NAME] for row in table) for table in tables}) == 1
        assert not {row["record"] for row in tables[0]} & {row["record"] for row in tables[1]}
