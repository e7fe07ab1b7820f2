"""Who is said to have done it (HTCDS 2.0, Perpetrator). They are others' data, said by the person about people who have no
record here: no access pack gives them, and no export or list has them."""

from enum import StrEnum
from typing import Final

from casework.trafficking.kept_apart import KeptApart
from casework.trafficking_models import Perpetrator
from core.permissions import Right

__all__ = ["PERPETRATORS", "PerpetratorRole"]


class PerpetratorRole(StrEnum):
    RECRUITER = "recruiter"
    TRANSPORTER = "transporter"
    HARBOURER = "harbourer"
    EXPLOITER = "exploiter"
    OTHER = "other"


PERPETRATORS: Final = KeptApart(
    Perpetrator, Right.READ_PERPETRATORS, ("role", "name", "gender", "citizenship", "relation", "note")
)
