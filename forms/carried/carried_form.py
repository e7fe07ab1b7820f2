"""A form as it goes to another operation: what it asks, without where its answers go and the key that they are encrypted with.

Both are of the operation that published it (ODK XForms specification, `submission`): answers of another one would be sent to
its server, or encrypted for a key that nobody there has.
"""

from typing import Final

from lxml import etree

from forms.read_definition import model_of, parse_xform

__all__ = ["carried_form"]

ITS_OWN: Final = ("action", "method", "base64RsaPublicKey")


def carried_form(xform: bytes) -> bytes:
    """The form without them, the same bytes where it names none; raises `XFormUnreadable`."""
    document = parse_xform(xform)
    found = [child for child in model_of(document).iterchildren("*") if etree.QName(child).localname == "submission"]
    if not any(name in one.attrib for one in found for name in ITS_OWN):
        return xform
    for one in found:
        for name in set(ITS_OWN) & set(map(str, one.attrib)):
            del one.attrib[name]
        if not one.attrib and not len(one):
            parent = one.getparent()
            if parent is not None:
                parent.remove(one)
    written: bytes = etree.tostring(document.getroottree(), xml_declaration=True, encoding="UTF-8")
    return written
