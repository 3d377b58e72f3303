"""The record of a run: its journal, the schema of every table, and the only reader and writer of folders."""

from firesim.record.folder import FolderExists, NotARun, StoredRun, read_run, whole_folder, write_run
from firesim.record.journal import Journal
from firesim.record.tables import SCHEMAS, table_of

__all__ = [
    "SCHEMAS",
    "FolderExists",
    "Journal",
    "NotARun",
    "StoredRun",
    "read_run",
    "table_of",
    "whole_folder",
    "write_run",
]
