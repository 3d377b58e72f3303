from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.link.coverage import Coverage
from firesim.link.masts import Mast
from firesim.link.network import Network
from firesim.link.parameters import FiveG, LinkParameters, LoRa, Tetra
from firesim.link.ports import Channel, Delivery
from firesim.physics.radio import rma_path_loss_db, uma_path_loss_db
from firesim.physics.sight import line_of_sight
from firesim.place.grid import Grid
from firesim.place.terrain import Terrain
from firesim.streams import Luck

GRID = Grid(rows=60, columns=400, cell_size_m=30.0, x_west_m=0.0, y_south_m=0.0)  # 12 km by 1.8 km
WEST = Mast("west", 1_000.0, 900.0, 25.0, 30.0)
EAST = Mast("east", 11_000.0, 900.0, 25.0, 30.0)
QUIET = LinkParameters(shadowing=False)
DETECTION_S = 150.0  # the shortest detection on record, a maker's claim: 2.5 minutes
KINDS = ("wired", "5g", "lora", "tetra")


def terrain(elevation_m: np.ndarray) -> Terrain:
    elevation_m = elevation_m.astype(np.float32)
    return Terrain(elevation_m, np.zeros_like(elevation_m), np.zeros_like(elevation_m))


def plain() -> np.ndarray:
    return np.zeros(GRID.shape)


def network(masts=(WEST, EAST), parameters=QUIET, elevation_m=None, seed=1) -> Network:  # type: ignore[no-untyped-def]
    ground = terrain(plain() if elevation_m is None else elevation_m)
    built = Network(masts, GRID, ground, parameters, Luck(seed))
    built.register("centre", 6_000.0, 900.0, 5.0, "wired")
    built.register("by west", 1_500.0, 900.0, 1.5, "5g")
    built.register("by east", 10_500.0, 900.0, 1.5, "5g")
    built.register("between", 6_000.0, 900.0, 20.0, "5g")
    return built


def send(over: Network, source: str, destination: str = "centre", number: int = 0, at_s: float = 0.0) -> Delivery:
    return over.carry(b"x" * 200, f"{source}>{destination}#{number}", source, destination, at_s)


def test_the_network_is_a_channel() -> None:
    assert isinstance(network(), Channel)


@settings(max_examples=60, deadline=None)
@given(
    sent_s=st.floats(0.0, 14_400.0),
    number=st.integers(0, 10_000),
    size=st.integers(0, 100_000),
    source=st.sampled_from(["centre", "by west", "by east", "between", "west"]),
    extra=st.floats(0.0, 1.0),
    latency_factor=st.floats(0.0, 10.0),
)
def test_no_message_arrives_before_it_was_sent(
    sent_s: float, number: int, size: int, source: str, extra: float, latency_factor: float
) -> None:
    over = network(parameters=LinkParameters(extra_loss_fraction=extra, latency_factor=latency_factor))
    delivery = over.carry(b"x" * size, f"{source}>by west#{number}", source, "by west", sent_s)
    assert delivery.delivered_s >= sent_s
    assert (delivery.delivered_s < inf) == (delivery.lost_because == "")


def test_losing_every_attempt_delivers_none() -> None:
    over = network(parameters=LinkParameters(shadowing=False, extra_loss_fraction=1.0))
    deliveries = [send(over, source, number=i) for i in range(50) for source in ("by west", "west", "between")]
    assert not any(delivery.arrives for delivery in deliveries)
    assert {delivery.lost_because for delivery in deliveries} == {"radio loss"}


def test_retries_lose_as_many_messages_as_chance_says_and_no_more() -> None:
    # Four attempts that each fail half the time: 1 in 16 is lost; 1000 messages, 5 standard deviations.
    parameters = QUIET.model_copy(update={"five_g": FiveG(loss_fraction=0.5, retries=3)})
    over = network(parameters=parameters)
    lost = sum(not send(over, "by west", number=i).arrives for i in range(1_000))
    assert lost == pytest.approx(62.5, abs=5 * np.sqrt(1_000 / 16 * 15 / 16))


def test_each_failed_attempt_costs_one_wait() -> None:
    parameters = QUIET.model_copy(update={"five_g": FiveG(loss_fraction=0.5, retry_wait_s=100.0)})
    over = network(parameters=parameters)
    arrivals_s = np.array([send(over, "by west", number=i).delivered_s for i in range(200)])
    waits = np.round(arrivals_s[np.isfinite(arrivals_s)] / 100.0)
    assert set(waits) == {0.0, 1.0, 2.0, 3.0}


