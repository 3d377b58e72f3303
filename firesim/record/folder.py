"""Run folders: written whole or not at all, and read back equal.

A folder is written as `DIR.partial` and renamed when everything is in it, so that an interrupted run leaves
nothing that looks complete.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firesim.inputs.problems import BadInput, Problem

if TYPE_CHECKING:  # pyarrow is imported where it is used: fire or evacuation alone write no Parquet
    import pandas as pd
    import pyarrow as pa
    import xarray as xr


class FolderExists(BadInput):
    """The folder to be written is there already."""


class NotARun(BadInput):
    """The folder is not a whole run folder."""


# What each command writes last, and by what a folder of firesim is known.
_FACTS = ("run.json", "spread.json", "study.json")


def must_be_free(folder: Path | str, force: bool = False, inputs: Iterable[Path] = ()) -> None:
    """Raise when the folder cannot be written, or may not be replaced.

    It cannot where it stands in a file or nothing can be made there. An existing one is replaced with `force` alone,
    and then only if neither the user nor one of the `inputs` is in it. What firesim did not write is not lost: see
    `replace_folder`.
    """
    folder = Path(folder)
    message = _why_not_made(folder)
    if message is not None:
        raise BadInput([Problem("--out", str(folder), message, "Name a folder that can be made.")])
    whole = folder.resolve()
    if not whole.exists():
        return
    if not force:
        remedy = "Choose another folder with --out, or replace it with --force."
        raise FolderExists([Problem("--out", str(folder), "The folder exists.", remedy)])
    message = _why_kept(whole, inputs)
    if message is not None:
        remedy = "Choose another folder with --out; what is in this one would be lost."
        raise FolderExists([Problem("--out", str(folder), message, remedy)])


def _why_not_made(folder: Path) -> str | None:
    """Why nothing can be written there; tried by making a folder beside it, which is taken away again."""
    try:
        folder = folder.resolve()
        nearest = next(path for path in (folder, *folder.parents) if path.exists())
        if not nearest.is_dir():
            return f"{nearest} is a file."
        if not os.access(nearest, os.W_OK):
            return f"{nearest} is not writable."
        beside = folder.parent if nearest == folder else nearest
        Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".partial", dir=beside)).rmdir()
    except (OSError, ValueError) as error:
        return f"No folder can be made there: {getattr(error, 'strerror', None) or error}."
    return None


def _why_kept(folder: Path, inputs: Iterable[Path]) -> str | None:
    """Why an existing folder is not to be replaced, if so."""
    if folder in (Path.cwd(), *Path.cwd().parents):
        return "You stand in this folder."
    held = next((path for path in inputs if path.exists() and folder in path.resolve().parents), None)
    if held is not None:
        return f"The input {held} lies in this folder."
    return None


def is_of_firesim(folder: Path) -> bool:
    """Whether a folder is empty, or holds facts that name firesim's version."""
    return not any(folder.iterdir()) or any(_names_firesim(folder / name) for name in _FACTS)


def _names_firesim(path: Path) -> bool:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if not isinstance(facts, dict):
        return False
    versions = facts.get("versions")
    return "firesim" in facts or (isinstance(versions, dict) and "firesim" in versions)


@contextmanager
def whole_folder(folder: Path | str, force: bool = False) -> Iterator[Path]:
    """Write into the folder this yields; it becomes `folder` only when the block ends without an error.

    An existing `folder` is refused unless `force`, and with it unless `must_be_free` finds it replaceable; then it is
    replaced at the very end. Left-overs of an interrupted run (`DIR.partial`) are cleared first.
    """
    must_be_free(folder, force)
    folder = Path(folder).resolve()
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    yield partial
    replace_folder(folder, partial)


def replace_folder(folder: Path, partial: Path) -> None:
    """Put `partial` in the place of `folder`, which is removed only then.

    A folder that firesim did not write is kept beside it (`DIR.XXXX.kept/DIR`), and standard error says so.
    """
    if not folder.exists():
        partial.replace(folder)
        return
    is_ours = is_of_firesim(folder)
    suffix = ".old" if is_ours else ".kept"
    retired = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=suffix, dir=folder.parent))
    folder.replace(retired / folder.name)
    partial.replace(folder)
    if is_ours:
        shutil.rmtree(retired, ignore_errors=True)
    else:
        print(f"{folder} was not written by firesim: it is kept as {retired / folder.name}.", file=sys.stderr)


