"""A drone in its box, in the air, and back."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from firesim.devices.drones import DroneInABox, DroneParameters
from firesim.devices.flight import beside, ground_speed_m_s, step_toward
from firesim.devices.sites import SensorSite
from firesim.link.body import Body
from firesim.link.messages import Ack, DroneOrder, DroneStatus, FireMapReport
from firesim.link.ports import Drone
from firesim.record import Journal
from firesim.streams import Luck

BOX = SensorSite("drone-1", "drone", 600.0, 3000.0, 3.0)
FIRE = DroneOrder(order="o1", drone="drone-1", place_xy_m=(3000.0, 3000.0))
NOWHERE = DroneOrder(order="o2", drone="drone-1", place_xy_m=(600.0, 5400.0))


class Flown:
    """A drone, its clock, and everything that it said and did."""

    def __init__(self, fire: Any, weather: Any, ground: Any, grid: Any, parameters: DroneParameters) -> None:
        self.env = simpy.Environment()
        self.journal = Journal()
        self.cause = self.journal.add(0.0, "test", "message_delivered", None)
        self.said: list[tuple[float, Body, int | None]] = []
        self.batteries: list[float] = []
        self.drone = DroneInABox(
            self.env, BOX, fire, weather, ground, grid, parameters, Luck(1), self._hear, self.journal, self._moved
        )

    def _hear(self, source: str, destination: str, body: Body, cause_id: int | None) -> None:
        assert (source, destination) == ("drone-1", "centre")
        self.said.append((self.env.now, body, cause_id))

    def _moved(self, name: str, x_m: float, y_m: float) -> None:
        self.batteries.append(self.drone.battery_fraction)

    def fly(self, order: DroneOrder, until_s: float) -> Flown:
        self.drone.fly(order, self.env.now, self.cause)
        self.env.run(until_s)
        return self

    def states(self) -> list[str]:
        return [body.state for _, body, _ in self.said if isinstance(body, DroneStatus)]

    def maps(self) -> list[tuple[float, FireMapReport]]:
        return [(now_s, body) for now_s, body, _ in self.said if isinstance(body, FireMapReport)]

    def kinds(self) -> list[str]:
        return [self.journal.kind_of(event) for event in range(len(self.journal))]


@pytest.fixture
def flown(make_fire: Any, make_weather: Any, flat: Any, grid: Any) -> Any:
    def make(weather: Any = None, fire: Any = None, **limits: Any) -> Flown:
        return Flown(fire or make_fire(), weather or make_weather(), flat, grid, DroneParameters(**limits))

    return make


def test_it_flies_there_draws_the_fire_and_comes_home_before_the_battery_is_empty(flown: Any) -> None:
    mission = flown().fly(FIRE, 7200.0)
    assert mission.states() == ["taking_off", "on_scene", "returning", "home"]
    assert mission.kinds()[1:] == ["drone_airborne", "drone_on_scene", "drone_home"]
    assert min(mission.batteries) >= DroneParameters().reserve_fraction
    assert mission.drone.xy_m == (600.0, 3000.0)
    assert isinstance(mission.drone, Drone)


@given(wind_m_s=st.floats(0.0, 11.0), wind_from_deg=st.floats(0.0, 359.9), away_m=st.floats(100.0, 5000.0))
def test_in_any_steady_wind_it_comes_home_with_its_reserve(
    wind_m_s: float, wind_from_deg: float, away_m: float
) -> None:
    import numpy as np

    from firesim.place.grid import Grid

    class Still:
        ignited_s, ignition_xy_m = 1e9, (0.0, 0.0)

        def advance(self, now_s: float) -> None:
            pass

        def flaming_cells(self, now_s: float) -> Any:
            return np.empty(0, int)

    class Wind:
        def at(self, now_s: float) -> Any:
            return type(
                "Now", (), {"wind_speed_10m_m_s": wind_m_s, "wind_from_deg": wind_from_deg, "gust_10m_m_s": 11.0}
            )

    ground = type("Ground", (), {"elevation_m": np.zeros((200, 200), dtype=np.float32)})
    mission = Flown(Still(), Wind(), ground, Grid(200, 200, 30.0, 0.0, 0.0), DroneParameters())
    mission.fly(DroneOrder(order="o", drone="drone-1", place_xy_m=(600.0 + away_m, 3000.0)), 7200.0)
    assert mission.states()[-1] == "home"
    # A step's worth of battery may pass between the last look at it and the landing.
    assert min(mission.batteries) >= DroneParameters().reserve_fraction - 20.0 / 2100.0


def test_the_first_outline_comes_when_flames_are_in_sight_and_not_before_it_could_fly_there(flown: Any) -> None:
    first_s, report = flown().fly(FIRE, 900.0).maps()[0]
    # 60 s for the box, then 900 m at 14 m/s across the wind until the flames are 1,500 m away.
    assert 100.0 < first_s < 160.0
    assert report.outline_xy_m
    assert report.place_xy_m == pytest.approx((3000.0, 3000.0), abs=60.0)


def test_it_looks_at_the_fire_of_the_moment(flown: Any, make_fire: Any) -> None:
    fire = make_fire()
    mission = flown(fire=fire).fly(FIRE, 500.0)
    assert fire.advanced_s == 490.0
    assert all(body.seen_s == now_s for now_s, body in mission.maps())


def test_outlines_come_every_half_minute_while_it_is_there(flown: Any) -> None:
    times = [now_s for now_s, _ in flown().fly(FIRE, 900.0).maps()]
    assert len(times) > 20
    assert {round(b - a) for a, b in pairwise(times)} == {30}


def test_it_keeps_its_distance_from_the_flames(flown: Any) -> None:
    mission = flown().fly(FIRE, 1000.0)
    x_m, y_m = mission.drone.xy_m
    # The nearest burning cell's centre is up to 45 m nearer than the middle of the fire.
    assert 200.0 - 1.0 <= 3000.0 - x_m <= 200.0 + 75.0
    assert y_m == pytest.approx(3000.0, abs=30.0)


def test_in_gusts_above_its_limit_it_stays_down_and_says_so(flown: Any, make_weather: Any) -> None:
    mission = flown(make_weather(gust_10m_m_s=14.4)).fly(FIRE, 3000.0)
    assert mission.states() == ["grounded"]
    assert "14.4 m/s, limit 12.0 m/s" in mission.said[-1][1].reason
    assert mission.kinds()[1:] == ["drone_grounded"]
    assert mission.maps() == []
    assert not mission.drone.detectable(3000.0)


def test_it_takes_off_when_the_gusts_have_fallen(flown: Any, make_weather: Any) -> None:
    mission = flown(make_weather(gusts=lambda now_s: 14.0 if now_s < 1200.0 else 9.0)).fly(FIRE, 1800.0)
    assert mission.states()[:3] == ["grounded", "taking_off", "on_scene"]
    assert mission.maps()[0][0] > 1260.0


def test_rising_gusts_send_it_home_and_stronger_ones_take_it(flown: Any, make_weather: Any) -> None:
    home = flown(make_weather(gusts=lambda now_s: 8.0 if now_s < 600.0 else 15.0)).fly(FIRE, 3000.0)
    assert home.states()[-2:] == ["returning", "home"]
    lost = flown(make_weather(gusts=lambda now_s: 8.0 if now_s < 600.0 else 25.0)).fly(FIRE, 3000.0)
    assert lost.drone.is_lost
    assert lost.kinds()[-1] == "drone_lost"
    assert max(now_s for now_s, _, _ in lost.said) < 610.0
    said = len(lost.said)
    lost.fly(FIRE, 4000.0)
    assert len(lost.said) == said


def test_where_nothing_burns_it_says_so_and_comes_home(flown: Any, make_fire: Any) -> None:
    mission = flown(fire=make_fire(ignited_s=1e9)).fly(NOWHERE, 3600.0)
    assert all(not report.outline_xy_m for _, report in mission.maps())
    assert mission.maps()[0][1].place_xy_m == (600.0, 5400.0)
    assert mission.states() == ["taking_off", "on_scene", "returning", "home"]
    assert mission.drone.battery_fraction > 0.5


def test_a_ridge_hides_the_fire_until_it_has_been_crossed(
    make_fire: Any, make_weather: Any, ridge: Any, grid: Any
) -> None:
    blind = Flown(make_fire(), make_weather(), ridge, grid, DroneParameters())
    blind.drone.fly(DroneOrder(order="o", drone="drone-1", place_xy_m=(1200.0, 3000.0)), 0.0, blind.cause)
    blind.env.run(600.0)
    assert all(not report.outline_xy_m for _, report in blind.maps())


def test_a_new_order_in_flight_is_obeyed(flown: Any) -> None:
    mission = flown().fly(FIRE, 80.0)
    mission.fly(NOWHERE, 400.0)
    acks = [body.order for _, body, _ in mission.said if isinstance(body, Ack)]
    assert acks == ["o1", "o2"]
    assert mission.drone.xy_m == (600.0, 5400.0)


def test_it_charges_before_it_flies_again(flown: Any) -> None:
    mission = flown(recharge_min=60.0).fly(FIRE, 2600.0)
    assert mission.states()[-1] == "home"
    mission.fly(FIRE, 9000.0)
    later = mission.states()[4:]
    assert later[:2] == ["grounded", "taking_off"]
    grounded = next(body for _, body, _ in mission.said if isinstance(body, DroneStatus) and body.state == "grounded")
    assert "charging" in grounded.reason


def test_an_order_is_dropped_after_long_on_the_ground(flown: Any, make_weather: Any) -> None:
    windy = make_weather(gusts=lambda now_s: 14.0 if now_s < 7200.0 else 5.0)
    assert flown(windy).fly(FIRE, 10_000.0).states() == ["grounded"]


def test_everything_it_says_has_a_cause_that_leads_back_to_the_order(flown: Any) -> None:
    mission = flown().fly(FIRE, 7200.0)
    for _, _, cause_id in mission.said:
        assert cause_id is not None
        assert mission.journal.chain(cause_id)[-1] == mission.cause


def test_limits_must_be_in_order() -> None:
    with pytest.raises(ValidationError, match="below gust_limit"):
        DroneParameters(gust_limit_m_s=12.0, lost_gust_m_s=10.0)


def test_the_wind_carries_it_along_and_holds_it_up() -> None:
    south, north = (0.0, -1000.0), (0.0, 1000.0)
    assert ground_speed_m_s((0.0, 0.0), south, 15.0, 10.0, 0.0) == pytest.approx(25.0)
    assert ground_speed_m_s((0.0, 0.0), north, 15.0, 10.0, 0.0) == pytest.approx(5.0)
    assert ground_speed_m_s((0.0, 0.0), (1000.0, 0.0), 15.0, 9.0, 0.0) == pytest.approx(12.0)
    assert ground_speed_m_s((0.0, 0.0), north, 15.0, 20.0, 0.0) == 0.5


def test_a_step_does_not_overshoot() -> None:
    assert step_toward((0.0, 0.0), (3.0, 4.0), 10.0) == (3.0, 4.0)
    assert step_toward((0.0, 0.0), (3.0, 4.0), 2.5) == pytest.approx((1.5, 2.0))
    assert beside((0.0, 0.0), (300.0, 400.0), 200.0) == pytest.approx((120.0, 160.0))
    assert beside((0.0, 0.0), (30.0, 40.0), 200.0) == (30.0, 40.0)
