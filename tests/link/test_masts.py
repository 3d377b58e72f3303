from pathlib import Path

import pytest

from firesim.inputs.problems import BadInput
from firesim.link.masts import COLUMNS, read_masts
from firesim.place.grid import Grid

PLAIN = Grid(rows=10, columns=10, cell_size_m=1.0, x_west_m=0.0, y_south_m=0.0)
SKIATHOS = Grid(rows=459, columns=531, cell_size_m=30.0, x_west_m=444_750.0, y_south_m=4_328_010.0, crs="EPSG:2100")
HEADER = ",".join(COLUMNS)


def write(folder: Path, *lines: str) -> Path:
    path = folder / "masts.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_masts_are_read_in_the_order_of_the_table(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, "b,Second hill,3,4,30,28,authored", "a,,5,6,20,30,")
    second, first = read_masts(path, PLAIN)
    assert (second.mast, second.x_m, second.y_m, second.height_m, second.eirp_dbm) == ("b", 3.0, 4.0, 30.0, 28.0)
    assert (second.name, second.basis) == ("Second hill", "authored")
    assert first.mast == "a"


def test_an_empty_table_is_a_place_without_radio(tmp_path: Path) -> None:
    assert read_masts(write(tmp_path, HEADER), PLAIN) == []


def test_all_that_is_wrong_is_told_at_once_with_file_line_field_and_remedy(tmp_path: Path) -> None:
    path = write(
        tmp_path, HEADER,
        "a,,5,6,20,30,", "a,,5,7,20,30,", "b,,5,6,high,30,", "c,,5,6,1000,99,", ",,5,6,20,30,", "d,,50,6,20,30,",
        "e,,5", "f,,200,6,20,30,",
    )  # fmt: skip
    with pytest.raises(BadInput) as caught:
        read_masts(path, PLAIN)
    found = sorted((error.line, error.field) for error in caught.value)
    assert found == [
        (3, "link.masts.mast"), (4, "link.masts.height_m"), (5, "link.masts.eirp_dbm"), (5, "link.masts.height_m"),
        (6, "link.masts.mast"), (7, "link.masts.lon, lat"), (8, "link.masts"), (9, "link.masts.lon"),
    ]  # fmt: skip
    assert all(error.file == str(path) and error.message and error.remedy for error in caught.value)
    assert f"{path}:4  link.masts.height_m = 'high'" in str(caught.value)


def test_a_missing_file_and_missing_and_unknown_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.csv"):
        read_masts(tmp_path / "none.csv", PLAIN)
    with pytest.raises(BadInput) as caught:
        read_masts(write(tmp_path, HEADER.replace("eirp_dbm", "power")), PLAIN)
    assert [error.field for error in caught.value] == ["link.masts.eirp_dbm", "link.masts.power"]


def test_the_masts_of_skiathos_stand_on_its_map() -> None:
    path = Path(__file__).parents[2] / "scenarios" / "skiathos" / "masts.csv"
    masts = read_masts(path, SKIATHOS)
    assert [mast.mast for mast in masts] == ["mast_north", "mast_troulos", "mast_town"]
    assert all(mast.basis for mast in masts)