@settings(max_examples=30, deadline=None)
@given(others=st.lists(st.tuples(st.sampled_from(["by west", "by east", "west"]), st.integers(1, 99)), max_size=20))
def test_a_message_has_the_same_luck_whatever_else_was_sent(others: list[tuple[str, int]]) -> None:
    parameters = QUIET.model_copy(update={"five_g": FiveG(loss_fraction=0.5, rate_bit_s=1e12)})
    alone, busy = network(parameters=parameters), network(parameters=parameters)
    for source, number in others:
        send(busy, source, number=number)
    for number in range(20):
        here, there = send(alone, "between", number=number), send(busy, "between", number=number)
        assert here.arrives == there.arrives
        assert not here.arrives or here.delivered_s == pytest.approx(there.delivered_s, abs=1e-6)


def test_a_lossier_network_never_delivers_what_a_better_one_loses() -> None:
    better = network(parameters=QUIET.model_copy(update={"extra_loss_fraction": 0.5}))
    worse = network(parameters=QUIET.model_copy(update={"extra_loss_fraction": 0.8}))
    for i in range(100):
        assert send(better, "by west", number=i).arrives or not send(worse, "by west", number=i).arrives


def test_a_dark_mast_silences_only_those_whom_it_alone_covers() -> None:
    over = network()
    covers = over.coverage([1_500.0, 10_500.0, 6_000.0], [900.0] * 3)
    assert covers.tolist() == [[True, False, True], [False, True, True]]
    over.darken("west", 60.0)
    lost = send(over, "by west", at_s=60.0)
    assert (lost.lost_because, lost.lost_cause) == ("mast dark", "west")
    assert send(over, "by east", at_s=60.0).arrives
    assert send(over, "between", at_s=60.0).arrives
    assert send(over, "by west", number=1, at_s=59.0).arrives
    assert over.serving_mast([1_500.0, 10_500.0, 6_000.0], [900.0] * 3).tolist() == [-1, 1, 1]


def test_the_strongest_standing_mast_serves() -> None:
    over = network()
    assert over.serving_mast([1_500.0, 5_900.0, 6_100.0], [900.0] * 3).tolist() == [0, 0, 1]
    over.darken("west", 0.0)
    assert over.serving_mast(5_900.0, 900.0).tolist() == [1]
    over.darken("east", 10.0)
    assert over.serving_mast(5_900.0, 900.0).tolist() == [-1]
    assert over.serving_mast(5_900.0, 900.0, now_s=5.0).tolist() == [1]
    assert over.dark_masts(5.0).tolist() == [True, False]


def test_what_is_said_to_a_dark_mast_is_lost_by_its_name() -> None:
    over = network()
    assert send(over, "centre", "east").arrives
    over.darken("east", 5.0)
    lost = send(over, "centre", "east", at_s=5.0)
    assert (lost.lost_because, lost.lost_cause) == ("mast dark", "east")


def test_behind_a_ridge_there_is_no_coverage_until_one_climbs_it() -> None:
    elevation_m = plain()
    elevation_m[:, 80] = 400.0  # a ridge 2.4 km east of the west edge
    over = network(masts=(WEST,), elevation_m=elevation_m)
    over.register("drone", 5_000.0, 900.0, 1.5, "5g")
    assert send(over, "drone").lost_because == "no coverage"
    over.move("drone", 2_415.0, 900.0)
    assert send(over, "drone", number=1).arrives
    over.move("drone", 5_000.0, 900.0, height_m=1_200.0)
    assert send(over, "drone", number=2).arrives


def test_without_masts_only_lines_carry() -> None:
    over = network(masts=())
    over.register("authority", 0.0, 0.0, 5.0, "wired")
    assert send(over, "centre", "authority").arrives
    assert send(over, "by west").lost_because == "no coverage"
    assert over.serving_mast([1_500.0, 2_000.0], [900.0, 900.0]).tolist() == [-1, -1]


def test_off_the_map_there_is_no_coverage() -> None:
    assert network().serving_mast([-5_000.0, 1_500.0], [900.0, 900.0]).tolist() == [-1, 0]


