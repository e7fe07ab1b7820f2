"""The names of the parts in the file of a set-up, and what kind of file it is."""

from typing import Final

from core.policies import PolicyKind

__all__ = ["GAZETTEER", "KIND", "PLACES", "PLANS", "ROLES", "UNITS", "VERSION", "form_parts", "policy_part"]

KIND: Final = "waystation set-up"
VERSION: Final = 1
GAZETTEER: Final = "gazetteer.json"  # how many places, and their digest
PLACES: Final = "places.geojson"
UNITS: Final = "units.json"
ROLES: Final = "roles.json"  # files written before there were any lack it
PLANS: Final = "quality.json"


def policy_part(kind: PolicyKind) -> str:
    return f"policies/{kind.value}.toml"


def form_parts(number: int) -> tuple[str, str, str]:
    """Of the form of this number: its XForm, what stands beside it, and where its media lie."""
    folder = f"forms/{number:04}"
    return f"{folder}/form.xml", f"{folder}/form.json", f"{folder}/media/"
