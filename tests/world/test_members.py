"""What parties read, carry and need, and who will not leave."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.physics.walking import burdened_speed_m_s
from firesim.streams import Luck
from firesim.world.households import GUEST, RESIDENT, STAFF, STAY, make_parties
from firesim.world.members import AMBULANCE, ENGLISH, GREEK, HELP, OTHER
from firesim.world.people import PeopleParameters
from tests.world.village import VILLAGE, Day, FakeFire, make_place


def parties(seed: int = 1, **parameters: object):
    place = make_place(residents=8000, guests=8000)
    return make_parties(place, PeopleParameters(**parameters), Luck(seed), 9.0)


@pytest.mark.parametrize("seed", [1, 2])
def test_languages_and_needs_come_in_the_shares_that_are_set(seed):
    p = parties(seed)
    m, resident, guest = p.members, p.kind == RESIDENT, p.kind == GUEST
    # Some 3,200 parties of each: four standard deviations are at most 0.035.
    for language, share in ((GREEK, 0.25), (ENGLISH, 0.60), (OTHER, 0.15)):
        assert (m.language[guest] == language).mean() == pytest.approx(share, abs=0.035)
    assert m.reads_english[resident].mean() == pytest.approx(0.95 * 0.5 + 0.04, abs=0.035)
    assert m.reads_greek[resident].mean() == pytest.approx(0.95, abs=0.016)
    assert (m.needs[resident] != 0).mean() == pytest.approx(0.03, abs=0.012)
    assert m.has_luggage[guest].mean() == pytest.approx(0.3, abs=0.033)
    assert not m.has_luggage[~guest].any()
    assert m.has_children[p.people >= 3].mean() == pytest.approx(0.2, abs=0.03)
    assert not m.has_children[p.people < 3].any()
    assert (m.needs[p.kind == STAFF] == 0).all()


def test_some_of_those_who_need_help_need_an_ambulance():
    needs = parties(resident_help_fraction=1.0).members.needs
    in_need = needs[needs != 0]
    assert (in_need == AMBULANCE).mean() == pytest.approx(0.2, abs=0.03)
    assert set(in_need) == {HELP, AMBULANCE}


def test_luggage_and_small_children_slow_a_party_and_nothing_else_does():
    burdened, free = (
        parties(guest_luggage_fraction=share, small_children_fraction=share).walking_speed_m_s for share in (0.5, 0.0)
    )
    left = burdened / free
    assert set(np.round(left, 6)) == {1.0, 0.9, 0.8, 0.72}
    assert burdened_speed_m_s([1.0, 1.0], [True, False], [False, False]).tolist() == [0.9, 1.0]


def test_nobody_is_slower_than_the_two_burdens_make_the_slowest():
    speed = parties().walking_speed_m_s
    assert (speed >= 0.7 * 0.9 * 0.8 - 1e-9).all()
    assert (speed <= 1.0).all()


def test_those_who_refuse_stay_whatever_happens():
    burning = {(x, 660.0): 600.0 + (x - 300.0) for x in np.arange(300.0, 1500.0, 30.0)}
    day = Day(make_place(residents=2000), FakeFire(burning), resident_refusal_fraction=0.1)
    day.alert()
    people = day.run(3 * 3600.0)
    refuse = people.parties.members.refuses & (people.parties.zone_index == VILLAGE)
    assert refuse.sum() > 40
    assert (people.parties.mode[refuse] == STAY).all()
    assert np.isinf(people.decided_s[refuse]).all()
    assert np.isinf(people.departed_s[refuse]).all()
    assert (people.exposed_s[refuse] > 0.0).any()


def test_refusal_takes_nothing_from_those_who_heed_an_order():
    some, many = (
        Day(make_place(residents=2000), resident_refusal_fraction=share, neighbour_rate_per_min=0.0)
        for share in (0.0, 0.3)
    )
    for day in (some, many):
        day.alert()
        day.run(1800.0)
    assert np.isfinite(some.people.decided_s).sum() == np.isfinite(many.people.decided_s).sum() > 300


def test_languages_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="add up to 1"):
        PeopleParameters(guest_languages=(0.5, 0.5, 0.5))
