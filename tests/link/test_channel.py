from hypothesis import given
from hypothesis import strategies as st

from firesim.link.channel import CutWire, LossyWire, PerfectWire, bits_on_the_air, transmission_s
from firesim.link.ports import Channel
from firesim.streams import Luck


def test_every_wire_is_a_channel() -> None:
    for wire in (PerfectWire(), CutWire(), LossyWire(Luck(1), 0.5)):
        assert isinstance(wire, Channel)


def test_a_perfect_wire_delivers_at_once() -> None:
    delivery = PerfectWire().carry(b"smoke", "a>b#0", "a", "b", 12.0)
    assert delivery.delivered_s == 12.0
    assert delivery.lost_because == ""


def test_a_cut_wire_delivers_nothing_and_says_why() -> None:
    delivery = CutWire("mast dark").carry(b"smoke", "a>b#0", "a", "b", 12.0)
    assert not delivery.arrives
    assert delivery.lost_because == "mast dark"


def test_losing_every_message_delivers_none_and_losing_none_delivers_all() -> None:
    for loss_fraction, arriving in ((1.0, 0), (0.0, 200)):
        wire = LossyWire(Luck(1), loss_fraction)
        assert sum(wire.carry(b"", f"a>b#{i}", "a", "b", 0.0).arrives for i in range(200)) == arriving


@given(lower=st.floats(0.0, 1.0), higher=st.floats(0.0, 1.0))
def test_a_worse_wire_loses_all_that_a_better_one_loses(lower: float, higher: float) -> None:
    lower, higher = min(lower, higher), max(lower, higher)
    good, bad = LossyWire(Luck(7), lower), LossyWire(Luck(7), higher)
    for i in range(20):
        assert (
            good.carry(b"", f"a>b#{i}", "a", "b", 0.0).arrives or not bad.carry(b"", f"a>b#{i}", "a", "b", 0.0).arrives
        )


def test_a_payload_costs_its_bits_and_its_headers() -> None:
    assert bits_on_the_air(b"x" * 125, overhead_bytes=0) == 1_000
    assert transmission_s(bits_on_the_air(b"x" * 25, overhead_bytes=100), 1_000.0) == 1.0
