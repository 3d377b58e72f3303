"""Gas nodes in the trees, and the all-seeing sensor of the perfect-knowledge strategy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from firesim.compiled import kernel
from firesim.devices.sites import SensorSite, Site
from firesim.inputs.problems import Contradiction
from firesim.link.briefings import SensorInfo
from firesim.link.messages import FireMapReport, GasReport, RoadReport
from firesim.link.ports import Observation
from firesim.parameters import Fraction, NotNegative, Parameters, Positive
from firesim.physics.smoke import SmokeWind, drift_toward_deg, ground_smoke_g_m3, smoke_index
from firesim.place.grid import Grid, heading
from firesim.streams import Luck, key_of
from firesim.world.smoke import sources_of

if TYPE_CHECKING:
    from firesim.place.roads import Roads
    from firesim.world.fire import TrueFire
    from firesim.world.weather import TrueWeather

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Mask = NDArray[np.bool_]

DAY_S = 86_400.0
_STEPS_DRAWN = 64  # steps whose false alarms are drawn together: a numpy call costs as much as some thousand numbers
_MOST_SOURCES = 32  # burning cells are gathered into this many patches at most; the smoke of a node is a sum over them


class GasParameters(Parameters):
    """A node that smells smoke. Marks: [Q] quoted, [R] recalled, [J] judgement."""

    spacing_m: NotNegative = Field(
        default=500.0,
        description="of the lattice [m], 0: listed nodes only; 400-500 where people are few [Q] Dryad docs",
    )
    height_m: Positive = Field(default=3.0, description="on the trunk, above the ground [m]; [J]")
    reach_m: Positive = Field(default=90.0, description="smouldering fire noticed downwind [m]; 80-100 [Q] Dryad docs")
    cadence_s: Positive = Field(default=30.0, description="step at which the air is followed [s]; numerical")
    scan_min_s: NotNegative = Field(default=120.0, description="smoke to alarm, least [s]; 2-3 min [Q] Dryad docs")
    scan_max_s: NotNegative = Field(default=180.0, description="smoke to alarm, most [s]; 2-3 min [Q] Dryad docs")
    blind_s: NotNegative = Field(default=900.0, description="after an alarm [s]; about 15 min [Q] Dryad docs")
    survives_s: NotNegative = Field(default=60.0, description="in the flames [s]; [J]")
    working_fraction: Fraction = Field(default=0.95, description="of nodes calibrated and alive; [J]")
    false_alarms_per_day: NotNegative = Field(
        default=0.01, description="of one node; rate not published: one in a hundred days, [J]"
    )
    canopy_wind_fraction: Fraction = Field(
        default=0.15, description="wind at a trunk over open wind at 10 m; computed for a closed canopy"
    )

    @model_validator(mode="after")
    def _scan_in_order(self) -> GasParameters:
        if self.scan_max_s < self.scan_min_s:
            raise Contradiction(f"is below scan_min_s = {self.scan_min_s:g}", "scan_max_s", "Exchange the two.")
        return self


class GasNodes:
    """All gas nodes of an installation as one device; each has luck, scans and blind time of its own.

    Parameters
    ----------
    sites
        The nodes, in any order: a node's luck hangs on its name.
    fire, weather, grid
        What burns, how the smoke drifts, and the map.

    Notes
    -----
    A node smells what `physics.smoke` puts into the air beside it, in the wind under trees. A fire too small
    for the grid smokes from its ignition. After two to three minutes of smoke it alarms, then is blind. Flames
    that reach it alarm it at its next look by their heat, and destroy it soon after.
    """

    def __init__(
        self,
        sites: Sequence[SensorSite],
        fire: TrueFire,
        weather: TrueWeather,
        grid: Grid,
        parameters: GasParameters,
        luck: Luck,
        name: str = "gas nodes",
    ) -> None:
        self.name = name
        self.cadence_s = parameters.cadence_s
        self._nodes = list(sites)
        self._fire, self._weather, self._grid = fire, weather, grid
        self._parameters, self._luck = parameters, luck
        self._x_m = np.array([site.x_m for site in sites], dtype=np.float64)
        self._y_m = np.array([site.y_m for site in sites], dtype=np.float64)
        row, column = grid.cell_at(self._x_m, self._y_m)
        self._cell = row * grid.columns + column
        self._key = np.array([key_of(site.sensor) for site in sites], dtype=np.uint64)
        self._works: Mask = luck.uniform("gas node works", self._key) < parameters.working_fraction
        self._smelt_since_s = np.full(len(sites), np.inf)
        self._blind_until_s = np.full(len(sites), -np.inf)
        self._alarms = np.zeros(len(sites), dtype=np.int64)
        self._mistaken: tuple[int, Mask] = (-1, np.zeros((0, len(sites)), dtype=bool))
        self._scan_s = self._scans_s()
        self._follows_from_s = np.full(len(sites), -np.inf)

    @property
    def sites(self) -> list[Site]:
        """Where the nodes speak from."""
        return [Site(site.sensor, site.x_m, site.y_m, site.height_m, "lora") for site in self._nodes]

    @property
    def infos(self) -> list[SensorInfo]:
        """What the centre knows of the nodes beforehand."""
        return [_info(site) for site in self._nodes]

    def observe(self, now_s: float) -> list[Observation]:
        """Alarms of this moment, true and false, in the order of the nodes."""
        if not self._nodes:
            return []
        reached_s = self._reached_s()
        followed = (self._able(reached_s, now_s) & (now_s >= self._follows_from_s)).nonzero()[0]
        index = self._smell(followed, now_s)
        is_true, is_false = _alarms(
            followed, index, reached_s, self._scan_s, self._blind_until_s,
            self._is_mistaken(int(now_s // self.cadence_s)), self._smelt_since_s, now_s,
        )  # fmt: skip
        alarming = (is_true | is_false).nonzero()[0]
        if alarming.size:
            self._go_blind(followed[alarming], now_s)
        # Which smell was not smoke a node cannot tell: a false alarm reports the level itself.
        return [
            Observation(
                self._nodes[followed[k]].sensor,
                GasReport(sensor=self._nodes[followed[k]].sensor, seen_s=now_s, smoke_index=max(1.0, float(index[k]))),
                bool(is_true[k]),
            )
            for k in alarming
        ]

    def detectable(self, now_s: float) -> bool:
        """Whether the air at any working node is now beyond its alarm level."""
        if not self._nodes:
            return False
        reached_s = self._reached_s()
        able = np.flatnonzero(self._able(reached_s, now_s))
        return bool((reached_s[able] <= now_s).any() or (self._smell(able, now_s) >= 1.0).any())

    def _able(self, reached_s: Floats, now_s: float) -> Mask:
        """Which nodes work and have not burnt. [node]"""
        return self._works & ~(reached_s <= now_s - self._parameters.survives_s)

    def _go_blind(self, alarming: Integers, now_s: float) -> None:
        """These nodes have alarmed: each is blind for a while, and its next scan takes its own time.

        What it smells is followed again when the first scan that can end in an alarm might begin: looks come every
        `cadence_s`, and one more makes up for rounding. Whether it smelt anything before makes no difference.
        """
        self._blind_until_s[alarming] = now_s + self._parameters.blind_s
        self._alarms[alarming] += 1
        self._scan_s = self._scans_s()
        self._follows_from_s = self._blind_until_s - self._scan_s - 2.0 * self.cadence_s

    def _is_mistaken(self, step: int) -> Mask:
        """Nodes that something else than smoke reaches in a step; drawn for many steps at once. [node]"""
        block, row = divmod(step, _STEPS_DRAWN)
        if self._mistaken[0] != block:
            steps = np.arange(block * _STEPS_DRAWN, (block + 1) * _STEPS_DRAWN)
            chance = self._luck.uniform("gas false alarm", self._key[None, :], steps[:, None])
            p = self._parameters
            self._mistaken = (block, chance < p.false_alarms_per_day * self.cadence_s / DAY_S)
        return np.asarray(self._mistaken[1][row])

    def _scans_s(self) -> Floats:
        """How long each node's next scan takes from smoke to alarm: by luck, anew after each of its alarms. [node]"""
        p = self._parameters
        draw = self._luck.uniform("gas scan", self._key, self._alarms)
        return p.scan_min_s + (p.scan_max_s - p.scan_min_s) * draw

    def _reached_s(self) -> Floats:
        """When the front reached each node's cell; `inf` where it has not. [node]"""
        return np.asarray(self._fire.arrival_time_s.ravel()[self._cell])

    def _smell(self, which: Integers, now_s: float) -> Floats:
        """Smoke at some nodes relative to their alarm level. [which]"""
        heat_mw = self._fire.heat_release_mw(now_s) if now_s > self._fire.ignited_s else 0.0
        if heat_mw <= 0.0:
            return np.zeros(len(which))
        weather = self._weather.at(now_s)
        toward = heading(drift_toward_deg(weather.wind_from_deg))
        wind = SmokeWind(self._parameters.canopy_wind_fraction * weather.wind_speed_10m_m_s, *toward)
        x_m, y_m, share, width_m = sources_of(self._fire, self._grid, now_s, _MOST_SOURCES)
        smoke_g_m3 = ground_smoke_g_m3(
            self._x_m[which], self._y_m[which], x_m, y_m, heat_mw * share, wind, self._parameters.height_m, width_m
        )
        return smoke_index(smoke_g_m3, self._parameters.reach_m)


