"""How soon a boat or a bus is under way once it is called, as its table tells."""

from __future__ import annotations

import numpy as np

from firesim.inputs.tables import Table

NOTICE_COLUMNS = ("notice_least_min", "notice_most_min")
_DAY_MIN = 1440.0


def notices_s(table: Table) -> list[tuple[float, float]]:
    """The least and the most of each row [s]; what is wrong is noted as problems of the table."""
    least, most = (table.numbers(column, 0.0, _DAY_MIN, meaning="minutes") for column in NOTICE_COLUMNS)
    for row in np.flatnonzero(least > most).tolist():
        message = "notice_least_min is above notice_most_min."
        table.note(row, "notice_least_min", float(least[row]), message, "Exchange the two.")
    return [(60.0 * a, 60.0 * b) for a, b in zip(least.tolist(), most.tolist(), strict=True)]
