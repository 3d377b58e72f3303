"""A drone that lives in a box: it flies to a suspected place, looks with a thermal camera, and comes back."""

from __future__ import annotations

from collections.abc import Callable, Generator
from math import inf
from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from firesim.devices.flight import beside, distance_m, ground_speed_m_s, step_toward
from firesim.devices.sites import SensorSite, Site
from firesim.devices.sketch import FireSketch, drawn, middle_of
from firesim.inputs.problems import Contradiction
from firesim.link.body import Body
from firesim.link.briefings import SensorInfo
from firesim.link.messages import Ack, DroneOrder, DroneStatus, FireMapReport
from firesim.parameters import Fraction, NotNegative, Parameters, Positive
from firesim.place.grid import Grid
from firesim.streams import Luck

if TYPE_CHECKING:
    import simpy

    from firesim.place.terrain import Terrain
    from firesim.record import Journal
    from firesim.world.fire import TrueFire
    from firesim.world.weather import TrueWeather, WeatherNow

Point = tuple[float, float]
Say = Callable[[str, str, Body, int | None], None]  # source, destination, what, caused by which event
Moved = Callable[[str, float, float], None]  # who, easting, northing
Story = Generator["simpy.Event", Any, bool]  # returns whether it ended well

MINUTE_S = 60.0


class DroneParameters(Parameters):
    """A drone in a box. Marks: [Q] quoted, [R] recalled, [J] judgement."""

    take_off_s: NotNegative = Field(default=60.0, description="order to airborne: box opens, checks [s]; [J]")
    cruise_m_s: Positive = Field(default=15.0, description="through the air; dock drones' automatic flights [R] [m/s]")
    height_m: Positive = Field(default=100.0, description="above the ground; 120 m is the legal ceiling [R] [m]")
    battery_min: Positive = Field(default=35.0, description="airborne until empty; 41 min is one maker's best [Q], [J]")
    reserve_fraction: Fraction = Field(default=0.2, description="of the battery, for the landing; [J]")
    recharge_min: Positive = Field(default=45.0, description="empty to full; [J]")
    least_battery_fraction: Fraction = Field(default=0.6, description="to take off with; [J]")
    gust_limit_m_s: NotNegative = Field(
        default=12.0, description="stays down above, and comes home; 12 m/s one maker's third box, 8 its second [Q]"
    )
    lost_gust_m_s: NotNegative = Field(default=20.0, description="does not survive above; [J] [m/s]")
    recheck_s: Positive = Field(default=60.0, description="grounded, it looks at the wind again after this [s]; [J]")
    give_up_s: NotNegative = Field(default=3600.0, description="an order is dropped after this long grounded [s]; [J]")
    sight_m: Positive = Field(default=1500.0, description="thermal camera makes out flames [m]; [J]")
    standoff_m: NotNegative = Field(default=200.0, description="it keeps from the flames [m]; [J]")
    report_s: Positive = Field(default=30.0, description="from outline to outline [s]; [J]")
    look_s: NotNegative = Field(default=120.0, description="it looks about where nothing burns [s]; [J]")
    outline_sd_m: NotNegative = Field(default=10.0, description="error of the drawn outline's place [m]; [J]")
    video_bit_s: NotNegative = Field(default=8e6, description="1080p and thermal together [J] [bit/s]")
    step_s: Positive = Field(default=10.0, description="of the flight [s]; numerical")

    @model_validator(mode="after")
    def _limits_in_order(self) -> DroneParameters:
        if self.lost_gust_m_s < self.gust_limit_m_s:
            message = f"is below gust_limit_m_s = {self.gust_limit_m_s:g}"
            raise Contradiction(message, "lost_gust_m_s", "Exchange the two.")
        return self


