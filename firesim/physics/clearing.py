"""Letting the roads run until they are empty, when nobody has a question: an estimate, not a run of the world.

The moves are those of `physics/traffic.py`. Everybody has a route of their own to a place with room for all, no road
closes, and a ring of roads that block one another is opened by the rule `push` of the world.
"""

from __future__ import annotations

from firesim.compiled import kernel
from firesim.physics.gridlock import force, gridlocks
from firesim.physics.queues import Events, Network, Queues, Travellers, Ways
from firesim.physics.traffic import DONE, advance

_SELDOM = 5  # times the patience between looks for rings while there are none: a look costs as much as ten moves


@kernel
def run_until_clear(
    network: Network, queues: Queues, travellers: Travellers, ways: Ways, events: Events,
    from_s: float, until_s: float, turn_s: float, patience_s: float,
) -> int:  # fmt: skip
    """Let everybody drive until all have arrived, or until `until_s`.

    Parameters
    ----------
    network, queues, travellers, ways, events
        See `physics/queues.py`; changed in place. The log of `queues` has to hold every entry onto a road.
    from_s, until_s : float
        Before the first departure, and when to give up. [s]
    turn_s : float
        How long one side keeps a shared lane while the other waits. [s]
    patience_s : float
        A ring that has stood so long is opened, and sought so often while there are any. [s]

    Returns
    -------
    int
        How often a car squeezed through; -1: somebody had a question after all.
    """
    forced, now_s, look_s = 0, from_s, _SELDOM * patience_s
    while now_s < until_s:
        now_s = min(now_s + look_s, until_s)
        reason, _, _ = advance(network, queues, travellers, ways, events, now_s, turn_s)
        if reason != DONE:
            return -1
        rings = gridlocks(network, queues, now_s, patience_s)
        for edge in rings:
            force(network, queues, travellers, events, edge, now_s)
        forced += rings.size
        look_s = patience_s if rings.size > 0 else _SELDOM * patience_s
        if events.size[0] == 0 and gridlocks(network, queues, now_s, 0.0).size == 0:
            break
    return forced