@kernel
def _alarms(
    followed: Integers, index: Floats, reached_s: Floats, scan_s: Floats, blind_until_s: Floats, is_mistaken: Mask,
    smelt_since_s: Floats, now_s: float,
) -> tuple[Mask, Mask]:  # fmt: skip
    """Which of some nodes alarm now, of smoke or flames, and which of something else. [followed]

    `index` is their smoke, [followed]; the others are of all nodes, of which `smelt_since_s` is brought up to now.
    """
    is_true, is_false = np.zeros(followed.size, np.bool_), np.zeros(followed.size, np.bool_)
    for k in range(followed.size):
        node = followed[k]
        smells = index[k] >= 1.0
        smelt_since_s[node] = min(smelt_since_s[node], now_s) if smells else np.inf
        if now_s < blind_until_s[node]:
            continue
        has_scanned = now_s - smelt_since_s[node] >= scan_s[node] - 1e-9
        is_true[k] = reached_s[node] <= now_s or has_scanned
        is_false[k] = is_mistaken[node] and not is_true[k] and not smells
    return is_true, is_false


def _info(site: SensorSite) -> SensorInfo:
    return SensorInfo(sensor=site.sensor, kind=site.kind, x_m=site.x_m, y_m=site.y_m, height_m=site.height_m)


