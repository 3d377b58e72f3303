"""How exact and how fast the moving front is: the plain job against the exact ellipse, change in mid-run, hills.

Run with `python benchmarks/front.py [--quick]`. Rates are burnt cells per CPU second of one core, fire behaviour
included, compilation left out; errors are of arrival time beyond ten cells from the ignition. Goals: error 0.2 %
median, 0.7 % 95th percentile, 3 % largest up to a length of 3.5 widths, 0.5 / 2 / 4 % up to 5; area 0.3 %; 0.5 M
cells/s, 1 M with the fast solver, 2000 at 80 % of the rate of 400, 80 % with changes in mid-run; area from a point
within 2 % of the law from the first minute on; hills 0.3 M cells/s and an overlap of 0.95 with a grid four times
finer; 40 bytes a cell beyond input and output; 100 members on 400 x 400 in 10 s.
"""

from __future__ import annotations

import sys
import tracemalloc
from collections import defaultdict
from math import cos, radians, sin, sqrt
from time import process_time

import numpy as np

from firesim.fire.acceleration import OPEN_FUEL_PER_MIN
from firesim.fire.arrival import EXACT, FAST, Tolerance
from firesim.fire.front import Front
from firesim.fire.moisture import Moisture
from firesim.fire.spread import FireWeather, Landscape, SpreadingFire, spread_field
from firesim.fire.tiles import Spread

CELL_M = 30.0
SH5, GR2, GS2, TU5, NB1 = 145, 102, 122, 165, 91
MOISTURE = Moisture(0.06, 0.07, 0.08, 0.60, 0.90)
# Where the fire starts, in shares of the grid (row, column), and how far its head goes.
STARTS = {270: (0.50, 0.10, 0.80), 255: (0.74, 0.14, 0.68), 240: (0.80, 0.14, 0.68), 225: (0.84, 0.16, 0.68)}


def plain_land(size: int) -> Landscape:
    level = np.zeros((size, size), np.float32)
    return Landscape(CELL_M, np.full((size, size), SH5, np.int16), level, level)


def plain_weather(wind_from_deg: float = 270.0, wind_m_s: float = 5.0) -> FireWeather:
    return FireWeather(wind_m_s, wind_from_deg, MOISTURE)


def exact_s(size: int, start: tuple[int, int], rate: float, toward_deg: float, e: float) -> np.ndarray:
    """Arrival by the ellipse with the ignition at its rear focus."""
    rows, columns = np.mgrid[:size, :size]
    dx, dy = columns - start[1], rows - start[0]
    ahead = dx * sin(radians(toward_deg)) - dy * cos(radians(toward_deg))
    return np.asarray(CELL_M * (np.hypot(dx, dy) - e * ahead) / (rate * (1.0 - e)))


def errors(arrival_s: np.ndarray, exact: np.ndarray, until_s: float) -> str:
    beyond = (exact <= until_s) & np.isfinite(arrival_s)
    rows, columns = np.nonzero(exact == 0.0)
    y, x = np.mgrid[: exact.shape[0], : exact.shape[1]]
    beyond &= np.hypot(y - rows[0], x - columns[0]) > 10
    error = 100.0 * np.abs(arrival_s[beyond] / exact[beyond] - 1.0)
    return f"{np.median(error):7.3f} {np.percentile(error, 95):7.3f} {error.max():6.2f}"