def test_coverage_of_a_place_does_not_depend_on_what_was_asked_before() -> None:
    parameters = LinkParameters()
    x_m, y_m = (values.ravel() for values in np.meshgrid(GRID.x_centres_m[::7], GRID.y_centres_m[::7]))
    whole = network(parameters=parameters)
    one_by_one = network(parameters=parameters)
    backwards = [one_by_one.serving_mast(x, y)[0] for x, y in zip(x_m[::-1], y_m[::-1], strict=True)]
    assert whole.serving_mast(x_m, y_m).tolist() == backwards[::-1]


@pytest.mark.parametrize("kind", ["5g", "lora", "tetra"])
def test_a_place_is_told_the_same_alone_as_among_others(kind: str) -> None:
    ground = 40.0 * np.sin(np.arange(GRID.columns) / 9.0) * np.ones(GRID.shape)
    over = Coverage([WEST, EAST], GRID, ground, LinkParameters(), Luck(3))
    x_m, y_m = np.linspace(-200.0, 12_200.0, 63), np.linspace(-100.0, 1_900.0, 63)
    among_dbm = over.at_points_dbm(kind, x_m, y_m, 2.5)
    alone_dbm = [over.at_point_dbm(kind, x, y, 2.5) for x, y in zip(x_m.tolist(), y_m.tolist(), strict=True)]
    assert np.isneginf(among_dbm).any()
    assert np.isfinite(among_dbm).any()
    assert np.stack(alone_dbm, axis=1).tolist() == among_dbm.tolist()


@pytest.mark.parametrize(("law", "path_loss_db"), [("uma", uma_path_loss_db), ("rma", rma_path_loss_db)])
def test_power_is_what_leaves_the_mast_less_the_loss_on_the_way_over_the_ground(law: str, path_loss_db) -> None:  # type: ignore[no-untyped-def]
    rows, columns = np.mgrid[: GRID.rows, : GRID.columns]
    elevation_m = (80.0 * np.sin(columns / 9.0) * np.cos(rows / 7.0)).astype(np.float32)
    cover = Coverage((WEST, EAST), GRID, elevation_m, QUIET.model_copy(update={"path_loss": law}), Luck(1))
    random = np.random.default_rng(1)
    x_m, y_m = random.uniform(100.0, 11_900.0, 60), random.uniform(100.0, 1_700.0, 60)
    sees = 0
    for mast, power_dbm in zip((WEST, EAST), cover.at_points_dbm("5g", x_m, y_m, 2.5), strict=True):
        (mast_row, mast_column), (row, column) = GRID.position_at(mast.x_m, mast.y_m), GRID.position_at(x_m, y_m)
        in_sight = line_of_sight(elevation_m, 30.0, mast_column, mast_row, mast.height_m, column, row, 2.5)
        ground_m = elevation_m[row.astype(int), column.astype(int)].astype(float)
        rise_m = float(elevation_m[int(mast_row), int(mast_column)]) + mast.height_m - ground_m - 2.5
        away_m = np.hypot(x_m - mast.x_m, y_m - mast.y_m)
        loss_db = path_loss_db(away_m, QUIET.five_g.frequency_ghz, in_sight, mast.height_m, 2.5, rise_m)
        np.testing.assert_allclose(power_dbm, mast.eirp_dbm - loss_db, rtol=0.0, atol=1e-9)
        sees += int(in_sight.sum())
    assert 10 < sees < 110


def test_camera_video_slows_messages_on_its_own_mast_alone() -> None:
    parameters = QUIET.model_copy(update={"five_g": FiveG(rate_bit_s=1e6), "latency_factor": 0.0})
    free, busy = network(parameters=parameters), network(parameters=parameters)
    for camera in range(3):
        busy.register(f"camera {camera}", 1_200.0, 900.0, 10.0, "5g", stream_bit_s=0.3e6)
    by_west = send(busy, "by west").delivered_s / send(free, "by west").delivered_s
    by_east = send(busy, "by east").delivered_s / send(free, "by east").delivered_s
    assert by_west == pytest.approx(10.0, rel=0.1)  # a tenth of the rate is left
    assert by_east == pytest.approx(1.0, abs=1e-9)


