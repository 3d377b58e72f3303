"""The laws of fire over a table: `firesim behave TABLE IN.csv OUT.csv`.

Each table reads its input columns by name from a CSV file, ignores other columns, and writes input and output
columns, row by row, with an empty cell where a quantity is not defined. The tables and their columns are those of the
comparison with the US Forest Service's Behave library, so that a file can be held beside that program's results.
"""

from __future__ import annotations

from pathlib import Path

from firesim.behave.sheet import Table, read_sheet, write_sheet
from firesim.behave.surfaces import SURFACES
from firesim.behave.surroundings import SURROUNDINGS
from firesim.behave.trees import TREES
from firesim.inputs.problems import BadInput, Problem, nearest

TABLES: dict[str, Table] = {table.name: table for table in (*SURFACES, *TREES, *SURROUNDINGS)}


def run_table(table: str, in_path: Path | str, out_path: Path | str) -> int:
    """Work out one table of fire behaviour; the number of rows.

    `table` is a key of `TABLES`. What is wrong with the file (a missing column, an unknown fuel, a negative moisture)
    is a BadInput that tells every problem with its line and column, and then nothing is written.
    """
    if table not in TABLES:
        message = f"There is no such table. The tables are {', '.join(TABLES)}."
        raise BadInput([Problem("TABLE", table, message, nearest(table, TABLES))])
    target = Path(out_path)
    if not target.absolute().parent.is_dir():
        raise BadInput([Problem("OUT.csv", str(out_path), "There is no such folder.", "Make it first.")])
    if target.is_dir():
        raise BadInput([Problem("OUT.csv", str(out_path), "This is a folder.", "Name a file in it.")])
    if target.exists() and Path(in_path).exists() and target.samefile(in_path):
        message = "This is the input file, whose other columns would be lost."
        raise BadInput([Problem("OUT.csv", str(out_path), message, "Name another file.")])
    sheet = read_sheet(TABLES[table], Path(in_path))
    results = TABLES[table].work(sheet.columns)
    try:
        write_sheet(TABLES[table], sheet, results, target)
    except OSError as error:
        message = f"The file cannot be written: {error.strerror}."
        raise BadInput([Problem("OUT.csv", str(out_path), message, "Name a file that may be written.")]) from None
    return len(sheet.texts)