def plain(size: int, wind_from_deg: int, tolerance: Tolerance = EXACT) -> float:
    """One plain job; prints its line and returns cells per second."""
    row_share, column_share, reach = STARTS[wind_from_deg]
    start = (int(row_share * size), int(column_share * size))
    land = plain_land(size)
    field = spread_field(plain_land(2), plain_weather(wind_from_deg))
    rate, e = float(field.head_rate_m_s[0, 0]), float(field.eccentricity[0, 0])
    until_s = reach * size * CELL_M / rate
    began = process_time()
    fire = SpreadingFire(land, acceleration_per_min=None, tolerance=tolerance)
    fire.set_weather(0.0, plain_weather(wind_from_deg))
    fire.ignite_point(start[1] + 0.5, start[0] + 0.5, 0.0)
    fire.advance(until_s)
    cpu_s = process_time() - began
    arrival = fire.arrival_time_s
    cells = int(np.isfinite(arrival).sum())
    exact = exact_s(size, start, rate, (wind_from_deg + 180.0) % 360.0, e)
    half_length = reach * size / (1.0 + e)
    area = 100.0 * (fire.area_m2(until_s) / CELL_M**2 / (np.pi * half_length**2 * sqrt(1.0 - e * e)) - 1.0)
    print(
        f"{size:5d}  from {wind_from_deg}  {cells:8d} cells {cpu_s:6.2f} s {cells / cpu_s / 1e6:6.2f} M/s"
        f"   error {errors(arrival, exact, until_s)} %   area {area:+.2f} %"
    )
    return cells / cpu_s


def shapes(size: int, tolerance: Tolerance = EXACT) -> None:
    """Given rates, at other lengths to width."""
    for ratio in (1.0, 2.5, 3.5, 5.0):
        for wind_from_deg, (row_share, column_share, reach) in STARTS.items():
            e, rate, toward = sqrt(1.0 - ratio**-2), 0.3436, (wind_from_deg + 180.0) % 360.0
            reach = min(reach, 0.45) if ratio == 1.0 else reach
            row_share, column_share = (0.5, 0.5) if ratio == 1.0 else (row_share, column_share)
            start = (int(row_share * size), int(column_share * size))
            until_s = reach * size * CELL_M / rate
            front = Front((size, size), CELL_M, tolerance=tolerance)
            began = process_time()
            front.set_spread(0.0, Spread(rate, toward, e))
            front.ignite_point(start[1] + 0.5, start[0] + 0.5, 0.0)
            front.advance(until_s)
            cpu_s = process_time() - began
            arrival = front.arrival_time_s
            cells = int(np.isfinite(arrival).sum())
            line = errors(arrival, exact_s(size, start, rate, toward, e), until_s)
            half_length = reach * size / (1.0 + e)
            area = 100.0 * (front.burnt_cells(until_s) / (np.pi * half_length**2 * sqrt(1.0 - e * e)) - 1.0)
            print(
                f"{size:5d}  from {wind_from_deg}  length/width {ratio:.1f}"
                f" {cells / cpu_s / 1e6:6.2f} M/s   error {line} %   area {area:+.2f} %"
            )


def changing(size: int) -> None:
    """The plain job with a barrier, a drop and hourly weather that repeats or turns, beside itself undisturbed.

    Each in turn, seven times: the best of each, and the median of each beside the undisturbed one of its turn. The
    barrier is a line thinner than a cell.
    """
    land = plain_land(size)
    rate = float(spread_field(plain_land(2), plain_weather()).head_rate_m_s[0, 0])
    until_s = 0.8 * size * CELL_M / rate
    line = [(0.5 * size, 0.3 * size), (0.5 * size, 0.5 * size)]
    drop = np.zeros((size, size), np.bool_)
    drop[int(0.5 * size) : int(0.6 * size), int(0.6 * size) : int(0.62 * size)] = True
    hours = range(1, int(until_s / 3600.0) + 1)
    cells: dict[str, int] = {}
    cpu_s: dict[str, float] = {}
    rates: dict[str, list[float]] = defaultdict(list)
    for _ in range(7):
        for how, turned_deg in (("undisturbed", 0.0), ("the same each hour", 0.0), ("turning each hour", 5.0)):
            began = process_time()
            fire = SpreadingFire(land, acceleration_per_min=None)
            fire.set_weather(0.0, plain_weather())
            fire.ignite_point(int(0.1 * size) + 0.5, int(0.5 * size) + 0.5, 0.0)
            for hour in hours if how != "undisturbed" else ():
                fire.set_weather(3600.0 * hour, plain_weather(270.0 + turned_deg * (hour % 2)))
                if hour == len(hours) // 2:
                    fire.bar(line, fire.now_s)
                    fire.slow(drop, 0.3, fire.now_s)
            fire.advance(until_s)
            took_s = process_time() - began
            cpu_s[how] = min(cpu_s.get(how, np.inf), took_s)
            cells[how] = int(np.isfinite(fire.arrival_time_s).sum())
            rates[how].append(cells[how] / took_s)
    whole = cells["undisturbed"] / cpu_s["undisturbed"]
    for how, burnt in cells.items():
        print(
            f"{size:5d}  {how:18s} {burnt:8d} cells {cpu_s[how]:6.3f} s {burnt / cpu_s[how] / 1e6:6.2f} M/s,"
            f" {100.0 * burnt / cpu_s[how] / whole:.0f} % of the undisturbed rate,"
            f" {100.0 * np.median(np.divide(rates[how], rates['undisturbed'])):.0f} % by pairs"
        )


