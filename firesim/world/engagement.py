"""A crew at the fire: lays hose, holds what can be held, goes for water, and leaves before it is caught."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass

import numpy as np
import simpy

from firesim.fire.surface import flame_length_m
from firesim.world.crew import Crew
from firesim.world.driving import Ways
from firesim.world.fire import TrueFire
from firesim.world.journey import End, drive
from firesim.world.suppression import Front, Suppression
from firesim.world.units import ResponderParameters

Story = Generator[simpy.Event, object, None]

WORK_STEP_S = 30.0  # how often a crew at work looks at the front; a cell takes minutes
WATCH_STEP_S = 60.0
_DREGS_LITRES = 1.0  # less than this is an empty tank: a rounding must not keep a pump running
RETREAT_M = 500.0  # a crew that withdraws drives to a junction at least this far from the fire. Judgement


@dataclass(frozen=True)
class Engagement:
    """What all crews at the fire share.

    `water_nodes`: road nodes with a hydrant, a pump at open water, or a harbour beside them.
    """

    env: simpy.Environment
    ways: Ways
    fire: TrueFire
    suppression: Suppression
    crews: Mapping[str, Crew]
    water_nodes: tuple[int, ...]
    parameters: ResponderParameters

    def fight(self, crew: Crew) -> Story:
        """Stay at the fire until new orders come.

        A tanker feeds engines at the fire; where it protects a zone it uses its own water, as an engine does.
        """
        has_line, told = False, ""
        crew.hose_m = self.parameters.hose_reach_m
        while not crew.was_called:
            self.fire.advance(float(self.env.now))
            front = self._front_before(crew, self.parameters.farthest_hose_m)
            danger = self.danger_to(crew, front)
            if danger is not None:
                yield from self.withdraw(crew, danger)
                has_line, told = False, "withdrawn"
                continue
            if crew.water_litres <= 0.0:
                self._leave_line(crew)
                yield from self.refill(crew)
                continue
            if crew.spec.kind == "tanker" and not self._protects(crew):
                crew.begin("watch")
                yield crew.pause(self._look_again_s())
                continue
            if self.fire.is_out:
                if told != "out":
                    crew.begin("watch")
                    crew.tell("on_scene", "the fire is out")
                told = "out"
                yield crew.pause(self._look_again_s())
                continue
            self.note_on_scene(crew)
            if self.fire.is_small:
                told = yield from self._work_ring(crew, front, told)
                continue
            target = self.suppression.choose(crew.spec.unit, front, self.parameters.hold_limit_kw_m)
            if target >= 0:
                has_line = (yield from self._work_cell(crew, front, target)) or has_line
                told = "working"
                continue
            if has_line and len(front) == 0:
                crew.note("held", "no active front within reach")
            has_line = has_line and len(front) > 0
            told = self._say_why_idle(crew, front, told)
            yield crew.pause(self._look_again_s())
        self._leave_line(crew)

    def note_on_scene(self, crew: Crew) -> None:
        """Write down, once a mission, that the crew stands where its hoses can reach the fire."""
        if crew.is_on_scene:
            return
        reach_m = self.parameters.farthest_hose_m
        front = self._front_before(crew, reach_m)
        if len(front) > 0 and float(front.distance_m.min()) <= reach_m:
            crew.is_on_scene = True
            crew.note("unit_on_scene", crew.orders.task if crew.orders is not None else "")
            if crew.state == "out_of_reach":
                crew.tell("on_scene", "the fire has come within reach")

    @staticmethod
    def _protects(crew: Crew) -> bool:
        return crew.orders is not None and crew.orders.task == "protect"

    def _look_again_s(self) -> float:
        """Until the next full minute: crews look together, so the fire is worked out once for all of them."""
        return _to_next(float(self.env.now), WATCH_STEP_S)

    def _leave_line(self, crew: Crew) -> None:
        """Go from the cell that is not finished: the fire may have it again."""
        self.suppression.release(crew.spec.unit)
        crew.cell = -1

    # --- line ---------------------------------------------------------------------------------------------------

    def _work_cell(self, crew: Crew, front: Front, target: int) -> Generator[simpy.Event, object, bool]:
        """Half a minute of line along one cell, more hose first where needed; True once the cell is held."""
        cell, distance_m = int(front.flat_cell[target]), float(front.distance_m[target])
        if distance_m > crew.hose_m:
            crew.begin("hose")
            yield crew.pause((distance_m - crew.hose_m) / self.parameters.crew_pace_m_s)
            crew.hose_m = max(crew.hose_m, distance_m) if not crew.was_called else crew.hose_m
            return False
        if crew.cell != cell:
            crew.cell, crew.line_m = cell, 0.0
            self.suppression.stand_before(crew.spec.unit, cell)
        rate_m_s, litres_m = self.suppression.line_for(cell, crew.spec.crew, float(front.flame_length_m[target]))
        crew.line_m += yield from self._spray(crew, rate_m_s, litres_m)
        self.fire.advance(float(self.env.now))
        if crew.line_m < self.fire.grid.cell_size_m or crew.cause is None:
            return False
        self.suppression.hold(crew.spec.unit, crew.cause)
        crew.cell = -1
        return True

    def _spray(self, crew: Crew, rate_m_s: float, litres_m: float) -> Generator[simpy.Event, object, float]:
        """Water on the front for a step, or as long as it lasts; returns the line built. [m]"""
        if crew.state != "working":
            crew.note("water_on")
            crew.tell("working")
        crew.begin("water")
        flow_l_s = rate_m_s * litres_m
        began_s = float(self.env.now)
        yield crew.pause(min(_to_next(began_s, WORK_STEP_S), crew.water_litres / flow_l_s))
        spent = min((self.env.now - began_s) * flow_l_s, crew.water_litres)
        crew.water_spent_litres += spent
        left = crew.water_litres - spent
        crew.water_litres = left if left > _DREGS_LITRES else 0.0
        return spent / litres_m

    def _front_before(self, crew: Crew, reach_m: float) -> Front:
        """The front within reach of a vehicle, nearest first; of a small fire its nearest point, in reach or not."""
        return self._young_front(crew) if self.fire.is_small else self.suppression.front_near(*crew.place, reach_m)

    def _young_front(self, crew: Crew) -> Front:
        """A fire that is still one small ellipse, as a front of one piece: its nearest point, its head's intensity."""
        outline = np.vstack([np.asarray(ring) for ring in self.fire.rings(self.fire.now_s)])
        distance_m = np.hypot(outline[:, 0] - crew.place[0], outline[:, 1] - crew.place[1])
        nearest = int(np.argmin(distance_m))
        intensity = self.fire.head_intensity_kw_m(self.fire.now_s)
        values = (*outline[nearest], distance_m[nearest], intensity, flame_length_m(intensity))
        return Front(np.array([self.fire.ignition_cell]), *(np.array([float(value)]) for value in values))

    def _work_ring(self, crew: Crew, front: Front, told: str) -> Generator[simpy.Event, object, str]:
        """Line along a fire that is still one small ellipse, if it can be reached and held."""
        away_m, intensity = float(front.distance_m[0]), float(front.intensity_kw_m[0])
        if away_m > crew.hose_m and away_m <= self.parameters.farthest_hose_m:
            crew.begin("hose")
            yield crew.pause((away_m - crew.hose_m) / self.parameters.crew_pace_m_s)
            crew.hose_m = away_m if not crew.was_called else crew.hose_m
            return told
        if away_m > crew.hose_m or intensity >= self.parameters.hold_limit_kw_m:
            told = self._say_why_idle(crew, front, told)
            yield crew.pause(self._look_again_s())
            return told
        cell, flame_m = int(front.flat_cell[0]), float(front.flame_length_m[0])
        rate_m_s, litres_m = self.suppression.line_for(cell, crew.spec.crew, flame_m)
        metres = yield from self._spray(crew, rate_m_s, litres_m)
        self.fire.advance(float(self.env.now))
        if self.fire.is_small and crew.cause is not None:
            perimeter_m = self.fire.perimeter_m(self.fire.now_s)
            if self.suppression.add_to_ring(metres, perimeter_m, crew.cause):
                crew.note("held", "line all the way round")
        return "working"

    def _say_why_idle(self, crew: Crew, front: Front, told: str) -> str:
        """Tell the radio, once, why no water goes on the fire."""
        crew.begin("watch")
        is_near = front.distance_m <= self.parameters.farthest_hose_m
        too_hot = is_near & (front.intensity_kw_m >= self.parameters.hold_limit_kw_m)
        if too_hot.any():
            why = f"a front of up to {front.intensity_kw_m.max():.0f} kW/m is beyond what hoses hold"
            kind = "too hot"
        elif is_near.any():
            kind = why = "other crews work on all of the front within reach"
        else:
            orders = crew.orders
            x_m, y_m = crew.place if orders is None else orders.place_xy_m
            away_m = float(np.hypot(crew.place[0] - x_m, crew.place[1] - y_m))
            reach_m = self.parameters.farthest_hose_m
            is_far = away_m > reach_m
            kind = "cannot reach" if is_far else "no fire within reach"
            far = f"cannot reach: the place lies {away_m:.0f} m from the vehicle, hoses reach {reach_m:.0f} m"
            why = far if is_far else kind
        if kind != told:
            if kind == "cannot reach":
                crew.note("unit_cannot_reach", why)
            # Who protects a zone waits for the fire; who came to attack it wants to be sent where it is.
            is_idle = kind in ("cannot reach", "no fire within reach") and not self._protects(crew)
            crew.tell("out_of_reach" if is_idle else "on_scene", why)
        return kind

    # --- safety -------------------------------------------------------------------------------------------------

    def danger_to(self, crew: Crew, front: Front | None = None) -> str | None:
        """The front that nobody can hold within the safety distance of the vehicle, in words; None: there is none.

        front: that before the vehicle now, as far as hoses reach, of who has looked already.
        """
        if not self.fire.has_ignited or self.fire.is_out:
            return None
        safe_m, hose_m = self.parameters.safety_distance_m, self.parameters.farthest_hose_m
        # As far as hoses reach: a crew at the fire looks so far at the same moment, and the look is kept.
        if front is None or safe_m > hose_m:
            front = self._front_before(crew, max(safe_m, hose_m))
        near_kw_m = front.intensity_kw_m[: front.count_within(safe_m)]
        if len(near_kw_m) == 0:
            return None
        hottest = int(near_kw_m.argmax())
        if near_kw_m[hottest] < self.parameters.hold_limit_kw_m:
            return None
        return f"a front of {near_kw_m[hottest]:.0f} kW/m at {front.distance_m[hottest]:.0f} m"

    def withdraw(self, crew: Crew, detail: str) -> Story:
        """Leave, by whatever open road leads away from the fire."""
        self._leave_line(crew)
        crew.hose_m = self.parameters.hose_reach_m
        if crew.leg != "withdraw":
            crew.note("overrun", detail)
            crew.note("unit_withdrawn", detail)
            crew.begin("withdraw")
            crew.tell("withdrawn", detail)
        while not crew.was_called:
            way = self.ways.own_way(crew.standing, self._safe_nodes(), self._barred(crew))
            if not way:
                # Nowhere to go, or a junction that is safe already: stay by the vehicle and look again.
                if way is None:
                    crew.tell("withdrawn", "cut off: no open road leads away from the fire")
                yield crew.pause(self._look_again_s())
                return
            journey = yield from drive(self.env, crew, way, may_stop_short=False, leg="withdraw")
            if journey.end is not End.BLOCKED:
                return
            crew.find_closed(journey.edge)
            yield crew.pause(1.0)

    def lose(self, crew: Crew) -> None:
        """The fire has gone over a vehicle that could not get away: it is out of action from now on."""
        self._leave_line(crew)
        crew.begin("overrun")
        crew.note("unit_overrun", "the fire came over it where it stood")
        crew.tell("lost", "burnt over where it stood")

    def _barred(self, crew: Crew) -> dict[int, float]:
        """Stretches that this crew would not take to get away: those it found closed, those whose closure it sees."""
        here = crew.standing.edge
        barred = dict(crew.closed)
        for edge in range(len(self.ways.roads.edges)):
            if edge != here and self.ways.traffic.is_closed(edge):
                barred[edge] = float(self.env.now)
        return barred

    def _safe_nodes(self) -> list[int]:
        """Road nodes at least `RETREAT_M` from anything burnt."""
        roads, grid = self.ways.roads, self.fire.grid
        window = self.fire.burnt_window
        rows, columns = np.nonzero(self.fire.arrival_time_s[window] <= self.fire.now_s)
        if len(rows) == 0:
            return list(range(len(roads.nodes)))
        from scipy.spatial import cKDTree

        cells_xy_m = np.column_stack(grid.centre_of(rows + window[0].start, columns + window[1].start))
        burnt = cKDTree(cells_xy_m, balanced_tree=False, compact_nodes=False)  # made for one question
        # inf: at least as far
        away_m, _ = burnt.query(np.column_stack([roads.x_m, roads.y_m]), distance_upper_bound=RETREAT_M)
        return [int(node) for node in np.flatnonzero(away_m >= RETREAT_M)]

    # --- water --------------------------------------------------------------------------------------------------

    def refill(self, crew: Crew) -> Story:
        """Fill the tank from a tanker beside it, or at the nearest water, and come back."""
        tanker = self._tanker_beside(crew)
        if crew.leg != "refill":
            crew.note("unit_refilling")
            crew.begin("refill")
            crew.tell("refilling", "" if tanker is None else f"from {tanker.spec.unit}")
        if tanker is not None:
            yield from self._fill(crew, tanker)
            crew.tell("on_scene")
            return
        back = crew.standing
        way = self.ways.own_way(crew.standing, self.water_nodes, crew.closed) if self.water_nodes else None
        if way is None:
            crew.begin("watch")
            crew.tell("blocked", "tank empty and no water that can be driven to")
            yield crew.pause(10.0 * WATCH_STEP_S)
            return
        journey = yield from drive(self.env, crew, way, may_stop_short=False, leg="refill")
        if journey.end is End.ARRIVED:
            yield from self._fill(crew, None)
        elif journey.end is End.BLOCKED:
            crew.find_closed(journey.edge)
            yield crew.pause(self.parameters.patience_s)
            return
        if not crew.was_called:
            yield from self._return_to(crew, back.node)

    def _return_to(self, crew: Crew, node: int) -> Story:
        """Drive back to where the crew worked."""
        while not crew.was_called and crew.orders is not None:
            way = self.ways.own_way(crew.standing, [node], crew.closed)
            if way is None:
                crew.tell("blocked", "the road back to the fire is closed")
                yield crew.wait()
                return
            way = self.ways.stopping_short(way, crew.standing, crew.orders.place_xy_m, crew.closed)
            journey = yield from drive(self.env, crew, way, may_stop_short=True, leg="refill")
            if journey.end is not End.BLOCKED:
                crew.tell("on_scene")
                return
            crew.find_closed(journey.edge)
            yield crew.pause(self.parameters.patience_s)

    def _fill(self, crew: Crew, tanker: Crew | None) -> Story:
        wanted = crew.spec.tank_litres - crew.water_litres
        if tanker is not None:
            wanted = min(wanted, tanker.water_litres)
            tanker.water_litres -= wanted
        began_s = float(self.env.now)
        yield crew.pause(wanted / self.parameters.fill_litres_s)
        pumped = (float(self.env.now) - began_s) * self.parameters.fill_litres_s
        taken = min(pumped, wanted)
        crew.water_litres += taken
        if tanker is None:
            crew.water_taken_litres += taken
        else:
            tanker.water_litres += wanted - taken

    def _tanker_beside(self, crew: Crew) -> Crew | None:
        """A tanker with water within reach of the pump; an own tank is filled at the water itself."""
        if crew.spec.kind == "tanker":
            return None
        for other in self.crews.values():
            is_there = other.spec.kind == "tanker" and other.leg == "watch" and other.water_litres > _DREGS_LITRES
            if is_there and np.hypot(*np.subtract(other.place, crew.place)) <= self.parameters.tanker_reach_m:
                return other
        return None


def _to_next(now_s: float, step_s: float) -> float:
    """Seconds to the next multiple of a step, at least a tenth of one."""
    left_s = step_s - now_s % step_s
    return left_s if left_s > 0.1 * step_s else left_s + step_s
