"""The map of a run: truth solid, belief dashed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from firesim.place.grid import Grid
from firesim.plots.style import (
    BLACK,
    BLUE,
    FATE_COLOURS,
    GREEN,
    ORANGE,
    PURPLE,
    VERMILION,
    YELLOW,
    caption,
    hillshade,
    scale_bar,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from firesim.record import StoredRun

ROAD_WIDTHS = {"main": 2.2, "secondary": 1.5, "minor": 1.1, "town": 1.1}
SITE_MARKERS = {
    "mast": ("^", PURPLE, "mast"),
    "camera": ("s", BLUE, "camera"),
    "gas": (".", BLUE, "gas node"),
    "drone": ("P", BLUE, "drone box"),
    "lookout": ("v", BLUE, "lookout"),
    "refuge": ("*", YELLOW, "refuge, people it holds"),
    "last_resort": ("h", "white", "last resort, too near to fuel"),
    "landing": ("_", BLACK, "landing of boats"),
}


def island_map(run: StoredRun, ax: Axes | None = None) -> Axes:
    """Draw the island with what burnt, what was believed to burn, who went where, and what became of them.

    Isochrones of the true fire are labelled in minutes since ignition; the true perimeter is solid, the
    perimeter the centre last believed is dashed with the age of what it knew. A trigger boundary, dash and dot, is
    where fire from inside comes to a zone or its way out before its people are through. Axes are in kilometres of the
    map.
    """
    import matplotlib.pyplot as plt

    ax = ax or plt.gca()
    fields = run.fields
    x_km, y_km = fields["x"].to_numpy() / 1000.0, fields["y"].to_numpy() / 1000.0
    half = abs(x_km[1] - x_km[0]) / 2
    extent = (x_km[0] - half, x_km[-1] + half, y_km[-1] - half, y_km[0] + half)
    _ground(ax, run, extent)
    shapes = _map_shapes(run)
    _roads(ax, shapes)
    _fire(ax, run, x_km, y_km)
    _belief(ax, run, x_km, y_km)
    _triggers(ax, run)
    _routes(ax, run)
    _boat_tracks(ax, shapes)
    _sites(ax, shapes, _present(run))
    _rooms(ax, shapes)
    _units(ax, run)
    _fates(ax, run, shapes)
    land = fields["is_land"].to_numpy().astype(bool)
    rows, columns = np.flatnonzero(land.any(axis=1)), np.flatnonzero(land.any(axis=0))
    ax.set_xlim(x_km[columns[0]] - 0.6, x_km[columns[-1]] + 0.6)
    ax.set_ylim(y_km[rows[-1]] - 0.6, y_km[rows[0]] + 0.6)
    ax.set_aspect("equal")
    ax.set_xlabel(f"easting [km, {run.facts['crs']}]")
    ax.set_ylabel(f"northing [km, {run.facts['crs']}]")
    scale_bar(ax, 2.0)
    ax.legend(loc="upper left", fontsize=8, framealpha=0.9, ncols=2)
    caption(ax, run, "Circles: people of a zone by fate, area by number. Coast © OpenStreetMap contributors, ODbL.")
    return ax


def _grid(run: StoredRun) -> Grid:
    facts = run.facts
    return Grid(**facts["grid"], crs=facts["crs"])


def _map_shapes(run: StoredRun) -> dict[str, Any]:
    """The shapes of the run's map with coordinates in metres."""
    grid, shapes = _grid(run), run.geojson("map")
    for shape in shapes["features"]:
        lon_lat = np.atleast_2d(np.array(shape["geometry"]["coordinates"], dtype=float))
        xy_m = np.column_stack(grid.from_lon_lat(lon_lat[:, 0], lon_lat[:, 1]))
        shape["geometry"]["coordinates"] = xy_m if shape["geometry"]["type"] == "LineString" else xy_m[0]
    return shapes


def _ground(ax: Axes, run: StoredRun, extent: tuple[float, float, float, float]) -> None:
    elevation = run.fields["elevation_m"].to_numpy().astype(float)
    land = run.fields["is_land"].to_numpy().astype(bool)
    cell_size_m = float(abs(run.fields["x"][1] - run.fields["x"][0]))
    shade = np.where(land, 0.62 + 0.38 * hillshade(elevation, cell_size_m), np.nan)
    ax.set_facecolor("#DDEAF3")
    ax.imshow(shade, extent=extent, cmap="gray", vmin=0.0, vmax=1.0, interpolation="bilinear", zorder=0)
    ax.contour(land.astype(float), levels=[0.5], extent=extent, origin="upper", colors="0.45", linewidths=0.6, zorder=1)


