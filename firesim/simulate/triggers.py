"""When zones had to be left, as the centre worked it out: plan by plan as a table, and as boundaries on the map."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from firesim.command.dispatcher import Dispatcher
from firesim.command.ground import Ground
from firesim.command.triggers import TriggerGround, trigger_boundary
from firesim.link.messages import IN_PLACE, Alert, Recommendation, ZoneAdvice
from firesim.place.geojson import feature
from firesim.simulate.machines import IssuedOrder

if TYPE_CHECKING:
    from firesim.simulate.result import Run

COLUMNS = (
    "made_s", "zone_id", "people", "leave_by_early_s", "leave_by_middle_s", "leave_by_late_s", "tell_by_early_s",
    "tell_by_middle_s", "tell_by_late_s", "limited_by", "too_late_share", "no_way_out",
)  # fmt: skip


def triggers_table(run: Run) -> str:
    """`triggers.csv`: a row a plan and zone; see `command.orders.Trigger`. A time is empty where none is foreseen.

    `no_way_out`: whether the centre holds in the middle of its forecast that no road leads to safety at all; the
    times are empty then, too.
    """
    rows = [",".join(COLUMNS)]
    for plan in run.clockwork.centre.triggers:
        for one in plan:
            times = [f"{time_s:.3f}" if isfinite(time_s) else "" for time_s in (*one.leave_by_s, *one.tell_by_s)]
            no_way = str(one.leave_by_s[1] == float("-inf")).lower()
            row = [f"{one.made_s:.3f}", one.zone, str(one.people), *times, one.limited_by, f"{one.too_late_share:.3f}"]
            rows.append(",".join([*row, no_way]))
    return "\n".join(rows) + "\n"


def first_orders(run: Run) -> list[tuple[float, ZoneAdvice]]:
    """When each zone was first recommended to leave, and by which way; in that order."""
    first: dict[str, tuple[float, ZoneAdvice]] = {}
    for issued in run.clockwork.centre.issued:
        body = issued.order.body
        if isinstance(body, Recommendation) and body.level == "order":
            for one in body.advice:
                first.setdefault(one.zone, (issued.time_s, one))
    return list(first.values())


def trigger_boundaries(run: Run) -> list[dict[str, Any]]:
    """Of each zone that was to leave: the ground from which fire forces it to, by the way first given to it."""
    machine = run.clockwork.centre.machine
    assert isinstance(machine, Dispatcher)
    result = []
    ground, parameters = machine.picture.ground, machine.picture.parameters
    whole = TriggerGround(ground, 0.0)
    for at_s, one in first_orders(run):
        on = whole.at(at_s)
        properties = {"kind": "trigger", "zone": one.zone, "time_s": at_s, "refuge": one.refuge}
        for ring in trigger_boundary(on, one.zone, one.route, parameters):
            result.append(feature(run.scenario.place.grid, "Polygon", [ring], properties))
    return result


def cut_off_warnings(issued: Sequence[IssuedOrder], ground: Ground) -> list[str]:
    """One line on the zones with a road that were to stay or to go to the shore because none was safe; when first."""
    first: dict[str, str] = {}
    for one in issued:
        body = one.order.body
        if not isinstance(body, Recommendation | Alert) or body.level != "order":
            continue
        for advice in body.advice:
            had_road = ground.zone_node[ground.zone_index[advice.zone]] >= 0
            if advice.refuge not in ground.refuge_index and had_road:
                do = "stays" if advice.refuge == IN_PLACE else "to the shore"
                first.setdefault(advice.zone, f"{advice.zone} at {one.time_s / 60:.0f} min, {do}")
    if not first:
        return []
    count = "1 zone was" if len(first) == 1 else f"{len(first)} zones were"
    return [f"{count} cut off, as the centre saw it: {'; '.join(first.values())}"]
