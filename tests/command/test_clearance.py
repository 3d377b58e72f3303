"""The centre's own estimate of when the roads are clear: exact at a bottleneck, and honest about what is late."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from firesim.command import clearance
from firesim.command.clearance import COMPLIANCES, SHADOW_SHARE, ClearanceEstimate, convoys_of, departures_s, drive
from firesim.command.crews import Advised
from firesim.command.dispatcher import Milestone, replay
from firesim.command.forecast import Forecast
from firesim.command.ground import Ground
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Picture
from firesim.link.messages import IN_PLACE, TO_THE_SHORE, ZoneAdvice
from firesim.place.roads import RoadNode
from firesim.place.settlement import Refuge, Zone

P = CommandParameters()
FLOW_VEH_S = 0.36  # of every road of the small place
CROSS_S = 200.0  # 2,400 m at 12 m/s
INF = float("inf")


def picture_of(small, parameters=P, **changes):
    return Picture(Ground(small.briefing(**changes), 3, 120.0), parameters)


def tell(picture, zone, route, at_s=600.0, refuge="town", level="order", answer="authorised"):
    advice = ZoneAdvice(zone=zone, refuge=refuge, route=list(route), deadline_s=INF, why="")
    picture.advised[zone] = Advised(level, advice, "order-1", at_s, answer, answered_s=at_s)


def rows(picture, now_s=600.0):
    return {(one.compliance, one.zone): one for one in ClearanceEstimate().of(picture, now_s)}


def closing(picture, **by_name):
    """A forecast that closes the named stretches and burns nothing else."""
    ground = picture.ground
    closes_s = [by_name.get(name.replace(" ", "_"), INF) for name in ground.roads.edge_names]
    nothing = np.full((1, *ground.coarse.shape), np.inf, dtype=np.float32)
    never = [np.full((1, n), np.inf) for n in (len(ground.zones), len(ground.refuges))]
    picture.forecast = Forecast(0.0, 0.0, 14400.0, True, 0.15, nothing, np.array([closes_s]), *never, nothing[0])


# --- exact cases -----------------------------------------------------------------------------------------------


def test_departures_follow_a_rayleigh_curve_of_the_stated_mean():
    at_s = departures_s(2000, 1800.0)
    assert at_s.mean() == pytest.approx(1800.0, rel=0.005)
    sigma_s = 1800.0 / np.sqrt(np.pi / 2.0)
    for minutes in (10.0, 30.0, 60.0):
        share = 1.0 - np.exp(-0.5 * (60.0 * minutes / sigma_s) ** 2)
        assert (at_s <= 60.0 * minutes).mean() == pytest.approx(share, abs=0.001)
    assert len(departures_s(0, 1800.0)) == 0


def test_those_who_drive_as_one_leave_at_the_same_mean_and_the_last_of_all_when_it_would_alone():
    each, fours = departures_s(400, 1800.0), departures_s(400, 1800.0, 4)
    assert len(fours) == 100
    assert fours[-1] == each[-1]
    assert fours[:-1].mean() == pytest.approx(each[:-4].mean(), rel=0.01)


def test_a_road_clears_in_its_vehicles_over_its_capacity_to_one_headway(small):
    """All set out within moments; the coast road lets 0.36 vehicles a second out of each stretch."""
    picture = picture_of(small, P.model_copy(update={"mobilise_s": 1e-3}))
    tell(picture, "west", ["W", "M", "E"])
    cleared = rows(picture)
    for share in COMPLIANCES:
        n = round(600 * 0.25 * share)
        one = cleared[(share, "west")]
        assert one.vehicles == n
        last_s = 600.0 + 2 * CROSS_S + (n - 1) / FLOW_VEH_S
        assert one.clear_s[2] == pytest.approx(last_s, abs=1.0 / FLOW_VEH_S)
        assert one.clear_s[0] == pytest.approx(600.0 + 2 * CROSS_S + (n / 2 - 1) / FLOW_VEH_S, abs=2.0 / FLOW_VEH_S)


def test_alone_on_the_road_people_arrive_when_they_set_out_and_drove(small):
    picture = picture_of(small)
    tell(picture, "west", ["W", "M", "E"], at_s=1000.0)
    one = rows(picture)[(0.4, "west")]
    leaves_s = departures_s(60, P.mobilise_s)
    expected = 1000.0 + leaves_s[[29, 53, 59]] + 2 * CROSS_S
    assert one.clear_s == pytest.approx(expected, abs=20.0)  # a few headways where the curve is steep


def test_the_margin_is_the_closing_less_the_time_at_which_the_last_has_left_the_road(small):
    picture = picture_of(small, P.model_copy(update={"mobilise_s": 1e-3}))
    tell(picture, "west", ["W", "M", "E"])
    closing(picture, coast_west=600.0 + CROSS_S + 100.0)
    one = rows(picture)[(1.0, "west")]
    last_off_s = CROSS_S + 149 / FLOW_VEH_S
    assert one.least_margin_s == pytest.approx(CROSS_S + 100.0 - last_off_s, abs=1.0 / FLOW_VEH_S)
    # At 0.36 a second 37 are off the road in the 100 s after the first.
    assert one.late_share == pytest.approx(1.0 - 37 / 150, abs=0.01)
    closing(picture)
    safe = rows(picture)[(1.0, "west")]
    assert (safe.least_margin_s, safe.late_share) == (INF, 0.0)


def test_zones_that_share_a_road_hold_one_another_up(small):
    quick = P.model_copy(update={"mobilise_s": 1e-3})
    alone, both = picture_of(small, quick), picture_of(small, quick)
    tell(alone, "west", ["W", "M", "E"])
    tell(both, "west", ["W", "M", "E"])
    tell(both, "middle", ["M", "E"])
    last_s = rows(both)[(1.0, "")].clear_s[2]
    assert last_s == pytest.approx(600.0 + CROSS_S + 224 / FLOW_VEH_S, abs=CROSS_S + 1.0)
    assert last_s >= 600.0 + CROSS_S + 224 / FLOW_VEH_S - 1.0
    assert rows(both)[(1.0, "west")].clear_s[2] > rows(alone)[(1.0, "west")].clear_s[2]


# --- who drives ------------------------------------------------------------------------------------------------


def test_a_fifth_of_those_who_were_not_told_are_on_the_road_too(small):
    picture = picture_of(small)
    tell(picture, "west", ["W", "M", "E"])
    whole = rows(picture)[(1.0, "")]
    assert (whole.vehicles, whole.shadow_vehicles) == (150, round(SHADOW_SHARE * 300 * 0.25))
    tell(picture, "middle", ["M", "E"], level="warning")
    assert rows(picture)[(1.0, "")].shadow_vehicles == 15  # to be ready is not to leave
    tell(picture, "middle", ["M", "E"])
    assert rows(picture)[(1.0, "")].shadow_vehicles == 0


@pytest.mark.parametrize("refuge", [IN_PLACE, TO_THE_SHORE])
def test_who_was_told_to_stay_or_to_walk_does_not_drive(small, refuge):
    picture = picture_of(small)
    tell(picture, "west", [], refuge=refuge)
    assert rows(picture) == {}
    tell(picture, "middle", ["M", "E"])
    assert {zone for _, zone in rows(picture)} == {"", "middle"}
    assert rows(picture)[(1.0, "")].shadow_vehicles == 0


def test_nobody_drives_whom_the_authority_refused_to_move(small):
    picture = picture_of(small)
    tell(picture, "west", ["W", "M", "E"], answer="refused")
    assert rows(picture) == {}


def test_a_way_that_is_believed_shut_is_driven_by_nobody(small):
    picture = picture_of(small)
    tell(picture, "west", ["W", "M", "E"])
    tell(picture, "middle", ["M", "E"])
    picture.is_open[:2] = False  # the western stretch
    assert {zone for _, zone in rows(picture)} == {"", "middle"}


def test_a_zone_at_its_refuge_is_there_when_it_sets_out(small):
    zones = [*small.briefing().zones, Zone("quay", "Quay", "settlement", 452400.0, 4332600.0, "E", 100, [])]
    picture = picture_of(small, zones=zones)
    tell(picture, "quay", ["E"])
    one = rows(picture)[(1.0, "quay")]
    assert one.clear_s[2] == pytest.approx(600.0 + departures_s(25, P.mobilise_s)[-1])
    assert one.least_margin_s == INF


def test_nobody_sets_out_before_the_authority_has_answered(small):
    """Asked at 600 s: until the answer it could be now at the soonest, from then on it was when the answer came."""
    picture = picture_of(small, P.model_copy(update={"mobilise_s": 1e-3}))
    tell(picture, "west", ["W", "M", "E"], answer="asked")
    asked = {now_s: rows(picture, now_s)[(1.0, "west")].clear_s[0] for now_s in (600.0, 1500.0)}
    assert asked[1500.0] - asked[600.0] == pytest.approx(900.0)
    picture.advised["west"].answer, picture.advised["west"].answered_s = "authorised", 1800.0
    assert rows(picture, 2400.0)[(1.0, "west")].clear_s[0] - asked[600.0] == pytest.approx(1200.0)


# --- what it costs ---------------------------------------------------------------------------------------------


def test_the_drive_is_made_anew_only_when_somebody_is_told_something_else(small, monkeypatch):
    drives = []
    monkeypatch.setattr(clearance, "drive", lambda *arguments: drives.append(1) or drive(*arguments))
    picture, estimate = picture_of(small), ClearanceEstimate()
    tell(picture, "west", ["W", "M", "E"])
    first = estimate.of(picture, 600.0)
    closing(picture, coast_west=3000.0)
    second = estimate.of(picture, 1800.0)
    assert len(drives) == len(COMPLIANCES)
    assert [one.clear_s for one in first] == [one.clear_s for one in second]
    assert [one.least_margin_s for one in first] != [one.least_margin_s for one in second]
    assert {one.made_s for one in second} == {1800.0}
    tell(picture, "middle", ["M", "E"], at_s=1800.0)
    estimate.of(picture, 1800.0)
    assert len(drives) == 2 * len(COMPLIANCES)


@pytest.mark.parametrize("is_track", [False, True])
@pytest.mark.parametrize("people", [3000, 12000])
def test_several_that_drive_as_one_take_as_long(small, is_track, people):
    """A zone behind a junction with another, on a road or on a slow one-lane track that room limits."""
    places = {"A": (0.0, 0.0), "B": (600.0, 0.0), "C": (600.0, 500.0), "D": (800.0, 0.0)}
    nodes = {name: RoadNode(name, 449000.0 + x, 4334600.0 + y) for name, (x, y) in places.items()}
    edges = [edge for u, v in ("AB", "CB", "BD") for edge in small.road(nodes[u], nodes[v], u + v)]
    if is_track:
        slow = {"shared_lane": True, "free_flow_speed_m_s": 2.0, "jam_density_veh_m": 0.03}
        edges = [replace(edge, **slow) if edge.edge == "BD" else edge for edge in edges]
    zones = [Zone(n, n, "settlement", nodes[n].x_m, nodes[n].y_m, n, people, []) for n in "AC"]
    refuges = [Refuge("D", "D", "town", nodes["D"].x_m, nodes["D"].y_m, "D", 10**6)]
    picture = picture_of(small, nodes=list(nodes.values()), edges=edges, zones=zones, refuges=refuges)
    for name in "AC":
        tell(picture, name, [name, "B", "D"], refuge="D")
    convoys = convoys_of(picture, 600.0)
    each, some = (drive(picture, convoys, 1.0, most) for most in (10**9, 300))
    assert each.of_each == 1
    assert some.of_each == max(round(people / 2 / 300), 1)
    for share in (0.5, 0.9, 1.0):
        first, second = (np.quantile(one.done_s, share) - 600.0 for one in (each, some))
        assert second == pytest.approx(first, rel=0.03)


# --- in the centre ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("policy", "is_estimated"), [("Pilot", True), ("Today", False)])
def test_every_plan_against_a_forecast_that_sends_people_by_road_is_followed_by_an_estimate(
    small, wire, policy, is_estimated
):
    small.tell_of_a_fire(wire, policy)
    said = [one for _, one in replay(wire.deliveries, 3000.0) if isinstance(one, Milestone)]
    plans = [k for k, one in enumerate(said) if one.kind == "plan"]
    assert plans
    estimates = [one for one in said if one.kind == "cleared_by"]
    assert bool(estimates) == is_estimated
    for one in estimates:
        assert {row.compliance for row in one.clearance} == set(COMPLIANCES)
        assert one.detail.count("leave") == len(COMPLIANCES)
        assert len(one.detail.splitlines()) == 1
        for row in one.clearance:
            assert list(row.clear_s) == sorted(row.clear_s)