def _roads(ax: Axes, shapes: dict[str, Any]) -> None:
    for feature in _of_kind(shapes, "road"):
        path = np.array(feature["geometry"]["coordinates"]) / 1000.0
        road_class = feature["properties"]["road_class"]
        width, style = ROAD_WIDTHS.get(road_class, 0.8), "-" if road_class in ROAD_WIDTHS else (0, (3, 2))
        ax.plot(path[:, 0], path[:, 1], color="0.35", linewidth=width, linestyle=style, zorder=3)
    ax.plot([], [], color="0.35", linewidth=2.0, label="road")
    ax.plot([], [], color="0.35", linewidth=0.8, linestyle=(0, (3, 2)), label="track or path")


def _since_ignition_min(run: StoredRun) -> NDArray[np.float64]:
    arrival_s = run.fields["arrival_time_s"].to_numpy().astype(float)
    return (arrival_s - float(run.facts["ignited_s"])) / 60.0


def _fire(ax: Axes, run: StoredRun, x_km: NDArray[np.float64], y_km: NDArray[np.float64]) -> None:
    minutes = _since_ignition_min(run)
    if not np.isfinite(minutes).any():
        return
    end = (float(run.facts["horizon_s"]) - float(run.facts["ignited_s"])) / 60.0
    filled = ax.contourf(x_km, y_km, minutes, levels=np.linspace(0, end, 17), cmap="autumn", alpha=0.45, zorder=2)
    filled.set_rasterized(True)
    step = 15 if end <= 75 else 30
    filled_in = np.where(np.isfinite(minutes), minutes, 10 * end)
    lines = ax.contour(
        x_km, y_km, filled_in, levels=np.arange(step, end, step), colors="#7A2E00", linewidths=0.8, zorder=4
    )
    ax.clabel(lines, fmt=lambda value: f"{value:.0f} min", fontsize=7)
    ax.contour(x_km, y_km, filled_in, levels=[end], colors="#7A0000", linewidths=2.2, zorder=5)
    ax.plot([], [], color="#7A0000", linewidth=2.2, label=f"true perimeter at {end:.0f} min")
    ax.plot([], [], color="#7A2E00", linewidth=0.8, label=f"true fire, every {step} min since ignition")
    x_m, y_m = run.facts["ignition_xy_m"]
    ax.plot(x_m / 1000, y_m / 1000, marker="X", color=VERMILION, markeredgecolor="black", markersize=11, zorder=12,
            linestyle="none", label="ignition")  # fmt: skip


def _belief(ax: Axes, run: StoredRun, x_km: NDArray[np.float64], y_km: NDArray[np.float64]) -> None:
    if "believed_at_s" not in run.fields.dims or run.fields.sizes["believed_at_s"] == 0:
        return
    last = run.fields.isel(believed_at_s=-1)
    at_s = float(last["believed_at_s"])
    believed = last["believed_arrival_time_s"].to_numpy().astype(float)
    inside = np.where(np.isfinite(believed), believed, 1e12)
    if not (inside <= at_s).any():
        return
    minutes = (at_s - float(run.facts["ignited_s"])) / 60.0
    age = (at_s - float(last["seen_s"])) / 60.0
    ax.contour(x_km, y_km, inside, levels=[at_s], colors=BLACK, linewidths=2.0, linestyles="--", zorder=6)
    ax.plot([], [], color=BLACK, linewidth=2.0, linestyle="--",
            label=f"believed perimeter at {minutes:.0f} min\n(newest report then {age:.0f} min old)")  # fmt: skip
    actual = _since_ignition_min(run)
    filled_in = np.where(np.isfinite(actual), actual, 1e9)
    ax.contour(x_km, y_km, filled_in, levels=[minutes], colors=PURPLE, linewidths=1.6, zorder=6)
    ax.plot([], [], color=PURPLE, linewidth=1.6, label=f"true perimeter at {minutes:.0f} min")


def _triggers(ax: Axes, run: StoredRun) -> None:
    """The ground from which fire forces the zones to leave that were first to go: one outline a zone."""
    grid = _grid(run)
    shapes = [one for one in run.geojson("perimeters")["features"] if one["properties"]["kind"] == "trigger"]
    if not shapes:
        return
    ignited_s = float(run.facts["ignited_s"])
    first_s = min(one["properties"]["time_s"] for one in shapes)
    for shape in shapes:
        if shape["properties"]["time_s"] > first_s:
            continue  # later zones lie mostly behind the same ground
        ring = np.array(shape["geometry"]["coordinates"][0])
        x_m, y_m = grid.from_lon_lat(ring[:, 0], ring[:, 1])
        ax.plot(x_m / 1000, y_m / 1000, color=GREEN, linewidth=1.3, linestyle="-.", zorder=6)
    minutes = (first_s - ignited_s) / 60.0
    ax.plot([], [], color=GREEN, linewidth=1.3, linestyle="-.",
            label=f"trigger boundary of a zone to leave\n(order recommended at {minutes:.0f} min)")  # fmt: skip


