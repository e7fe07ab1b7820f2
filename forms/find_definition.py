"""What a published form asks and how its answers are kept: as its workbook declares, and as was set beside it."""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.classes.kept_classes import newest_classes, with_classes
from forms.definition import FormDefinition
from forms.models import FormClasses, FormVersion
from forms.read_definition import read_form_definition

__all__ = ["find_definition"]

MOST_READ: Final = 128  # definitions kept in memory; they hold no personal data
_read: Final[dict[tuple[object, ...], FormDefinition]] = {}


def find_definition(session: Session, operation: str, form_id: str, version: str) -> FormDefinition | None:
    """What a published version asks.

    The XForm is fetched and read only the first time, and when other classes were set: a published version never changes.
    """
    named = (FormVersion.operation == operation, FormVersion.form_id == form_id, FormVersion.version == version)
    set_for = (FormClasses.operation == operation, FormClasses.form_id == form_id, FormClasses.version == version)
    # Beside the edition its moment: after a backup was restored, the same number may stand for something else.
    edition, set_at = (
        select(func.max(it)).where(*set_for).scalar_subquery() for it in (FormClasses.edition, FormClasses.set_at)
    )
    found = session.execute(select(FormVersion.md5, edition, set_at).where(*named)).first()
    if found is None:
        return None
    key = (operation, form_id, version, *found)
    if key not in _read:
        if len(_read) >= MOST_READ:
            _read.clear()
        asked = read_form_definition(session.scalars(select(FormVersion.xform).where(*named)).one())
        _read[key] = with_classes(asked, newest_classes(session, operation, form_id, version))
    return _read[key]
