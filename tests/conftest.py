"""Runs that several tests look at, as fixtures."""

from __future__ import annotations

import pytest
from hypothesis import settings

from firesim.scenario import Scenario
from firesim.simulate import Run, simulate
from tests.runs import short_run, short_skiathos, skiathos

# No test is timed, and the same examples are tried wherever the tests run.
settings.register_profile("firesim", deadline=None, derandomize=True)
settings.load_profile("firesim")


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    """The shipped scenario."""
    return skiathos()


@pytest.fixture(scope="session")
def short_scenario() -> Scenario:
    """The shipped scenario with a horizon of an hour and a half."""
    return short_skiathos()


@pytest.fixture(scope="session")
def pilot_run() -> Run:
    return short_run("pilot")


@pytest.fixture(scope="session")
def today_run() -> Run:
    return short_run("today")


@pytest.fixture(scope="session")
def whole_run() -> Run:
    """All four hours: boats need most of the first to get under way, people come to the stops in the second."""
    return simulate(skiathos(), "pilot")
