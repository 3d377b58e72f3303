"""The folder of a study while it runs: each finished replicate is kept, so that a study can be resumed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firesim.inputs.problems import BadInput, Problem
from firesim.record.folder import must_be_free, replace_folder, write_json


class OtherStudy(BadInput):
    """The unfinished folder belongs to another study."""


@dataclass(frozen=True)
class StudyFolder:
    """Where finished replicates of an unfinished study lie."""

    partial: Path

    def finished(self) -> dict[int, list[dict[str, Any]]]:
        """Rows of every replicate that is whole. An undefined value is NaN."""
        found = {}
        for path in sorted((self.partial / "replicates").glob("*.json")):
            rows = json.loads(path.read_text(encoding="utf-8"))
            found[int(path.stem)] = [
                row | {"value": float("nan") if row["value"] is None else row["value"]} for row in rows
            ]
        return found

    def keep(self, replicate: int, rows: list[dict[str, Any]]) -> None:
        """Keep one replicate's rows; the file appears whole or not at all."""
        path = self.partial / "replicates" / f"{replicate:05d}.json"
        path.parent.mkdir(exist_ok=True)
        write_json(path.with_suffix(".writing"), rows)
        path.with_suffix(".writing").replace(path)


@contextmanager
def study_folder(folder: Path, facts: Mapping[str, Any], force: bool, resume: bool) -> Iterator[StudyFolder]:
    """An unfinished study's folder; it becomes `folder` when the block ends without an error.

    `facts` say which study it is (scenario hash, seed, strategies, version). With `resume`, replicates of an
    unfinished study of the same facts are used; one of other facts is refused (OtherStudy), never mixed in.
    """
    must_be_free(folder, force)
    folder = Path(folder).resolve()
    partial = folder.with_name(folder.name + ".partial")
    identity = partial / "unfinished.json"
    if resume and identity.is_file():
        if json.loads(identity.read_text(encoding="utf-8")) != json.loads(json.dumps(dict(facts))):
            message = "The unfinished folder holds another study."
            raise OtherStudy([Problem("--resume", str(partial), message, "Run without --resume to start afresh.")])
    else:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        write_json(identity, facts)
    yield StudyFolder(partial)
    shutil.rmtree(partial / "replicates", ignore_errors=True)
    identity.unlink()
    replace_folder(folder, partial)
