"""The run folder's content: fields, shapes in longitude and latitude, alerts, the plan as a chief would read it."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

import firesim
from firesim.command.cap import documents
from firesim.outcomes.zones import zone_times
from firesim.place.geojson import feature
from firesim.place.shapes import rings_of
from firesim.record import write_run
from firesim.simulate.advised import ground_of
from firesim.simulate.plan import plan_text
from firesim.simulate.result import Run
from firesim.simulate.routes import route_features, route_files
from firesim.simulate.shapes import map_shapes
from firesim.simulate.triggers import trigger_boundaries, triggers_table

PERIMETER_EVERY_S = 900.0


def write_folder(run: Run, folder: Path) -> None:
    """Write every table, field, shape and text of a run into `folder`."""
    texts = {
        "perimeters.geojson": _collection(_perimeters(run)),
        "routes.geojson": _collection(route_features(run)),
        "map.geojson": _collection(map_shapes(run)),
        "plan.md": plan_text(run),
        "zones.csv": _zones(run),
        "triggers.csv": triggers_table(run),
        **alert_documents(run),
        **route_files(run),
    }
    write_run(folder, run.scenario.text, facts(run), run.tables, fields(run), texts)


def facts(run: Run) -> dict[str, Any]:
    """`run.json`: what ran, on what, how long it took, and every warning. Wall times alone differ between runs."""
    scenario, grid = run.scenario, run.scenario.place.grid
    return {
        "firesim": firesim.__version__,
        "python": platform.python_version(),
        "scenario": scenario.name,
        "scenario_hash": scenario.fingerprint,
        "strategy": run.strategy,
        "devices": list(scenario.strategies[run.strategy].devices),
        "channels": list(scenario.strategies[run.strategy].channels),
        "seed": run.seed,
        "replicate": run.replicate,
        "start": scenario.fields.start.isoformat(),
        "horizon_s": scenario.horizon_s,
        "ignited_s": scenario.ignited_s,
        "ignition_xy_m": list(scenario.ignition_xy_m),
        "crs": grid.crs,
        "grid": {
            "rows": grid.rows, "columns": grid.columns, "cell_size_m": grid.cell_size_m,
            "x_west_m": grid.x_west_m, "y_south_m": grid.y_south_m,
        },
        "fire_model": "surface fire only",
        "outcomes": dict(run.outcomes),
        "warnings": run.warnings,
        "wall_s": run.wall_s,
    }  # fmt: skip


def fields(run: Run) -> xr.Dataset:
    """`fields.nc`: the true fire on y, x and what was believed of it at each forecast. Never is NaN."""
    grid = run.scenario.place.grid

    def layer(values: Any, long_name: str, units: str) -> Any:
        return (("y", "x"), values, {"long_name": long_name, "units": units})

    def burnt(values: Any) -> Any:
        return np.where(np.isfinite(run.arrival_time_s), values, np.nan).astype(np.float32)

    arrival_s = np.where(np.isfinite(run.arrival_time_s), run.arrival_time_s, np.nan)
    data: dict[str, Any] = {
        "arrival_time_s": layer(arrival_s, "fire arrival time from the scenario's start", "s"),
        "fireline_intensity_kw_m": layer(burnt(run.fireline_intensity_kw_m), "Byram fireline intensity", "kW m-1"),
        "flame_length_m": layer(burnt(run.flame_length_m), "flame length", "m"),
        "elevation_m": layer(run.scenario.place.terrain.elevation_m.astype(np.float32), "ground elevation", "m"),
        "is_land": layer(run.scenario.place.landcover.is_land.astype(np.int8), "land", "1"),
    }
    believed = {
        "believed_arrival_time_s": ("arrival_time_s", "middle arrival time as believed"),
        "believed_early_arrival_time_s": ("early_arrival_time_s", "early arrival time as believed"),
        "believed_late_arrival_time_s": ("late_arrival_time_s", "late arrival time as believed"),
    }
    for name, (attribute, long_name) in believed.items():
        stack = np.array([getattr(belief, attribute) for belief in run.beliefs], dtype=np.float32)
        stack = stack.reshape(len(run.beliefs), *grid.shape)
        stack[~np.isfinite(stack)] = np.nan
        data[name] = (("believed_at_s", "y", "x"), stack, {"long_name": long_name, "units": "s"})
    data["seen_s"] = (
        ("believed_at_s",),
        np.array([belief.seen_s for belief in run.beliefs], dtype=np.float64),
        {"long_name": "when the newest report behind the belief was seen", "units": "s"},
    )
    coordinates = {
        "x": ("x", grid.x_centres_m, {"long_name": "easting", "units": "m"}),
        "y": ("y", grid.y_centres_m, {"long_name": "northing", "units": "m"}),
        "believed_at_s": ("believed_at_s", np.array([one.believed_at_s for one in run.beliefs], dtype=np.float64)),
    }
    attributes = {"crs": grid.crs or "plain", "fire_model": "surface fire only", "firesim": firesim.__version__}
    return xr.Dataset(data, coords=coordinates, attrs=attributes)


def _zones(run: Run) -> str:
    """Available and required safe time of each zone with people at risk; see `outcomes.zones.zone_times`."""
    scenario = run.scenario
    table = zone_times(run.tables["people"], scenario.ignited_s, scenario.horizon_s)
    return table.to_csv(index=False, lineterminator="\n", float_format="%.3f")


def _collection(features: Sequence[dict[str, Any]]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}, ensure_ascii=False) + "\n"


def _perimeters(run: Run) -> list[dict[str, Any]]:
    """The true fire's outline every quarter of an hour since ignition, each believed one, and trigger boundaries."""
    scenario, fire = run.scenario, run.clockwork.truth.fire
    grid, result = scenario.place.grid, []
    for at_s in np.arange(scenario.ignited_s + PERIMETER_EVERY_S, scenario.horizon_s + 1.0, PERIMETER_EVERY_S):
        for ring in fire.rings(float(at_s)):
            properties = {"kind": "true", "time_s": float(at_s), "since_ignition_min": (at_s - scenario.ignited_s) / 60}
            result.append(feature(grid, "Polygon", [ring], properties))
    for belief in run.beliefs:
        for ring in rings_of(np.asarray(belief.arrival_time_s, dtype=np.float64), belief.believed_at_s, grid):
            properties = {
                "kind": "believed", "time_s": belief.believed_at_s, "age_s": belief.believed_at_s - belief.seen_s,
            }  # fmt: skip
            result.append(feature(grid, "Polygon", [ring], properties))
    return result + trigger_boundaries(run)


def alert_documents(run: Run) -> dict[str, str]:
    """CAP 1.2 drafts by path, one a channel and zone; their identifiers name scenario, strategy, seed and replicate."""
    series = f"{run.scenario.name}-{run.scenario.fingerprint[:8]}-{run.strategy}-s{run.seed}-r{run.replicate}"
    issued = [(alert, issued.time_s) for issued, alert in run.clockwork.centre.alerts()]
    return {f"alerts/{name}": text for name, text in documents(issued, ground_of(run), series).items()}
