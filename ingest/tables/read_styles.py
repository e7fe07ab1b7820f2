"""Which styles of a workbook show a number as a date or time."""

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

__all__ = ["date_styles"]


def date_styles(styles: etree._Element) -> frozenset[int]:
    """The numbers of the styles, as cells name them."""
    own = {int(one.get("numFmtId", "0")): one.get("formatCode", "") for one in styles.iter("{*}numFmt")}
    formats = {**BUILTIN_FORMATS, **own}
    cells = next(styles.iter("{*}cellXfs"), None)
    named = [int(one.get("numFmtId") or "0") for one in cells.iterchildren("{*}xf")] if cells is not None else []
    return frozenset(number for number, format_id in enumerate(named) if is_date_format(formats.get(format_id, "General")))
