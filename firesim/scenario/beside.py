"""Where a policy of the user's own is found: beside the scenario."""

from __future__ import annotations

import sys
from pathlib import Path


def look_beside(folder: Path, policy: str) -> None:
    """Let `module:Class` be imported from the scenario's folder, after everything that is installed."""
    where = str(folder.resolve())
    if ":" in policy and where not in sys.path:
        sys.path.append(where)
