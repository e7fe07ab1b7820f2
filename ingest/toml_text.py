"""Write what a mapping says as TOML 1.0, for somebody to read and change."""

import json
from collections.abc import Mapping, Sequence

__all__ = ["toml_value"]


def toml_value(value: object) -> str:
    """Texts, numbers, lists and tables in one line, in TOML 1.0."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{toml_value(key)} = {toml_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, str | int):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    assert isinstance(value, Sequence)  # noqa: S101  (a list of texts)
    return "[" + ", ".join(toml_value(one) for one in value) + "]"
