"""Small road networks written as files, read back, and driven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from firesim.evacuation.case import Evacuation, load_evacuation
from firesim.evacuation.drive import Driven
from firesim.evacuation.solve import Options, run_once

KEYS = {
    "x": ("node", "double"), "y": ("node", "double"), "length_m": ("edge", "double"),
    "free_flow_speed_m_s": ("edge", "double"), "lanes": ("edge", "double"), "capacity_veh_h": ("edge", "double"),
    "shared_lane": ("edge", "boolean"),
}  # fmt: skip


@dataclass
class Town:
    """Roads, demand and closures in a folder. `edges`: (u, v, attributes); a demand row is (node, departure_s)."""

    folder: Path
    edges: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    demand: list[tuple[str, float]] = field(default_factory=list)
    closures: list[tuple[str, str, float]] = field(default_factory=list)
    places: dict[str, tuple[float, float]] = field(default_factory=dict)
    crs: str | None = None

    def road(self, u: str, v: str, length_m: float = 100.0, speed_m_s: float = 10.0, **more: Any) -> None:
        """One direction of a road."""
        self.edges.append((u, v, {"length_m": length_m, "free_flow_speed_m_s": speed_m_s, "lanes": 1} | more))

    def street(self, u: str, v: str, length_m: float = 100.0, speed_m_s: float = 10.0, **more: Any) -> None:
        """Both directions."""
        self.road(u, v, length_m, speed_m_s, **more)
        self.road(v, u, length_m, speed_m_s, **more)

    def leave(self, node: str, n: int = 1, at_s: float = 0.0, every_s: float = 0.0) -> None:
        self.demand += [(node, at_s + k * every_s) for k in range(n)]

    def write(self) -> tuple[Path, Path, Path]:
        paths = tuple(self.folder / name for name in ("town.graphml", "demand.csv", "closures.csv"))
        paths[0].write_text(self.graphml(), encoding="utf-8")
        rows = "".join(f"{node},{at_s}\n" for node, at_s in self.demand)
        paths[1].write_text("node,departure_s\n" + rows, encoding="utf-8")
        rows = "".join(f"{u},{v},{at_s}\n" for u, v, at_s in self.closures)
        paths[2].write_text("u,v,closes_at_s\n" + rows, encoding="utf-8")
        return paths[0], paths[1], paths[2]

    def graphml(self) -> str:
        nodes = dict.fromkeys(end for u, v, _ in self.edges for end in (u, v))
        lines = ['<?xml version="1.0" encoding="utf-8"?>', '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">']
        lines += [
            f'<key id="{name}" for="{kind}" attr.name="{name}" attr.type="{type_}"/>'
            for name, (kind, type_) in KEYS.items()
        ]
        if self.crs is not None:
            lines.append('<key id="crs" for="graph" attr.name="crs" attr.type="string"/>')
        lines.append('<graph edgedefault="directed">')
        if self.crs is not None:
            lines.append(f'<data key="crs">{self.crs}</data>')
        for node in nodes:
            x, y = self.places.get(node, (0.0, 0.0))
            lines += [f'<node id="{node}"><data key="x">{x}</data><data key="y">{y}</data></node>']
        for u, v, attributes in self.edges:
            data = [f'  <data key="{name}">{value}</data>' for name, value in attributes.items()]
            lines += [f'<edge source="{u}" target="{v}">', *data, "</edge>"]
        return "\n".join([*lines, "</graph>", "</graphml>"]) + "\n"

    def load(self, exits: str = "X") -> Evacuation:
        network, demand, closures = self.write()
        return load_evacuation(network, demand, exits, closures if self.closures else None)

    def drive(self, assignment: Any = "nearest", exits: str = "X", rule: Any = "push", step_s: float = 10.0) -> Driven:
        return run_once(self.load(exits), Options(assignment, rule), step_s)[0]


def roads_driven(driven: Driven, vehicle: int) -> list[int]:
    """The roads of a vehicle, in order."""
    return driven.log[driven.log[:, 1] == vehicle, 0].astype(int).tolist()


@st.composite
def towns(draw: Any, closures: bool = False, tracks: bool = True) -> Any:
    """A random connected network, its demand and, if wanted, its closures, as rows of `Town`."""
    n = draw(st.integers(2, 8))
    streets: list[tuple[int, int]] = [(a, draw(st.integers(0, a - 1))) for a in range(1, n)]
    ends = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda pair: pair[0] != pair[1])
    streets += draw(st.lists(ends, max_size=5))
    edges = []
    for a, b in streets:
        is_track = tracks and draw(st.booleans())
        length_m, speed_m_s = draw(st.sampled_from([8, 20, 50, 200])), draw(st.sampled_from([4, 8, 16]))
        more = {"capacity_veh_h": draw(st.sampled_from([300, 900, 1300])), "shared_lane": str(is_track).lower()}
        about = {"length_m": length_m, "free_flow_speed_m_s": speed_m_s, "lanes": 1} | more
        edges += [(f"n{a}", f"n{b}", about), (f"n{b}", f"n{a}", about)]
    spacing = draw(st.sampled_from([0, 1, 5]))
    rows = st.tuples(st.integers(0, n - 1), st.integers(0, 40))
    demand = [(f"n{k}", float(at * spacing)) for k, at in draw(st.lists(rows, min_size=1, max_size=60))]
    shut = []
    if closures:
        # Whole seconds and a half: no car is ready at just that moment, which either order would be right for.
        which = draw(st.lists(st.tuples(st.integers(0, len(edges) - 1), st.integers(1, 300)), max_size=6))
        shut = [(edges[k][0], edges[k][1], at_s + 0.4321) for k, at_s in which]
    exits = [f"n{k}" for k in sorted(set(draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=2))))]
    return edges, demand, shut, ",".join(exits)


def town_of(folder: Path, rows: Sequence[Any]) -> Town:
    edges, demand, shut, _ = rows
    return Town(folder, list(edges), list(demand), list(shut))


def headways_s(driven: Driven, edge: int) -> np.ndarray:
    """Time between the cars that leave a road, in order. [s]"""
    next_entry: dict[int, float] = {}
    left = []
    for road, vehicle, at_s in driven.log[::-1]:
        left += [next_entry.get(int(vehicle), driven.done_s[int(vehicle)])] if road == edge else []
        next_entry[int(vehicle)] = at_s
    return np.diff(np.sort(np.array(left)))
