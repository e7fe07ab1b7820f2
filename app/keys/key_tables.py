"""Every table that keeps wrapped record keys. A new one joins by a line here, and by its rights in a migration (see 0017).

Where nothing but keys stands in a table it is backed up apart from the data: whoever restores the newest of these tables
beside older data gets everything back but what was erased. The others hold rows of colleagues, of registers, and of
forms, which are not erased; they are in both backups, and the newer row counts (`app.backups.restore`).
"""

from typing import Final

from core.keys.wrapped_keys import KeyTable

__all__ = ["KEPT_APART", "KEPT_IN_BOTH", "KEY_TABLES"]

KEPT_APART: Final = (
    KeyTable("casework.record_key", ("casework.record_key",), label_column="kind"),
    KeyTable(
        "ingest.record_key", ("ingest.submission", "ingest.quarantine", "ingest.source", "ingest.handed_in"), version="version"
    ),
    KeyTable(
        "anonymizer.sealed_evidence",
        ("anonymizer.sealed_evidence",),
        record="id",
        sealed="key_sealed",
        commitment="key_commitment",
    ),
    KeyTable("anonymizer.block_key", ("anonymizer.block_key",), record="block"),
)
KEPT_IN_BOTH: Final = (
    KeyTable("forms.form_key", ("forms.form_key",), record="id"),
    KeyTable("identity.account", ("identity.account",), record="id", sealed="sealed_key"),
    KeyTable("core.register_entry", ("core.register_entry",), record="id", row_version="version", sealed="sealed_key"),
)
KEY_TABLES: Final = (*KEPT_APART, *KEPT_IN_BOTH)