class DroneInABox:
    """One drone. `fly` is all that can be asked of it; everything it has to tell it says by itself.

    Parameters
    ----------
    env
        The clock on which its missions run.
    site
        Its box.
    fire, weather, terrain, grid
        What there is to see, and the wind it flies in.
    say
        Speaks to the centre: (source, destination, body, cause).
    journal
        Receives drone_grounded, drone_airborne, drone_on_scene, drone_home, drone_lost.
    moved
        Told of every new place, so that the network knows which mast hears it.

    Notes
    -----
    In gusts above its limit it stays down, says so, and takes off when they have fallen. In flight it turns
    for home at such gusts, when the battery holds just the way home and the reserve, or when nothing burns
    where it was sent; an order that comes then is flown at once if the battery allows, else after charging.
    The wind blows it along or holds it up. It stays within sight of the flames and sends the outline of what
    it has seen. A lost drone says nothing any more.
    """

    def __init__(
        self,
        env: simpy.Environment,
        site: SensorSite,
        fire: TrueFire,
        weather: TrueWeather,
        terrain: Terrain,
        grid: Grid,
        parameters: DroneParameters,
        luck: Luck,
        say: Say,
        journal: Journal,
        moved: Moved | None = None,
    ) -> None:
        self.name = site.sensor
        self.battery_fraction = 1.0
        self.xy_m: Point = (site.x_m, site.y_m)
        self.is_airborne = False
        self.is_lost = False
        self._env, self._site, self._fire, self._weather = env, site, fire, weather
        self._parameters, self._luck, self._say, self._journal = parameters, luck, say, journal
        self._moved = moved
        self._sketch = FireSketch(fire, terrain, grid)
        self._order: DroneOrder | None = None
        self._ordered_s = inf
        self._cause: int | None = None  # the event behind what it does now
        self._landed_s = -inf
        self._reports = 0
        self._is_serving = False

    @property
    def sites(self) -> list[Site]:
        p = self._parameters
        return [Site(self.name, self._site.x_m, self._site.y_m, p.height_m, "5g", p.video_bit_s)]

    @property
    def infos(self) -> list[SensorInfo]:
        site = self._site
        return [SensorInfo(sensor=self.name, kind="drone", x_m=site.x_m, y_m=site.y_m, height_m=site.height_m)]

    def fly(self, order: DroneOrder, now_s: float, cause_id: int | None = None) -> None:
        """Go and look there. `cause_id` is the event of the order's delivery."""
        if self.is_lost:
            return
        self._order, self._ordered_s, self._cause = order, now_s, cause_id
        self._say(self.name, "centre", Ack(order=order.order, by=self.name, at_s=now_s), cause_id)
        if not self._is_serving:
            self._is_serving = True
            self._env.process(self._serve())

    def detectable(self, now_s: float) -> bool:
        """Whether it is up and has flames in sight."""
        return self.is_airborne and self._flame(now_s) is not None

    # --- the mission, as it happens ----------------------------------------------------------------------------

    def _serve(self) -> Generator[simpy.Event, Any, None]:
        while self._order is not None and not self.is_lost:
            if not (yield from self._wait_until_fit()):
                break
            self._tell("taking_off")
            yield self._env.timeout(self._parameters.take_off_s)
            if self._why_grounded(self._env.now):
                continue  # the wind rose while the box opened
            self.is_airborne = True
            self._note("drone_airborne", f"battery {self.battery_fraction:.0%}")
            yield from self._fly_and_look()
        self._is_serving = False

    def _wait_until_fit(self) -> Story:
        """On the ground until wind and battery allow; the order is dropped when that takes too long."""
        said = ""
        while why := self._why_grounded(self._env.now):
            kind = why.split()[0]
            if kind != said:
                said = kind
                self._note("drone_grounded", why)
                self._tell("grounded", why)
            if self._env.now - self._ordered_s >= self._parameters.give_up_s:
                self._order = None
                return False
            yield self._env.timeout(self._parameters.recheck_s)
        return True

    def _why_grounded(self, now_s: float) -> str:
        p = self._parameters
        gust_m_s = self._weather.at(now_s).gust_10m_m_s
        if gust_m_s > p.gust_limit_m_s:
            return f"gusts of {gust_m_s:.1f} m/s, limit {p.gust_limit_m_s:.1f} m/s"
        charged = min(1.0, self.battery_fraction + max(now_s - self._landed_s, 0.0) / (p.recharge_min * MINUTE_S))
        if charged < p.least_battery_fraction:
            return f"charging: {charged:.0%}, takes off with {p.least_battery_fraction:.0%}"
        self.battery_fraction, self._landed_s = charged, now_s
        return ""

    def _fly_and_look(self) -> Story:
        p = self._parameters
        launched_with = order = served = self._order
        home, why_home, place_s, report_s = (self._site.x_m, self._site.y_m), "", inf, -inf
        while True:
            yield self._env.timeout(p.step_s)
            now_s, weather = self._env.now, self._weather.at(self._env.now)
            self._fire.advance(now_s)
            self.battery_fraction -= p.step_s / (p.battery_min * MINUTE_S)
            if weather.gust_10m_m_s > p.lost_gust_m_s or self.battery_fraction <= 0.0:
                self._lose(weather)
                return False
            if self._order is not order:
                order, place_s, why_home = self._order, inf, ""
            assert order is not None
            why = self._why_home(weather, now_s - place_s)
            if why and not why_home:
                why_home = why
                self._tell("returning", why)
                served = order if order is launched_with or place_s < inf else served
            if why_home:
                self._move(home, weather)
                if self.xy_m == home:
                    self._land(why_home)
                    self._order = None if self._order is served else self._order
                    return True
                continue
            flame = self._flame(now_s)
            self._move(order.place_xy_m if flame is None else beside(flame, self.xy_m, p.standoff_m), weather)
            is_there = flame is not None or self.xy_m == order.place_xy_m
            if is_there and place_s == inf:
                place_s = now_s
                self._note("drone_on_scene", "fire in sight" if flame else "nothing burns in sight")
                self._tell("on_scene")
            if flame is not None:
                place_s = now_s
            if is_there and now_s - report_s >= p.report_s - 1e-9:
                report_s = now_s
                self._report(order, now_s)

    def _why_home(self, weather: WeatherNow, idle_s: float) -> str:
        """Why it must turn for home now; empty: it need not."""
        p = self._parameters
        if weather.gust_10m_m_s > p.gust_limit_m_s:
            return f"gusts of {weather.gust_10m_m_s:.1f} m/s"
        home = (self._site.x_m, self._site.y_m)
        speed_m_s = ground_speed_m_s(self.xy_m, home, p.cruise_m_s, weather.wind_speed_10m_m_s, weather.wind_from_deg)
        # Two steps more: it looks at the battery only once a step, and may fly on away from home in between.
        need_s = distance_m(self.xy_m, home) / speed_m_s + 2.0 * p.step_s
        if self.battery_fraction <= p.reserve_fraction + need_s / (p.battery_min * MINUTE_S):
            return "battery"
        return "nothing burns here" if idle_s > p.look_s else ""

    def _land(self, why: str) -> None:
        self.is_airborne, self._landed_s = False, self._env.now
        self._note("drone_home", f"{why}; battery {self.battery_fraction:.0%}")
        self._tell("home", why)

    def _lose(self, weather: WeatherNow) -> None:
        self.is_airborne, self.is_lost, self._order = False, True, None
        why = "battery empty" if self.battery_fraction <= 0.0 else f"gusts of {weather.gust_10m_m_s:.1f} m/s"
        self._note("drone_lost", why)

    # --- flying and looking -------------------------------------------------------------------------------------

    def _move(self, goal: Point, weather: WeatherNow) -> None:
        """One step of the flight toward `goal`, no further."""
        if self.xy_m == goal:
            return
        p = self._parameters
        speed_m_s = ground_speed_m_s(self.xy_m, goal, p.cruise_m_s, weather.wind_speed_10m_m_s, weather.wind_from_deg)
        self.xy_m = step_toward(self.xy_m, goal, speed_m_s * p.step_s)
        if self._moved is not None:
            self._moved(self.name, *self.xy_m)

    def _flame(self, now_s: float) -> Point | None:
        p = self._parameters
        return self._sketch.nearest_flame(*self.xy_m, p.height_m, p.sight_m, now_s)

    def _report(self, order: DroneOrder, now_s: float) -> None:
        """The outline of what it has seen; without any: nothing burns at the place of the order."""
        p = self._parameters
        if self._sketch.look(*self.xy_m, p.height_m, p.sight_m, now_s):
            east_m, north_m = (
                p.outline_sd_m * self._luck.normal(f"drone outline {axis}", self.name, self._reports) for axis in "xy"
            )
            rings = drawn(self._sketch.outline(now_s), east_m, north_m)
        else:
            rings = []
        self._reports += 1
        body = FireMapReport(
            observer=self.name,
            seen_s=now_s,
            place_xy_m=middle_of(rings) if rings else order.place_xy_m,
            outline_xy_m=rings,
            outline_sd_m=p.outline_sd_m,
            is_whole=bool(rings) and self._sketch.is_whole(now_s),
            searched_radius_m=p.sight_m,
        )
        self._say(self.name, "centre", body, self._cause)

    # --- telling ---------------------------------------------------------------------------------------------------

    def _tell(self, state: str, reason: str = "") -> None:
        body = DroneStatus(
            drone=self.name,
            seen_s=self._env.now,
            state=state,
            battery_fraction=max(self.battery_fraction, 0.0),
            reason=reason,
        )
        self._say(self.name, "centre", body, self._cause)

    def _note(self, kind: str, detail: str) -> None:
        """Journal what it does; the next thing it does or says follows from that."""
        self._cause = self._journal.add(self._env.now, self.name, kind, self._cause, detail)
