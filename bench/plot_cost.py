"""Draws what protection costs against the number of cells, from what `bench/protect_tables.py` printed.

Run: PYTHONPATH=. .venv/bin/python bench/protect_tables.py --tables s1k s10k s50k | tee figures.txt
     PYTHONPATH=. .venv/bin/python bench/plot_cost.py figures.txt docs/cost-of-protection.svg

Seconds of processor time, both axes in powers of ten: a cost that grows as the table does has the slope of the grey line.
"""

import argparse
import re
from pathlib import Path

import vl_convert

SIZE = re.compile(r"^\w+: ([\d,]+) cells, search:")
STEPS = {"protected and proven": "protected and proven", "audited from the published": "audited from the release alone"}
SPENT = re.compile(r"([\d.]+) s of processor time")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("figures", type=Path)
    arguments.add_argument("chart", type=Path)
    given = arguments.parse_args()
    rows = read_rows(given.figures.read_text(encoding="utf-8"))
    given.chart.write_text(vl_convert.vegalite_to_svg(chart(rows)), encoding="utf-8")


def read_rows(printed: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    cells = 0
    for line in printed.splitlines():
        if size := SIZE.match(line):
            cells = int(size[1].replace(",", ""))
        for begins, step in STEPS.items():
            if line.strip().startswith(begins) and (spent := SPENT.search(line)):
                rows.append({"cells": cells, "seconds": max(float(spent[1]), 0.05), "step": step})
    return rows


def chart(rows: list[dict[str, object]]) -> dict[str, object]:
    first = min((row for row in rows if row["step"] == "protected and proven"), key=lambda row: int(str(row["cells"])))
    start, seconds = int(str(first["cells"])), float(str(first["seconds"]))
    largest = max(int(str(row["cells"])) for row in rows)
    slope = [{"cells": at, "seconds": seconds * at / start} for at in (start, largest)]
    x = {"field": "cells", "type": "quantitative", "scale": {"type": "log"}, "title": "cells of the table"}
    y = {"field": "seconds", "type": "quantitative", "scale": {"type": "log"}, "title": "seconds of processor time"}
    colour = {"field": "step", "type": "nominal", "title": None, "legend": {"orient": "top"}}
    return {
        "width": 420,
        "height": 280,
        "layer": [
            {"data": {"values": slope}, "mark": {"type": "line", "color": "#bbb"}, "encoding": {"x": x, "y": y}},
            {"data": {"values": rows}, "mark": {"type": "line", "point": True}, "encoding": {"x": x, "y": y, "color": colour}},
        ],
    }


if __name__ == "__main__":
    main()
