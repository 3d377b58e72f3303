"""The refuges of a scenario in words: which they are, how many they hold, and why others are none."""

from __future__ import annotations

from math import isinf

from firesim.place.settlement import Refuge
from firesim.scenario.load import Scenario
from firesim.scenario.separation import separation_of

_WHY = {
    "named": "by the table's word alone",
    "override": "by the table's word (override)",
    "unmapped": "the land cover shows no open ground here; people as the table has them",
}


def refuge_words(scenario: Scenario) -> list[str]:
    """Lines that tell the rule, then a table of refuges and one of last resorts."""
    refuges = scenario.place.settlement.refuges
    safe = [refuge for refuge in refuges if not refuge.is_last_resort]
    last = [refuge for refuge in refuges if refuge.is_last_resort]
    lines = [f"Refuges: {len(safe)} with room for {_people(safe):,} people; {_rule(scenario)}.", *_table(safe)]
    if last:
        lines.append(
            f"Last resorts: {len(last)}, nearer to fuel than it demands; {_people(last):,} people find room there, "
            "none of them counts as safe."
        )
        lines += _table(last)
    return lines


def _people(refuges: list[Refuge]) -> int:
    return sum(refuge.capacity_people for refuge in refuges)


def _rule(scenario: Scenario) -> str:
    rules = scenario.fields.place.refuge_rules
    law = separation_of(scenario.fields.place, scenario.fields.weather, scenario.folder)
    if rules.rule == "named" or law is None:
        return "as their table names them"
    day = ", the class of the day's strongest hour" if rules.wind_class == "day" else ""
    height = law.per_vegetation_height(0.0)
    return (
        f"computed for {law.burning_condition} burning and {law.wind_class} wind{day}: on flat ground {height:g} "
        "heights of the vegetation away from it"
    )


def _table(refuges: list[Refuge]) -> list[str]:
    if not refuges:
        return []
    wide = max(len(refuge.refuge) for refuge in refuges)
    head = f"  {'':{wide}}  people   width  from fuel  needed"
    return [head, *(_line(refuge, wide) for refuge in refuges)]


def _line(refuge: Refuge, wide: int) -> str:
    """Its best ground: the distance from the fuel that is nearest to its limit there, and that limit."""
    if refuge.area_m2 > 0.0:
        width = f"{refuge.width_m:.0f} m"
        had, needed = ("far", "-") if isinf(refuge.had_m) else (f"{refuge.had_m:.0f} m", f"{refuge.needed_m:.0f} m")
    else:
        width = had = needed = "-"
    why = _WHY.get(refuge.basis, "")
    line = f"  {refuge.refuge:{wide}}  {refuge.capacity_people:6,}  {width:>6}  {had:>9}  {needed:>6}"
    return f"{line}  {why}" if why else line
