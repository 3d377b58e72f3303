"""Scenarios: what a researcher writes, read with every error at once, and what it means in words."""

from firesim.inputs.problems import BadInput, Problem
from firesim.scenario.load import Scenario, find_scenario, load_scenario, shipped_scenarios
from firesim.scenario.model import ScenarioFields, Strategy

__all__ = [
    "BadInput",
    "Problem",
    "Scenario",
    "ScenarioFields",
    "Strategy",
    "find_scenario",
    "load_scenario",
    "shipped_scenarios",
]