def turned(size: int, finer: int) -> tuple[float, np.ndarray]:
    """Area in coarse cells, and arrival, of a fire whose wind turns by 90 degrees half way."""
    e, until_s = sqrt(1.0 - 2.2**-2), 0.5 * size * CELL_M / 0.3436
    front = Front((size * finer, size * finer), CELL_M / finer)
    front.set_spread(0.0, Spread(0.3436, 90.0, e))
    front.ignite_point((0.2 * size + 0.5) * finer, (0.7 * size + 0.5) * finer, 0.0)
    front.set_spread(0.5 * until_s, Spread(0.3436, 0.0, e))
    front.advance(until_s)
    return front.burnt_cells(until_s) / finer**2, front.arrival_time_s


def turning(size: int) -> None:
    (area, coarse), (fine_area, fine) = turned(size, 1), turned(size, 4)
    centres = 0.25 * (fine[1::4, 1::4] + fine[2::4, 1::4] + fine[1::4, 2::4] + fine[2::4, 2::4])
    both = np.isfinite(centres) & np.isfinite(coarse) & (centres > 1000.0)
    late = 100.0 * np.median(np.abs(coarse[both] / centres[both] - 1.0))
    print(
        f"{size:5d}  wind turned by 90 degrees: area {100 * (area / fine_area - 1):+.2f} %, arrival {late:.2f} % median"
    )


