"""Workbooks of counts: cross tables by reason, place, sex and age, as statistical offices fill them in for a period.

A template says what each table's headings mean: it is suggested, decided on, kept and used again. All cells that differ in sex
and age alone become one report, which takes the way of a phone's; nothing is taken in while a total disagrees with its parts.
"""

from ingest.count_tables.count_reports import Counted, CountReport, count_reports
from ingest.count_tables.counted_records import counted_records
from ingest.count_tables.suggest_template import suggest_template
from ingest.count_tables.template import (
    Axis,
    Block,
    CountTemplate,
    Stated,
    is_template,
    parse_template,
    require_template_decided,
    template_text,
    write_template,
)

__all__ = [
    "Axis",
    "Block",
    "CountReport",
    "CountTemplate",
    "Counted",
    "Stated",
    "count_reports",
    "counted_records",
    "is_template",
    "parse_template",
    "require_template_decided",
    "suggest_template",
    "template_text",
    "write_template",
]
