"""Where devices stand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from firesim.devices.sites import gas_lattice, of_kind, read_sites
from firesim.inputs.problems import BadInput
from firesim.place.grid import Grid

SKIATHOS = Path(__file__).parents[2] / "scenarios" / "skiathos" / "sensors.csv"
ISLAND = Grid(459, 531, 30.0, 444750.0, 4328010.0, "EPSG:2100")
PLAIN = Grid(100, 100, 30.0, 0.0, 0.0)


def test_the_shipped_sites_stand_on_the_island_and_say_what_they_rest_on() -> None:
    sites = read_sites(SKIATHOS, ISLAND)
    assert [len(of_kind(sites, kind)) for kind in ("camera", "lookout", "drone")] == [3, 2, 1]
    assert all(site.basis.startswith("authored") for site in sites)
    assert all("published" in site.basis for site in sites if site.kind in ("camera", "drone"))


def test_everything_wrong_in_the_table_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    table = tmp_path / "sensors.csv"
    table.write_text(
        "sensor,kind,lon,lat,height_m,basis\n"
        "a,camera,100,100,10,authored\n"
        "a,periscope,200,high,-3,authored\n"
        "b,gas,5000,5000,3,\n"
    )
    with pytest.raises(BadInput) as caught:
        read_sites(table, Grid(100, 100, 30.0, 0.0, 0.0))
    found = {(error.line, error.field) for error in caught.value}
    assert {
        (3, "devices.sites.sensor"),
        (3, "devices.sites.kind"),
        (3, "devices.sites.lat"),
        (3, "devices.sites.height_m"),
        (4, "devices.sites.basis"),
    } <= found
    assert all(error.remedy and error.file == str(table) for error in caught.value)
    assert isinstance(caught.value, ValueError)


def test_a_missing_table_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no such file"):
        read_sites(tmp_path / "nowhere.csv", PLAIN)


def test_the_lattice_covers_wildland_at_its_spacing() -> None:
    corine = np.full(PLAIN.shape, 312, dtype=np.int16)
    nodes = gas_lattice(PLAIN, corine, 500.0, 3.0)
    assert len(nodes) == 36  # 3 km x 3 km
    places = np.array([(node.x_m, node.y_m) for node in nodes])
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    assert apart[apart > 0].min() == pytest.approx(500.0)


def test_the_lattice_leaves_out_what_is_not_wildland_and_moves_no_other_node() -> None:
    corine = np.full(PLAIN.shape, 312, dtype=np.int16)
    whole = {node.sensor: node for node in gas_lattice(PLAIN, corine, 500.0, 3.0)}
    corine[:, 50:] = 523
    half = {node.sensor: node for node in gas_lattice(PLAIN, corine, 500.0, 3.0)}
    assert len(half) == len(whole) // 2
    assert all(whole[name] == node for name, node in half.items())


def test_a_spacing_of_zero_means_no_lattice() -> None:
    assert gas_lattice(PLAIN, np.full(PLAIN.shape, 312), 0.0, 3.0) == []
