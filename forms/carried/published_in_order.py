"""Every version of the forms of an operation, in the order in which they were published: phones use the last of each."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.models import FormVersion
from forms.publish_form import PublishedForm, find_form

__all__ = ["published_in_order"]


def published_in_order(session: Session, operation: str) -> list[PublishedForm]:
    """Collection or casework zone."""
    named = select(FormVersion.form_id, FormVersion.version).where(FormVersion.operation == operation)
    rows = session.execute(named.order_by(FormVersion.published_at, FormVersion.form_id, FormVersion.version)).all()
    found = (find_form(session, operation, form_id, version) for form_id, version in rows)
    return [form for form in found if form is not None]
