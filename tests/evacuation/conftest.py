"""A folder in which a town can be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evacuation.towns import Town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)
