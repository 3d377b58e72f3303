"""Luck is a function of who draws, why and how often: nothing else moves it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firesim.streams import InTurn, Luck, between_0_and_1, first_word, philox

words = st.integers(min_value=0, max_value=2**64 - 1)


@given(counter=words, entity=words, key=st.tuples(words, words))
def test_philox_agrees_with_numpys_own(counter, entity, key):
    key = tuple(np.uint64(word) for word in key)
    ours = philox(tuple(np.uint64(word) for word in (counter, entity, 0, 0)), key)
    # numpy counts up before it draws, so its first block belongs to the counter given plus one.
    total = (entity * 2**64 + counter - 1) % 2**256
    start = [(total >> (64 * i)) % 2**64 for i in range(4)]
    theirs = np.random.Philox(counter=np.array(start, dtype=np.uint64), key=np.array(key, dtype=np.uint64)).random_raw(
        4
    )
    assert [int(word) for word in ours] == [int(word) for word in theirs]
    assert int(first_word(np.uint64(counter), np.uint64(entity), key)) == int(theirs[0])


def test_uniform_numbers_are_uniform_and_normal_ones_normal():
    luck = Luck(seed=7)
    who = np.arange(100_000)
    uniform, normal = luck.uniform("a purpose", who), luck.normal("another", who)
    # Four standard errors of the mean of 100,000 draws; 0.29 and 1 are the standard deviations.
    assert abs(uniform.mean() - 0.5) < 4 * 0.2887 / np.sqrt(100_000)
    assert abs(normal.mean()) < 4 / np.sqrt(100_000)
    assert abs(normal.std() - 1.0) < 4 / np.sqrt(200_000)
    assert uniform.min() > 0.0
    assert uniform.max() < 1.0
    assert abs(np.corrcoef(uniform[:-1], uniform[1:])[0, 1]) < 4 / np.sqrt(100_000)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30, unique=True), st.integers(0, 5))
def test_one_more_entity_changes_no_others_luck(entities, ordinal):
    luck = Luck(seed=3, replicate=2)
    together = luck.uniform("departure", np.array(entities), ordinal)
    alone = [luck.uniform("departure", entity, ordinal) for entity in entities]
    assert together.tolist() == alone


def test_seed_replicate_purpose_entity_and_ordinal_each_give_other_luck():
    base = Luck(1, 0).uniform("radio", "mast", 0)
    others = [
        Luck(2, 0).uniform("radio", "mast", 0),
        Luck(1, 1).uniform("radio", "mast", 0),
        Luck(1, 0).uniform("departure", "mast", 0),
        Luck(1, 0).uniform("radio", "drone", 0),
        Luck(1, 0).uniform("radio", "mast", 1),
    ]
    assert len({base, *others}) == 6


def test_a_field_of_numbers_repeats_and_differs_by_name():
    luck = Luck(5)
    first = luck.generator("spread multiplier").normal(size=(4, 5))
    assert np.array_equal(first, luck.generator("spread multiplier").normal(size=(4, 5)))
    assert not np.array_equal(first, luck.generator("gusts").normal(size=(4, 5)))


def test_the_largest_and_the_smallest_draw_stay_inside_the_interval():
    assert 0.0 < between_0_and_1(np.uint64(0)) < between_0_and_1(np.uint64(2**64 - 1)) < 1.0


def test_one_draw_is_the_same_alone_and_in_an_array():
    luck, entities = Luck(3), np.array([0, 7, -1, 2**62, -(2**63)])
    alone = [luck.uniform("a", int(entity), 5) for entity in entities]
    assert alone == luck.uniform("a", entities, 5).tolist()
    assert alone == luck.uniform("a", entities, np.full(5, 5)).tolist()
    assert alone == luck.uniform("a", entities[:, None], np.array([4, 5]))[:, 1].tolist()


@given(st.one_of(st.integers(-(2**63), 2**63 - 1), st.text(max_size=20)))
def test_a_pair_of_draws_is_the_first_two(entity):
    luck = Luck(seed=7, replicate=3)
    assert luck.uniform_pair("a purpose", entity) == tuple(luck.uniform("a purpose", entity, n) for n in (0, 1))


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=20))
def test_draws_made_in_turn_are_those_made_one_by_one(ordinals):
    luck = Luck(seed=7, replicate=3)
    for draw in (luck.uniform, luck.normal):
        in_turn = InTurn(draw, "a purpose", "somebody")
        assert [in_turn(ordinal) for ordinal in ordinals] == [draw("a purpose", "somebody", n) for n in ordinals]
