"""The map of a run shows what stands where."""

from __future__ import annotations

import matplotlib.pyplot as plt

from firesim.plots.island import SITE_MARKERS, _sites


def test_a_mast_is_seen_where_a_camera_and_a_lookout_share_its_place():
    shapes = {
        "features": [
            {"properties": {"kind": kind}, "geometry": {"coordinates": (1000.0, 2000.0)}}
            for kind in ("mast", "camera", "lookout")
        ]
    }
    figure, ax = plt.subplots()
    _sites(ax, shapes, set(SITE_MARKERS))
    drawn = {line.get_label(): line for line in ax.lines}
    plt.close(figure)
    mast = drawn.pop("mast")
    assert mast.get_markerfacecolor() == "none"
    assert set(drawn) == {"camera", "lookout"}
    for other in drawn.values():
        assert mast.get_markersize() > 1.5 * other.get_markersize()
