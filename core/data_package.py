"""Parts of a Frictionless Data Package (specifications 1.0) that every package of CSV files says in the same way."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

__all__ = ["code_field", "csv_resource"]


def csv_resource(name: str, path: str, schema: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, Any]:
    """One CSV file of those by path as a resource, with its size in bytes and its SHA-256."""
    content = files[path]
    return {
        "name": name,
        "path": path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{sha256(content).hexdigest()}",
        "schema": schema,
    }


def code_field(name: str) -> dict[str, Any]:
    """A column of codes, never empty."""
    return {"name": name, "type": "string", "constraints": {"required": True}}
