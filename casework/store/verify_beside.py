"""What is sealed beside a person's record, opened to see that it opens: consents, files, holds, openings, former versions,
the steps of a case file, and the people around a person.

Every column of ciphertext in the schema `casework` is opened here or in `verify_records`; `tests/tampering/test_replay.py`
damages each of them and looks whether it is found.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from casework.family_models import BestInterestStep, ChildCare, Relationship
from casework.models import Case, FileRow, KeyKind, Opening, OpeningKind
from casework.rights_models import Consent, FormerVersion, Hold
from casework.store.kept_key import KeptKey
from casework.store.seal_between import open_between
from casework.store.seal_file import open_chunks, open_label
from casework.store.seal_record import Vault, stored_key
from casework.store.seal_steps import open_steps
from casework.thumbnails import kept_thumbnail
from casework.trafficking_models import HistoryEvent, Perpetrator
from core.clear_columns import code_in, codes_in, custody_of
from core.sealing.envelope import Binding
from forms import RecordPart

__all__ = ["BESIDE", "open_beside"]

Open = Callable[[Vault, KeptKey, Any], object]


def open_beside(vault: Vault, row: Any) -> None:
    """Open all that one row holds, under the key of its person.

    Raises `KeyDestroyed`, `CiphertextRefused`, `KeyVersionUnknown`, `FileCut`, `CaseFileDamaged` or `RecordDamaged`.
    """
    BESIDE[type(row)](vault, stored_key(vault, row.person, KeyKind.PERSON), row)


def _consent(_: Vault, key: KeptKey, row: Consent) -> None:
    key.open(row.details, Binding("casework.consent", row.id, "details", row.version))


def _file(vault: Vault, key: KeptKey, row: FileRow) -> None:
    code_in(row, "part", RecordPart)
    open_label(key, row)
    for _ in open_chunks(vault, key, row):
        pass
    kept_thumbnail(vault, key, row)


def _hold(_: Vault, key: KeptKey, row: Hold) -> None:
    key.open(row.reason, Binding("casework.hold", row.id, "reason"))


def _opening(_: Vault, key: KeptKey, row: Opening) -> None:
    custody_of(row), code_in(row, "kind", OpeningKind), codes_in(row, "parts", RecordPart)
    key.open(row.reason, Binding("casework.opening", row.id, "reason"))


def _former(_: Vault, key: KeptKey, row: FormerVersion) -> None:
    key.open(row.reason, Binding("casework.former_version", row.id, "reason"))
    for part in RecordPart:
        key.open(getattr(row, part.value), Binding(f"casework.{row.of}", row.record, part.value, row.row_version))


def _relationship(vault: Vault, key: KeptKey, row: Relationship) -> None:
    open_between("casework.relationship", row.id, key, stored_key(vault, row.other, KeyKind.PERSON), row.said)


def _said(_: Vault, key: KeptKey, row: ChildCare | HistoryEvent | Perpetrator) -> None:
    key.open(row.said, Binding(f"casework.{row.__tablename__}", row.id, "said"))


def _step(_: Vault, key: KeptKey, row: BestInterestStep) -> None:
    key.open(row.planned, Binding("casework.best_interest_step", row.id, "planned"))
    if row.done_at:
        key.open(row.outcome or b"", Binding("casework.best_interest_step", row.id, "outcome"))


def _case_file(vault: Vault, key: KeptKey, row: Case) -> None:
    open_steps(vault.session, key, row)


BESIDE: Final[Mapping[type[Any], Open]] = {
    Case: _case_file,
    Consent: _consent,
    FileRow: _file,
    Hold: _hold,
    Opening: _opening,
    FormerVersion: _former,
    Relationship: _relationship,
    ChildCare: _said,
    BestInterestStep: _step,
    HistoryEvent: _said,
    Perpetrator: _said,
}