def test_video_slows_the_mast_that_serves_its_sender_now() -> None:
    parameters = QUIET.model_copy(update={"five_g": FiveG(rate_bit_s=1e6), "latency_factor": 0.0})
    free, busy = network(parameters=parameters), network(parameters=parameters)
    busy.register("drone", 1_200.0, 900.0, 100.0, "5g", stream_bit_s=0.9e6)

    def factors(number: int) -> list[float]:
        """How much longer messages take by each mast. They are minutes apart: none waits for another."""
        at_s = 600.0 * number
        taken_s = [
            [send(over, f"by {side}", "centre", number, at_s).delivered_s - at_s for over in (busy, free)]
            for side in ("west", "east")
        ]
        return [slow_s / fast_s for slow_s, fast_s in taken_s]

    assert factors(0) == pytest.approx([10.0, 1.0], rel=0.1)
    assert factors(1) == pytest.approx([10.0, 1.0], rel=0.1)
    busy.move("drone", 10_800.0, 900.0)
    assert factors(2) == pytest.approx([1.0, 10.0], rel=0.1)
    busy.move("drone", 5_900.0, 900.0)  # served by the west as long as that stands
    assert factors(3) == pytest.approx([10.0, 1.0], rel=0.1)
    busy.darken("west", 2_100.0)
    slow, fast = (send(over, "by east", number=4, at_s=2_400.0).delivered_s - 2_400.0 for over in (busy, free))
    assert slow / fast == pytest.approx(10.0, rel=0.1)


def test_a_mast_sends_one_message_after_another() -> None:
    parameters = QUIET.model_copy(
        update={"five_g": FiveG(rate_bit_s=2_400.0, loss_fraction=0.0), "latency_factor": 0.0}
    )
    over = network(parameters=parameters)
    arrivals_s = [send(over, "by west", number=i).delivered_s for i in range(4)]
    # 200 bytes and 100 of headers at 2,400 bit/s: one second each.
    assert arrivals_s == pytest.approx([1.0, 2.0, 3.0, 4.0], abs=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_latency_is_small_against_detection(kind: str) -> None:
    over = network()
    over.register("device", 1_500.0, 900.0, 3.0, kind)  # type: ignore[arg-type]
    arrivals_s = np.array([send(over, "device", number=i, at_s=100.0 * i).delivered_s - 100.0 * i for i in range(300)])
    assert np.isfinite(arrivals_s).mean() > 0.99
    assert np.median(arrivals_s) < 0.1 * DETECTION_S
    assert np.quantile(arrivals_s[np.isfinite(arrivals_s)], 0.99) < 0.3 * DETECTION_S


def test_two_seeds_have_other_luck_and_one_seed_the_same() -> None:
    parameters = QUIET.model_copy(update={"five_g": FiveG(loss_fraction=0.5, retries=0)})

    def fates(seed: int) -> list[Delivery]:
        over = network(parameters=parameters, seed=seed)
        return [send(over, "by west", number=i) for i in range(50)]

    assert fates(1) == fates(1)
    assert fates(1) != fates(2)


def test_shadowing_moves_the_edge_of_coverage_both_ways() -> None:
    x_m, y_m = (values.ravel() for values in np.meshgrid(GRID.x_centres_m, GRID.y_centres_m))
    smooth, rough = network(masts=(WEST,)), network(masts=(WEST,), parameters=LinkParameters())
    covered, by_luck = smooth.coverage(x_m, y_m)[0], rough.coverage(x_m, y_m)[0]
    assert (covered & ~by_luck).any()
    assert (by_luck & ~covered).any()
    assert by_luck.mean() == pytest.approx(covered.mean(), abs=0.1)


def test_what_is_unknown_is_refused_with_a_remedy() -> None:
    over = network()
    with pytest.raises(ValueError, match="nobody"):
        send(over, "nobody")
    with pytest.raises(ValueError, match="already"):
        over.register("centre", 0.0, 0.0, 1.5, "wired")
    with pytest.raises(ValueError, match="no mast"):
        over.darken("centre", 0.0)
    with pytest.raises(ValueError, match="no kind"):
        over.register("x", 0.0, 0.0, 1.5, "6g")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="off the map"):
        network(masts=(replace(WEST, x_m=-1.0),))


@pytest.mark.parametrize("kind", [FiveG, LoRa, Tetra])
def test_a_latency_range_the_wrong_way_round_is_refused(kind: type) -> None:
    with pytest.raises(ValueError, match="below latency_min_s"):
        kind(latency_min_s=20.0, latency_max_s=1.0)