def hills_land(size: int, finer: int = 1) -> Landscape:
    """The hills of the comparison with other programs; x east and y north from the south-west corner."""
    cell_m = CELL_M / finer
    x = ((np.arange(size * finer) + 0.5) * cell_m)[None, :]
    y = ((size * finer - np.arange(size * finer) - 0.5) * cell_m)[:, None]
    wave_x, wave_y = 2 * np.pi / 3000, 2 * np.pi / 3900
    east = 150 * wave_x * np.cos(wave_x * x) * np.cos(wave_y * y)
    north = -150 * wave_y * np.sin(wave_x * x) * np.sin(wave_y * y)
    slope = np.degrees(np.arctan(np.hypot(east, north))).astype(np.float32)
    aspect = (np.degrees(np.arctan2(-east, -north)) % 360.0).astype(np.float32)
    k = (7 * (x // 750).astype(np.int64) + 13 * (y // 750).astype(np.int64)) % 10
    fuel = np.choose(k, [SH5] * 5 + [GR2] * 2 + [GS2] * 2 + [TU5]).astype(np.int16)
    fuel[(k == 9) & (x % 750 >= 630)] = NB1
    return Landscape(cell_m, fuel, slope, aspect)


def hills(size: int, finer: int, until_s: float) -> np.ndarray:
    land = hills_land(size, finer)
    began = process_time()
    fire = SpreadingFire(land, acceleration_per_min=None)
    fire.set_weather(0.0, plain_weather())
    fire.ignite_point((0.1 * size + 0.5) * finer, (0.5 * size - 0.5) * finer, 0.0)
    fire.advance(until_s)
    cpu_s = process_time() - began
    burnt = np.isfinite(fire.arrival_time_s)
    print(
        f"{size:5d}  hills, cells of {land.cell_size_m:.1f} m: {burnt.sum():8d} cells"
        f" {burnt.sum() / cpu_s / 1e6:.2f} M/s"
    )
    return burnt


def hills_overlap(size: int, until_s: float) -> None:
    coarse, fine = hills(size, 1, until_s), hills(size, 4, until_s)
    coarse = np.repeat(np.repeat(coarse, 4, 0), 4, 1)
    print(f"{size:5d}  hills: overlap with a grid four times finer {(coarse & fine).sum() / (coarse | fine).sum():.3f}")


def growing() -> None:
    """A fire from a point, growing by the law of acceleration, as cells of three sizes hold it: level and tilted."""
    for cell_m in (10.0, 30.0, 90.0):
        for wind_m_s, wind_from_deg, slope_deg, aspect_deg in (
            (5.0, 270.0, 0.0, 0.0), (5.0, 250.0, 0.0, 0.0), (10.0, 240.0, 0.0, 0.0), (14.0, 225.0, 0.0, 0.0),
            (5.0, 180.0, 25.0, 180.0), (5.0, 270.0, 25.0, 180.0), (10.0, 240.0, 20.0, 200.0),
        ):  # fmt: skip
            worst, at_min, of_min = grown(cell_m, wind_m_s, wind_from_deg, slope_deg, aspect_deg)
            ground = f"slope {slope_deg:.0f} facing {aspect_deg:.0f}" if slope_deg else "level"
            print(
                f"cells of {cell_m:2.0f} m, wind {wind_m_s:2.0f} m/s from {wind_from_deg:.0f}, {ground:19s}: area errs"
                f" most by {worst:+.2f} %, at {at_min} of {of_min} min"
            )


def growing_thin() -> None:
    """The same where ellipses are long, of all angles the worst; growing, and steady from the start."""
    for wind_m_s in (14.0, 16.0, 17.0, 20.0):
        e = float(spread_field(plain_land(2), plain_weather(270.0, wind_m_s)).eccentricity[0, 0])
        for cell_m in (10.0, 30.0, 90.0):
            told = []
            for per_min in (OPEN_FUEL_PER_MIN, None):
                ends = [grown(cell_m, wind_m_s, angle, per_min=per_min)[0] for angle in (270.0, 247.0, 240.0, 225.0)]
                told.append(max(ends, key=abs))
            print(
                f"cells of {cell_m:2.0f} m, wind {wind_m_s:2.0f} m/s, {1.0 / sqrt(1.0 - e * e):.1f} widths long:"
                f" area errs most by {told[0]:+.2f} % growing, {told[1]:+.2f} % steady"
            )


def grown(
    cell_m: float,
    wind_m_s: float,
    wind_from_deg: float,
    slope_deg: float = 0.0,
    aspect_deg: float = 0.0,
    per_min: float | None = OPEN_FUEL_PER_MIN,
) -> tuple[float, int, int]:
    """The greatest error of the area of a fire from a point [%], in which minute, of how many."""
    shape = (360, 480)
    slope, aspect = (np.full(shape, value, np.float32) for value in (slope_deg, aspect_deg))
    fire = SpreadingFire(Landscape(cell_m, np.full(shape, SH5, np.int16), slope, aspect), per_min)
    fire.set_weather(0.0, plain_weather(wind_from_deg, wind_m_s))
    fire.ignite_point(120.3, 240.6 if wind_from_deg == 225.0 else 180.6, 0.0)
    law = fire.young_fire
    assert law is not None
    worst, at_min = 0.0, 0
    for minute in range(1, 241):
        if law.head_distance_m(60.0 * minute) > 180 * cell_m:
            break
        fire.advance(60.0 * minute)
        error = 100.0 * (fire.area_m2(60.0 * minute) / law.area_m2(60.0 * minute) - 1.0)
        if abs(error) > abs(worst):
            worst, at_min = error, minute
    return worst, at_min, minute


def ensemble(size: int, members: int) -> None:
    """Copies of a burning fire, each under a wind of its own, as a forecast makes them."""
    land = plain_land(size)
    rate = float(spread_field(plain_land(2), plain_weather()).head_rate_m_s[0, 0])
    until_s = 0.8 * size * CELL_M / rate
    fire = SpreadingFire(land, acceleration_per_min=None)
    fire.set_weather(0.0, plain_weather())
    fire.ignite_point(0.1 * size + 0.5, 0.5 * size + 0.5, 0.0)
    fire.advance(0.1 * until_s)
    began, copied_s = process_time(), 0.0
    for member in range(members):
        copying = process_time()
        twin = fire.copy()
        copied_s += process_time() - copying
        twin.set_weather(0.1 * until_s, plain_weather(260.0 + 20.0 * member / members))
        twin.advance(until_s)
    print(
        f"{size:5d}  {members} members: {process_time() - began:.2f} s, of which copying {copied_s:.3f} s"
        f" ({1e3 * copied_s / members:.2f} ms each)"
    )


def memory() -> None:
    """Growth of all arrays at their greatest from 400 to 2000, counted one by one, without the input."""
    most = {size: memory_of(size) for size in (400, 2000)}
    print(f"arrays from 400 to 2000: {(most[2000] - most[400]) / (2000**2 - 400**2):.1f} B a cell beyond the input")


def memory_of(size: int) -> int:
    """Greatest memory of the arrays of a fire on the plain job beyond its input. [B]"""
    land = plain_land(size)
    tracemalloc.start()
    fire = SpreadingFire(land, acceleration_per_min=None)
    fire.set_weather(0.0, plain_weather())
    fire.ignite_point(0.1 * size, 0.5 * size, 0.0)
    fire.advance(0.8 * size * CELL_M / 0.34352)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def compile_all() -> None:
    """A small fire through every kernel, so that no compilation is timed."""
    for land in (plain_land(60), hills_land(60)):
        fire = SpreadingFire(land, acceleration_per_min=None)
        fire.set_weather(0.0, plain_weather())
        fire.ignite_point(20.5, 30.5, 0.0)
        fire.set_weather(600.0, plain_weather(250.0))
        fire.block(np.eye(60, dtype=np.bool_), 900.0)
        fire.slow(np.eye(60, k=5, dtype=np.bool_), 0.5, 1200.0)
        fire.advance(5000.0)
        fire.area_m2(5000.0)


def main() -> None:
    quick = "--quick" in sys.argv
    sizes = (400,) if quick else (400, 1000, 2000)
    compile_all()
    print("the plain job: error median, 95th percentile, largest")
    rate = {size: [plain(size, wind_from_deg) for wind_from_deg in STARTS] for size in sizes}
    if not quick:
        print(f"rate at 2000 over rate at 400: {np.median(rate[2000]) / np.median(rate[400]):.2f}")
    shapes(400)
    print("the fast solver")
    for size in sizes:
        for wind_from_deg in STARTS:
            plain(size, wind_from_deg, FAST)
    shapes(400, FAST)
    print("growth from a point, minute by minute")
    growing()
    if not quick:
        growing_thin()
    print("changes, turning wind, an ensemble, hills")
    size = 400 if quick else 1000
    changing(size)
    ensemble(400, 10 if quick else 100)
    turning(100 if quick else 200)
    if quick:
        hills(400, 1, 20_000.0)
    else:
        hills_overlap(1000, 55_886.0)
        memory()


if __name__ == "__main__":
    main()
