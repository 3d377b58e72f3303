"""The figure of an evacuation shows who is out when."""

from __future__ import annotations

import json

import matplotlib
import numpy as np

from firesim.plots import save_figures
from firesim.plots.evacuation import clearance_curve, read_evacuation

matplotlib.use("Agg")


def test_the_curve_of_who_is_out_is_the_table_and_the_bound_stands_where_it_is(tmp_path):
    rows = [
        "vehicle,node,departure_s,departed_s,arrived_s,exit,status",
        "0,A,0,0,60,X,arrived",
        "1,A,0,3,120,X,arrived",
    ]
    (tmp_path / "vehicles.csv").write_text("\n".join([*rows, "2,B,30,,,,stranded"]) + "\n")
    (tmp_path / "summary.json").write_text(
        json.dumps({"capacity_bound_s": 90.0, "forced_moves": 0, "stranded": 1, "removed": 0})
    )
    about = {"assignment": "nearest", "step_s": 10.0, "gridlock": "push", "versions": {"firesim": "0"}}
    (tmp_path / "run.json").write_text(json.dumps(about))
    lines = {line.get_label(): line.get_xydata() for line in clearance_curve(read_evacuation(tmp_path)).get_lines()}
    assert lines["out"].tolist() == [[1.0, 1.0], [2.0, 2.0]]
    assert lines["ready to leave"].tolist() == [[0.0, 1.0], [0.0, 2.0], [0.5, 3.0]]
    assert np.asarray(lines["none can clear before 2 min"])[:, 0].tolist() == [1.5, 1.5]
    (figure,) = save_figures(tmp_path)
    assert figure.stat().st_size > 10_000
