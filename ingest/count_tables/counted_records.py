"""The reports of a workbook of counts as records for reception."""

from collections.abc import Iterator, Mapping
from functools import partial

from sqlalchemy.orm import Session

from core.keys.keyring import KeyRing
from forms import FormDefinition
from ingest.count_tables.count_reports import Counted
from ingest.count_tables.earlier_reports import Numbered, number_reports
from ingest.count_tables.errors import CountsGone
from ingest.count_tables.read_counts import cell_name
from ingest.from_files.candidate import PassedOver, Place
from ingest.from_files.import_run import ImportRun
from ingest.from_files.row_answers import RowAnswers
from ingest.read_answers import Answers
from ingest.tables.read_areas import column_letters

__all__ = ["counted_records"]


def counted_records(
    session: Session, ring: KeyRing, run: ImportRun, counted: Counted, definition: FormDefinition
) -> Iterator[RowAnswers | PassedOver]:
    """Where a cell is wrong those that are, and no record, since it cannot be told which of a sum and its parts is right
    (collection zone).

    A report that counts nobody is none. Where an earlier workbook counted somebody there, that is told.
    """
    for sheet, fault in counted.faults:
        row, column = fault.place
        yield PassedOver(Place(counted.file, sheet, row, column_letters(column)), fault.problem)
    if counted.faults:
        return
    for one in number_reports(session, ring, run.operation, definition, counted.reports):
        report = one.report
        row, column = report.place
        place = Place(counted.file, report.sheet, row, report.cells)
        if not report.counts_nobody:
            yield _record(run, place, counted, definition, one)
        elif one.was_there:
            yield PassedOver(place, CountsGone(sheet=report.sheet, row=row, column=column_letters(column)))


def _record(run: ImportRun, place: Place, counted: Counted, definition: FormDefinition, one: Numbered) -> RowAnswers:
    values, version = one.report.values, definition.version
    return RowAnswers(
        run,
        place,
        definition.form_id,
        version,
        one.instance_id,
        one.before,
        _content(place, counted, one),
        partial(_answers, values),
        lambda _instance, _names: (),
    )


def _content(place: Place, counted: Counted, one: Numbered) -> Mapping[str, object]:
    cells = {cell_name(at): count for count, at in one.report.counts.values()}
    return {"office": counted.office, "period": str(counted.period), "sheet": place.sheet, "cells": cells}


def _answers(values: Mapping[str, str], _: FormDefinition) -> Answers:
    return Answers(dict(values))
