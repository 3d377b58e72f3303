"""The road as a driver sees it: which of several stretches between two nodes one takes."""

from firesim.place.roads import RoadEdge, RoadNode, Roads
from firesim.world.driving import Standing, Stretch, Ways

SPEEDS = {"footpath": 0.0, "slow": 5.0, "quick": 10.0, "as_quick": 10.0, "pedestrian": 20.0}  # A to B, 100 m each [m/s]


class OpenRoads:
    """Nothing is closed."""

    barred = ()

    def barring_event(self, edge):
        return -1


def roads_from_a_to_b(names):
    """Stretches side by side from A to B, and one on to C; none leads back."""
    nodes = [RoadNode("A", 0.0, 0.0), RoadNode("B", 100.0, 0.0), RoadNode("C", 200.0, 0.0)]
    path = [(0.0, 0.0), (100.0, 0.0)]

    def edge(u, v, name, speed_m_s):
        kind = "pedestrian" if name == "pedestrian" else "residential"
        return RoadEdge(u, v, name, 100.0, speed_m_s, 0.5, 1.0, 0.14, False, kind, "asphalt", path)

    return Roads(nodes, [*(edge("A", "B", name, SPEEDS[name]) for name in names), edge("B", "C", "on", 10.0)])


def way_taken(names, is_public, route=("A", "B", "C")):
    """The stretches of an ordered way, by name; None: it cannot be driven."""
    roads = roads_from_a_to_b(names)
    way = Ways(roads, OpenRoads(), None, 1.0, is_public=is_public).ordered_way(Standing(0), route)
    return None if way is None else [roads.edges[one.edge].edge for one in way]


def test_an_ordered_way_takes_the_quickest_of_the_stretches_that_can_be_driven():
    assert way_taken(["footpath", "slow", "quick"], is_public=True) == ["quick", "on"]
    assert way_taken(["quick", "slow"], is_public=True) == ["quick", "on"]
    assert way_taken(["as_quick", "quick"], is_public=True) == ["as_quick", "on"]  # the first of those equally quick
    assert way_taken(["pedestrian", "slow"], is_public=True) == ["slow", "on"]
    assert way_taken(["pedestrian", "slow"], is_public=False) == ["pedestrian", "on"]


def test_an_ordered_way_over_what_cannot_be_driven_is_none():
    assert way_taken(["footpath"], is_public=False) is None
    assert way_taken(["pedestrian"], is_public=True) is None
    assert way_taken(["quick"], is_public=True, route=("A", "B", "A")) is None  # no stretch leads back


def test_a_driver_finds_the_quickest_way_round_what_is_closed_and_never_over_a_footpath():
    roads = roads_from_a_to_b(["footpath", "slow", "quick"])
    ways = Ways(roads, OpenRoads(), None, 1.0)
    on = Stretch(3, 0.0, 100.0)
    assert ways.own_way(Standing(0), [2], {}) == [Stretch(2, 0.0, 100.0), on]
    assert ways.own_way(Standing(0), [2], {2: 0.0}) == [Stretch(1, 0.0, 100.0), on]
    assert ways.own_way(Standing(0), [2], {1: 0.0, 2: 0.0}) is None