def jsonable(value: Any) -> Any:
    """The value as JSON can hold it: `inf` and NaN become null."""
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def write_json(path: Path, value: Any) -> None:
    """Write JSON in the order given, indented by two spaces, UTF-8."""
    path.write_text(json.dumps(jsonable(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write one table; the same table gives the same bytes."""
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="zstd")


def write_csv(path: Path, table: pa.Table) -> None:
    """Write one table as CSV with empty cells for what never happened."""
    import pyarrow as pa

    frame = table.to_pandas()
    for name in frame.columns:
        if pa.types.is_integer(table.schema.field(name).type):
            frame[name] = frame[name].astype("Int64")  # an id stays a whole number beside empty cells
    frame.to_csv(path, index=False, lineterminator="\n", float_format="%.3f")


def write_fields(path: Path, fields: xr.Dataset) -> None:
    """Write fields as NetCDF-4; `inf` must be NaN already."""
    encoding = {name: {"zlib": True, "complevel": 4} for name in fields.data_vars if fields[name].ndim >= 2}
    fields.to_netcdf(path, engine="h5netcdf", encoding=encoding)


CSV_TABLES = ("budget", "clearance")  # short ones, to be read by eye


def write_run(
    folder: Path,
    scenario_text: str,
    facts: Mapping[str, Any],
    tables: Mapping[str, pa.Table],
    fields: xr.Dataset,
    texts: Mapping[str, str],
) -> None:
    """Fill `folder` (usually one given by `whole_folder`) with everything of a run but its figures.

    `texts` maps relative paths (`perimeters.geojson`, `plan.md`, `alerts/0001.xml`) to their content.
    """
    (folder / "scenario.yaml").write_text(scenario_text, encoding="utf-8")
    for name, table in tables.items():
        if name in CSV_TABLES:
            write_csv(folder / f"{name}.csv", table)
        else:
            write_parquet(folder / f"{name}.parquet", table)
    write_fields(folder / "fields.nc", fields)
    for relative, text in texts.items():
        path = folder / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    write_json(folder / "run.json", facts)


@dataclass(frozen=True)
class StoredRun:
    """A run as read back from its folder."""

    folder: Path
    facts: dict[str, Any]
    tables: dict[str, pd.DataFrame]
    fields: xr.Dataset
    budget: pd.DataFrame

    def geojson(self, name: str) -> dict[str, Any]:
        """`perimeters` or `routes`: shapes in longitude and latitude."""
        return json.loads((self.folder / f"{name}.geojson").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


TABLES = ("events", "messages", "people", "vehicles", "units", "orders")


def read_run(folder: Path | str) -> StoredRun:
    """Read a run folder; raises NotARun, naming what is missing, when it is not whole."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq
    import xarray as xr

    folder = Path(folder)
    shapes = [f"{name}.geojson" for name in ("map", "perimeters", "routes")]
    needed = ["run.json", "budget.csv", "fields.nc", *shapes, *(f"{name}.parquet" for name in TABLES)]
    missing = [name for name in needed if not (folder / name).is_file()]
    if missing:
        message = f"This is not a whole run folder: {', '.join(missing)} missing."
        raise NotARun([Problem("DIR", str(folder), message, "Name a folder that `firesim run` wrote to its end.")])
    try:
        return StoredRun(
            folder=folder,
            facts=json.loads((folder / "run.json").read_text(encoding="utf-8")),
            tables={name: pq.read_table(folder / f"{name}.parquet").to_pandas() for name in TABLES},
            fields=xr.load_dataset(folder / "fields.nc", engine="h5netcdf"),
            budget=pd.read_csv(folder / "budget.csv"),
        )
    except (pa.ArrowInvalid, OSError, ValueError) as error:
        message = f"A file of this folder cannot be read: {error}."
        raise NotARun([Problem("DIR", str(folder), message, "Run it again; a file has been damaged.")]) from error
