"""Whoever owns the tables changes no row unnoticed: each table outside casework is guarded, or named here with a reason.

What stands in clear about a person is listed by the person's key (`casework.store`), so schema `casework` is not walked.
"""

import subprocess
import sys
from typing import Final

import pytest

from core.database import Base
from core.listed import LISTED
from tests.conftest import PROJECT
from tests.house.test_migrations import OURS
from tests.tampering.columns import Kind, of_kind

LISTED_TABLES: Final = {its.name for its in LISTED.values()}
CHAINED: Final = {
    "anonymizer.register_line",
    "core.audit_entry",
    "core.audit_link",
    "core.audit_head",
    "core.audit_verification",
}
BEARS_A_SEAL: Final = {
    "anonymizer.search_piece",
    "identity.session",
    "anonymizer.proof",
    "core.sealed_list",
    "core.key_version",
}
BOUND_BY_ANOTHER: Final = {
    "anonymizer.protected_table": "the seal of its proof is over its cells",
    "anonymizer.fact_block": "its columns are sealed under a key bound to it; what it was built of is compared in counting",
}
REASONS: Final = {
    "anonymizer.method_used": "what the chained lines of the register say, for the database to refuse by",
    "anonymizer.asked_period": "a wish to have a period protected, which shows nobody anything; to release it asks for a right",
    "anonymizer.kept_aside": "what of a week is not protected; taken away, it is not tried again, and no report has it",
    "anonymizer.trial": "what an officer asked and what it would have lost; it decides nothing",
    "ingest.source_act": "how what an administrator asked of a server ended; it decides nothing",
    "core.operation": "names of operations; a code that was changed finds nothing",
    "core.place": "the public gazetteer; what a table was counted with is in its proof",
    "core.remains_destroyed": "moments; a forged one leaves remains for a while, and `erase remains` destroys them at any time",
    "forms.form_version": "the published form, which phones and public have",
    "forms.form_media": "its files",
    "forms.form_classes": "classes set beside it: as public as those inside it",
    "identity.attempt": "failures of some hours, under keyed fingerprints; without them a guess is judged sooner",
    "identity.spent_challenge": "challenges of ten minutes, bound to a browser by the ring",
    "ingest.tombstone": "keyed fingerprints; without one, an answer that a phone still holds is taken in again",
    "ingest.back_check": "a sample and what came of it, which decides nothing",
    "ingest.quality_plan": "limits of checks: what is found with them a person decides about, and each edition has its line",
    "ingest.pulled": "which record of a server is which of ours; without it a record is recognised by its answers",
    "ingest.review_to_send": "what a server is to be told of its own record; nothing here is decided by it",
    "ingest.deployed_version": "which published version another server's name means; what does not fit it is quarantined",
    "statistics.release": "what the world has; the folder of a release carries its checksums, and the proof its seal",
    "statistics.dimension_code": "likewise",
    "statistics.released_cell": "likewise",
}


def tables() -> list[str]:
    names = (f"{table.schema}.{table.name}" for table in Base.metadata.tables.values())
    return sorted(name for name in names if name.split(".")[0] in OURS - {"casework"})


def guarded() -> set[str]:
    sealed = {column.rpartition(".")[0] for column in of_kind(Kind.CIPHERTEXT, Kind.WRAPPED)}
    return LISTED_TABLES | CHAINED | BEARS_A_SEAL | sealed | set(BOUND_BY_ANOTHER)


@pytest.mark.parametrize("table", tables())
def test_each_table_is_guarded_or_named_with_a_reason(table: str) -> None:
    assert (table in guarded()) != (table in REASONS), f"{table}: list its rows (`core.listed`), or say why not"


def test_whatever_opens_the_database_knows_every_table_and_which_are_listed() -> None:
    """Both are known once their modules were read, and a command reads only what it imports (`app.every_table`)."""
    told = (
        "import app.program; from core.database import Base; from core.listed import LISTED\n"
        "print(*Base.metadata.tables); print(*(its.name for its in LISTED.values()))"
    )
    said = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, cwd=PROJECT).stdout
    known, listed = (set(line.split()) for line in said.splitlines())
    assert known == set(Base.metadata.tables)
    assert listed == LISTED_TABLES


def test_nothing_is_named_that_is_not_there() -> None:
    assert set(REASONS) | set(BOUND_BY_ANOTHER) | CHAINED | BEARS_A_SEAL <= set(tables())
