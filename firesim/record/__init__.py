"""The record of a run: its journal, the schema of every table, and the only reader and writer of folders.

Names are imported when they are first used: fire or evacuation alone write folders, and need no pyarrow for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from firesim.record.folder import FolderExists, NotARun, StoredRun, read_run, whole_folder, write_run
    from firesim.record.journal import Journal
    from firesim.record.tables import SCHEMAS, table_of, words_at

_HOME_OF = {
    "SCHEMAS": "tables",
    "FolderExists": "folder",
    "Journal": "journal",
    "NotARun": "folder",
    "StoredRun": "folder",
    "read_run": "folder",
    "table_of": "tables",
    "whole_folder": "folder",
    "words_at": "tables",
    "write_run": "folder",
}

__all__ = [
    "SCHEMAS",
    "FolderExists",
    "Journal",
    "NotARun",
    "StoredRun",
    "read_run",
    "table_of",
    "whole_folder",
    "words_at",
    "write_run",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
