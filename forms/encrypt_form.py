"""Have phones encrypt what they finalise: a form names the public key in the `submission` of its model.

Source: ODK XForms specification, `base64RsaPublicKey`.
"""

from typing import Final

from lxml import etree

from forms.errors import ForeignFormKey
from forms.read_definition import model_of, parse_xform, read_form_definition

__all__ = ["encrypt_form", "encryption_key", "refuse_foreign_key"]

PUBLIC_KEY: Final = "base64RsaPublicKey"


def encrypt_form(xform: bytes, public_key: str) -> bytes:
    """The form with this public key, in place of any that it names; raises `XFormUnreadable`."""
    document = parse_xform(xform)
    model = model_of(document)
    submission = _submission(model)
    if submission is None:
        submission = etree.Element(etree.QName(etree.QName(model).namespace, "submission"))
        model.insert(0, submission)
    submission.set(PUBLIC_KEY, public_key)
    written: bytes = etree.tostring(document.getroottree(), xml_declaration=True, encoding="UTF-8")
    return written


def encryption_key(xform: bytes) -> str | None:
    """The public key that a form names; raises `XFormUnreadable`."""
    submission = _submission(model_of(parse_xform(xform)))
    return None if submission is None else submission.get(PUBLIC_KEY)


def refuse_foreign_key(xform: bytes) -> None:
    """Raises `ForeignFormKey` where the form brings a public key along, and `XFormUnreadable`."""
    if encryption_key(xform):
        raise ForeignFormKey(form_id=read_form_definition(xform).form_id)


def _submission(model: etree._Element) -> etree._Element | None:
    return next((child for child in model.iterchildren("*") if etree.QName(child).localname == "submission"), None)
