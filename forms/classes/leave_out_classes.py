"""A form for another server, without what this program alone needs to know: privacy class, part and statistic of its questions,
and what kind of record it makes. Which questions point at a person closest is a map for whoever looks for that."""

import re
from typing import Final

from lxml import etree

from forms.definition import NAMESPACE
from forms.read_definition import parse_xform
from forms.read_workbook import Workbook, column_of, read_workbook
from forms.write_workbook import write_workbook

__all__ = ["workbook_without_classes", "xform_without_classes"]

DECLARED: Final = re.compile(rf"""([\w.-]+)=["']?{re.escape(NAMESPACE)}["']?(?=\s|$)""")


def workbook_without_classes(content: bytes, file_name: str, encoding: str = "") -> bytes:
    """The workbook as .xlsx, with the cells of all other columns as they are. Raises what `read_workbook` raises."""
    workbook = read_workbook(content, file_name, encoding)
    prefixes = {"ws", *DECLARED.findall(workbook.setting("namespaces"))}
    ours = re.compile(rf"(^|:)\s*({'|'.join(map(re.escape, sorted(prefixes)))}):")
    sheets = {name: _rows(workbook, name, ours) for name in workbook.sheets}
    return write_workbook(workbook.setting("form_title") or "form", {name: rows for name, rows in sheets.items() if rows[0]})


def xform_without_classes(xform: bytes) -> bytes:
    """The same of a compiled form; raises `XFormUnreadable`."""
    document = parse_xform(xform)
    prefixes = set()
    for element in document.iter("*"):
        prefixes |= {prefix for prefix, uri in element.nsmap.items() if prefix and uri != NAMESPACE}
        for name in [name for name in element.attrib if str(name).startswith(f"{{{NAMESPACE}}}")]:
            del element.attrib[name]
    # Other prefixes stay declared where nothing seems to use them: a formula may.
    etree.cleanup_namespaces(document, keep_ns_prefixes=sorted(prefixes))
    written: bytes = etree.tostring(document.getroottree(), xml_declaration=True, encoding="UTF-8")
    return written


def _rows(workbook: Workbook, sheet: str, ours: re.Pattern[str]) -> list[list[str]]:
    headers = [header for header in workbook.headers[sheet] if not ours.search(header)]
    rows = [[_cell(header, row.cells.get(header, "")) for header in headers] for row in workbook.rows(sheet)]
    return [headers, *rows]


def _cell(header: str, text: str) -> str:
    return DECLARED.sub("", text).strip() if column_of(header) == "namespaces" else text