def _routes(ax: Axes, run: StoredRun) -> None:
    grid = _grid(run)
    routes = [one for one in run.geojson("routes")["features"] if one["properties"]["kind"] == "evacuation"]
    # A later route replaces what the zone was told before.
    last = {one["properties"]["zone"]: one for one in routes}
    labels = {False: "evacuation route in force at the end", True: "evacuation route, withdrawn"}
    for feature in last.values():
        lon_lat = np.array(feature["geometry"]["coordinates"])
        if len(lon_lat) < 2:
            continue
        x_m, y_m = grid.from_lon_lat(lon_lat[:, 0], lon_lat[:, 1])
        is_withdrawn = feature["properties"].get("withdrawn_s") is not None
        ax.plot(x_m / 1000, y_m / 1000, color=BLUE, linewidth=1.7 if is_withdrawn else 3.4,
                linestyle=":" if is_withdrawn else "-", alpha=0.45, zorder=7,
                label=labels.pop(is_withdrawn, None))  # fmt: skip


def _boat_tracks(ax: Axes, shapes: dict[str, Any]) -> None:
    for number, shape in enumerate(_of_kind(shapes, "boat_track")):
        path = np.array(shape["geometry"]["coordinates"]) / 1000.0
        ax.plot(path[:, 0], path[:, 1], color=BLACK, linewidth=1.0, linestyle=(0, (1, 2)), zorder=6,
                label="way of boats with people aboard" if number == 0 else None)  # fmt: skip


def _present(run: StoredRun) -> set[str]:
    """Kinds of site that this strategy has."""
    named = {"gas": "gas", "cameras": "camera", "drone": "drone", "fire_watch": "lookout"}
    return {named[device] for device in run.facts["devices"] if device in named} | {
        "mast", "refuge", "last_resort", "landing",
    }  # fmt: skip


def _sites(ax: Axes, shapes: dict[str, Any], present: set[str]) -> None:
    for kind, (marker, colour, label) in SITE_MARKERS.items():
        points = [feature["geometry"]["coordinates"] for feature in _of_kind(shapes, kind)] if kind in present else []
        if points:
            xy = np.array(points) / 1000.0
            size = {"*": 12, ".": 4, "h": 7, "^": 15}.get(marker, 8)
            face = "none" if kind == "mast" else colour  # cameras and lookouts share the masts' places
            edge, width = (colour, 2.0) if kind == "mast" else ("black", 0.7)
            order = 13 if kind in ("refuge", "last_resort") else 9  # they stand where people are, under no circle
            ax.plot(xy[:, 0], xy[:, 1], marker, color=face, markeredgecolor=edge, markeredgewidth=width,
                    markersize=size, zorder=order, linestyle="none", label=label)  # fmt: skip


def _rooms(ax: Axes, shapes: dict[str, Any]) -> None:
    """How many each refuge holds, beside its sign."""
    from matplotlib.patheffects import withStroke

    for feature in _of_kind(shapes, "refuge"):
        x_km, y_km = np.array(feature["geometry"]["coordinates"]) / 1000.0
        text = ax.annotate(f"{feature['properties']['room']:,}", (x_km, y_km), (6, 4), textcoords="offset points",
                           fontsize=8, fontweight="bold", zorder=13)  # fmt: skip
        text.set_path_effects([withStroke(linewidth=2.0, foreground="white")])


def _units(ax: Axes, run: StoredRun) -> None:
    units = run.tables["units"]
    units = units[~units["kind"].isin(("boat", "bus"))]
    if units.empty:
        return
    last = units.sort_values("end_s", kind="stable").groupby("unit").last()
    ax.plot(last["to_x_m"] / 1000, last["to_y_m"] / 1000, marker="D", color=ORANGE, markeredgecolor="black",
            markersize=7, zorder=11, linestyle="none", label="unit, last place")  # fmt: skip


def _fates(ax: Axes, run: StoredRun, shapes: dict[str, Any]) -> None:
    from matplotlib.patches import Wedge

    people = run.tables["people"]
    counts = people.groupby(["zone_id", "fate"])["people"].sum().unstack(fill_value=0)
    shown = set()
    for feature in _of_kind(shapes, "zone"):
        zone = feature["properties"]["zone"]
        if zone not in counts.index:
            continue
        x_km, y_km = np.array(feature["geometry"]["coordinates"]) / 1000.0
        total = counts.loc[zone].sum()
        radius, angle = 0.07 + 0.0035 * np.sqrt(total), 90.0
        for fate, colour in FATE_COLOURS.items():
            share = counts.loc[zone].get(fate, 0) / total
            if share > 0:
                ax.add_patch(
                    Wedge((x_km, y_km), radius, angle - 360 * share, angle, facecolor=colour, edgecolor="black",
                          linewidth=0.5, zorder=10, label=None if fate in shown else f"people: {fate}")
                )  # fmt: skip
                shown.add(fate)
                angle -= 360 * share


def _of_kind(shapes: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [feature for feature in shapes["features"] if feature["properties"]["kind"] == kind]