class AllSeeing:
    """Knows at once what really burns and which roads are cut: the ceiling that no installation reaches.

    Parameters
    ----------
    fire
        The true fire.
    roads, is_open
        The road network, and a function that says which directed edges are open now. [edge] bool
    """

    def __init__(
        self,
        fire: TrueFire,
        roads: Roads | None = None,
        is_open: Callable[[], Mask] | None = None,
        name: str = "all-seeing",
        cadence_s: float = 60.0,
    ) -> None:
        self.name = name
        self.cadence_s = cadence_s
        self.infos: list[SensorInfo] = []
        self._fire, self._roads, self._is_open = fire, roads, is_open
        self._was_open = np.ones(0 if roads is None else len(roads.edges), dtype=bool)

    @property
    def first_look_s(self) -> float:
        """It looks from the moment of ignition on, not at its next full minute."""
        return self._fire.ignited_s

    @property
    def sites(self) -> list[Site]:
        x_m, y_m = self._fire.ignition_xy_m
        return [Site(self.name, x_m, y_m, 0.0, "wired")]

    def observe(self, now_s: float) -> list[Observation]:
        """The true outline, and every road that has been cut or opened since the last look."""
        if now_s < self._fire.ignited_s:
            return []
        rings = self._fire.rings(now_s) or [_dot(*self._fire.ignition_xy_m)]
        place = self._fire.head_xy_m(now_s)
        fire_map = FireMapReport(
            observer=self.name,
            seen_s=now_s,
            place_xy_m=place,
            outline_xy_m=rings,
            outline_sd_m=0.0,
            is_whole=True,
        )
        return [Observation(self.name, fire_map), *self._road_reports(now_s)]

    def detectable(self, now_s: float) -> bool:
        return now_s >= self._fire.ignited_s

    def _road_reports(self, now_s: float) -> list[Observation]:
        if self._roads is None or self._is_open is None:
            return []
        is_open = np.array(self._is_open(), dtype=bool)
        changed = np.flatnonzero(is_open != self._was_open)
        self._was_open = is_open
        reports = []
        for i in changed:
            edge = self._roads.edges[i]
            body = RoadReport(observer=self.name, seen_s=now_s, u=edge.u, v=edge.v, is_open=bool(is_open[i]))
            reports.append(Observation(self.name, body))
        return reports


def _dot(x_m: float, y_m: float) -> list[tuple[float, float]]:
    """A closed ring of a metre about a point, for a fire that has no size yet. [m]"""
    corners = ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5))
    return [(x_m + east_m, y_m + north_m) for east_m, north_m in corners]
