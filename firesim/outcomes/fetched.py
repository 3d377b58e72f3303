"""Who was fetched, by boat, bus and ambulance; and how long units were on duty."""

from __future__ import annotations

from math import nan

import numpy as np

from firesim.outcomes.columns import Claims, Columns, Floats, Integers, came


def by_sea(people: Columns, units: Columns) -> dict[str, float]:
    """Who was taken off by boat, without need as well, and who waited for one in vain.

    In vain: come to a landing, neither taken off nor safe otherwise when the run ends. The wait is that of those who
    went aboard, mean over people.
    """
    taken, boarded, count = came(people["landed_s"]), came(people["boarded_s"]), people["people"]
    vain = came(people["shore_s"]) & ~boarded & ~came(people["safe_s"])
    return {
        "transferred_by_sea_people": float(count[taken].sum()),
        "transferred_by_sea_without_need_people": float(count[taken & ~people["at_risk"]].sum()),
        "waited_in_vain_people": float(count[vain].sum()),
        "wait_for_boat_min": _mean_wait_min(people["shore_s"], people["boarded_s"], count),
        "boat_hours": hours_on_duty(units, units["kind"] == "boat"),
    }


def by_bus(people: Columns, units: Columns) -> dict[str, float]:
    """Who was brought to a refuge by bus, without need as well, and who waited for one in vain.

    In vain: came to a stop, got on no bus, and is not safe otherwise when the run ends. The wait is that of those who
    got on, mean over people.
    """
    count, got_on = people["people"], came(people["got_on_s"])
    taken = (people["left_by"] == "bus") & came(people["got_off_s"])
    vain = came(people["at_stop_s"]) & ~got_on & ~came(people["safe_s"])
    return {
        "transferred_by_bus_people": float(count[taken].sum()),
        "transferred_by_bus_without_need_people": float(count[taken & ~people["at_risk"]].sum()),
        "waited_for_bus_in_vain_people": float(count[vain].sum()),
        "waited_for_bus_min": _mean_wait_min(people["at_stop_s"], people["got_on_s"], count),
        "bus_hours": hours_on_duty(units, units["kind"] == "bus"),
    }


def by_ambulance(people: Columns) -> dict[str, float]:
    """Who called for help, whom ambulances brought to safety, without need as well, and how long these had waited.

    The wait is from the first call to being aboard, mean over people.
    """
    count, called, fetched = people["people"], came(people["called_for_help_s"]), came(people["let_off_s"])
    return {
        "called_for_help_people": float(count[called].sum()),
        "called_for_help_parties": float(called.sum()),
        "fetched_by_ambulance_people": float(count[fetched].sum()),
        "fetched_by_ambulance_without_need_people": float(count[fetched & ~people["at_risk"]].sum()),
        "waited_for_ambulance_min": _mean_wait_min(people["called_for_help_s"], people["picked_up_s"], count),
    }


def _mean_wait_min(since_s: Floats, aboard_s: Floats, people: Integers) -> float:
    """How long those who went aboard had waited, mean over people; NaN: nobody did. [min]"""
    went = came(aboard_s).nonzero()[0]
    waits_s = (aboard_s[went] - since_s[went]) * people[went]
    return float(np.nansum(waits_s) / people[went].sum() / 60.0) if len(went) else nan


def hours_on_duty(units: Columns, which: Claims) -> float:
    """Hours of some legs [legs], but for those in which the unit was available."""
    legs = which & (units["leg"] != "available")
    return float(np.nansum(units["end_s"][legs] - units["start_s"][legs]) / 3600.0)
