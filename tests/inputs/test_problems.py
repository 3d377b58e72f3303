"""What is wrong is told as one would tell a person, and all of it."""

from __future__ import annotations

import pickle

import pytest

from firesim.inputs.problems import BadInput, Problem, Problems, nearest


def test_a_problem_reads_as_where_what_and_what_to_do() -> None:
    problem = Problem("weather.wind_from_deg", 400, "must be below 360.", "A north-easter is 45.", "canyon.yaml", 9)
    assert str(problem) == "canyon.yaml:9  weather.wind_from_deg = 400\n  must be below 360.\n  A north-easter is 45."


def test_a_collector_puts_its_block_before_every_field_and_raises_all_at_once() -> None:
    problems = Problems("place")
    problems.raise_if_any()
    problems.add("elevation", "dem.tif", "There is no such file.", "Correct the path.")
    problems.add("", None, "is missing.", "Write it.")
    with pytest.raises(BadInput) as caught:
        problems.raise_if_any()
    assert [problem.field for problem in caught.value] == ["place.elevation", "place"]
    assert len(caught.value) == 2


def test_many_problems_of_one_kind_are_counted_in_the_text_and_all_kept() -> None:
    wrong = [Problem("t.humidity", row, "a fraction?", "Write 42 % as 42.", "t.csv", row) for row in range(2, 102)]
    other = Problem("t.wind", -1, "must be at least 0.", "Correct it.", "t.csv", 7)
    text = str(BadInput([*wrong, other]))
    assert text.count("a fraction?") == 8
    assert "92 more of this kind" in text
    assert "t.wind = -1" in text
    assert len(BadInput([*wrong, other])) == 101


def test_problems_without_a_line_are_of_one_kind_when_they_differ_in_number_and_name() -> None:
    off = [
        Problem(
            f"place.roads_nodes.features[{k}]",
            [k, 1],
            f"Node {'abcdefghijklmnopqrst'[k]} lies off the grid.",
            "Move it.",
            "n.geojson",
        )
        for k in range(20)
    ]
    other = Problem("place.roads_nodes.features[3].id", "", "The node has no id.", "Give it one.", "n.geojson")
    text = str(BadInput([*off, other]))
    assert text.count("lies off the grid") == 8
    assert "n.geojson  place.roads_nodes.features[#]\n  has 12 more of this kind." in text
    assert "has no id" in text


def test_many_problems_of_one_kind_that_stand_in_no_file_are_counted_as_well() -> None:
    text = str(BadInput([Problem(f"zones[{k}]", k, "is no zone.", "Correct it.") for k in range(9)]))
    assert text.endswith("\n\nzones[#]\n  has 1 more of this kind.")


def test_a_long_path_is_shown_with_its_end() -> None:
    text = str(Problem("place.elevation", "/data" * 40 + "/dem.tif", "There is no such file.", "Correct the path."))
    assert "/dem.tif'" in text.splitlines()[0]
    assert len(text.splitlines()[0]) < 130


def test_bad_input_crosses_to_another_process_unchanged() -> None:
    error = BadInput([Problem("a", 1, "b", "c", "d", 2)])
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert again.problems == error.problems


def test_a_misspelt_word_is_recognised_and_a_strange_one_is_not() -> None:
    assert nearest("camera", ["gas", "cameras"]) == "Did you mean `cameras`?"
    assert nearest("siren", ["app", "knock"]) == "Use one of: app, knock."
