"""Every table that keeps wrapped record keys. A new one joins by a line here, and by its rights in a migration (see 0008).

These tables, with `core.key_version`, are what has to be backed up apart from the data: whoever restores the newest of
them beside older data gets everything back but what was erased.
"""

from typing import Final

from core.wrapped_keys import KeyTable

__all__ = ["KEY_TABLES"]

KEY_TABLES: Final = (
    KeyTable("casework.record_key", ("casework.record_key",), label_column="kind"),
    KeyTable("ingest.record_key", ("ingest.submission", "ingest.quarantine"), version="version"),
    KeyTable(
        "anonymizer.sealed_evidence",
        ("anonymizer.sealed_evidence",),
        record="id",
        sealed="key_sealed",
        commitment="key_commitment",
    ),
)
