"""What words do to what each party knows of the alerts: which of several holds, and in which round it is heard."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel_in_place

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

# How far what it has heard concerns a party.
NOTHING, ELSEWHERE, SEEN, WARNING, STAY, ORDER = range(6)
N_LEVELS = 6
LEVEL_WORDS = ("nothing", "alert for other zones", "fire seen", "warning", "order to stay", "order")
NONE = -1  # no event, channel, advice or stop


class Known(NamedTuple):
    """What each party knows of the alerts. Arrays over [parties]; those without a word here: see `hearing.Hearing`."""

    level: Integers
    advice_of: Integers
    warned_s: Floats
    warned_by: Integers  # channel of the first alert that was meant for their zone
    is_reached: Claims  # by any alert, from whomever but a neighbour
    directed_s: Floats  # when the last order or all-clear that they know was issued
    issued_s: Floats  # what gave `level`
    advice_issued_s: Floats  # what gave `advice_of`
    turns: Integers  # how many things they have heard in the call that is under way


@kernel_in_place
def in_rounds(
    heard_s: Floats, issued_s: Floats, who: Integers, because: Integers, level: Integers, channel: Integers,
    advice: Integers, is_at_home_only: Claims, is_from_afar: Claims, departed_s: Floats, leaves_s: Floats,
    safe_s: Floats, turn: Integers, of_row: Claims, at_s: Floats, what: Integers, claims: Claims, end: Integers,
    *known: Any,
) -> int:  # fmt: skip
    """Let parties hear rows in order of time, and put those that they hear in order of rounds; returns how many rounds.

    Written: `at_s` [n], `what` [5, n] as in `sayings.Rows`, `claims` [2, n] as in `_take_in`, and to before which of
    these each round goes, `end` [rounds]. `turn` and `of_row` are what `_take_in` writes; `known` are the parts of
    `Known`.
    """
    n_rounds = _take_in(
        Known(*known), who, heard_s, issued_s, level, channel, advice, is_at_home_only, is_from_afar, departed_s,
        leaves_s, safe_s, turn, of_row,
    )  # fmt: skip
    n = 0
    for its_turn in range(n_rounds):
        for k in range(who.size):
            if turn[k] == its_turn:
                at_s[n] = heard_s[k]
                what[0, n], what[1, n], what[2, n] = who[k], because[k], level[k]
                what[3, n], what[4, n] = channel[k], advice[k]
                claims[0, n], claims[1, n] = of_row[0, k], of_row[1, k]
                n += 1
        end[its_turn] = n
    return n_rounds


@kernel_in_place
def _take_in(
    known: Known, who: Integers, at_s: Floats, issued_s: Floats, level: Integers, channel: Integers, advice: Integers,
    is_at_home_only: Claims, is_from_afar: Claims, departed_s: Floats, leaves_s: Floats, safe_s: Floats,
    turn: Integers, claims: Claims,
) -> int:  # fmt: skip
    """Let parties hear some rows, in order of time; returns in how many rounds.

    Written for each row: its round, -1 if it is not heard; whether it is more than the party had heard before, and
    whether its advice is not what it had been told last. `claims` [2, n]
    """
    n_turns = 0
    for k in range(who.size):
        one, what = who[k], level[k]
        turn[k] = -1
        is_out = is_at_home_only[channel[k]] and at_s[k] >= min(departed_s[one], leaves_s[one])
        if is_out or at_s[k] >= safe_s[one]:
            continue
        its_turn = known.turns[one]
        known.turns[one] += 1
        if is_from_afar[channel[k]] and what != NOTHING:
            known.is_reached[one] = True
        # Orders, warnings and all-clears issued before the last order or all-clear that it knows do not hold.
        if (what >= WARNING or what == NOTHING) and issued_s[k] < known.directed_s[one]:
            continue
        turn[k] = its_turn
        n_turns = max(n_turns, its_turn + 1)
        if what >= STAY or what == NOTHING:
            known.directed_s[one] = max(known.directed_s[one], issued_s[k])
        if what == NOTHING:
            known.level[one] = NOTHING
        is_newer = advice[k] != NONE and issued_s[k] >= known.advice_issued_s[one]
        claims[1, k] = is_newer and advice[k] != known.advice_of[one]
        if is_newer:
            known.advice_issued_s[one], known.advice_of[one] = issued_s[k], advice[k]
        before = known.level[one]
        is_raised = what > before or (what == STAY and before == ORDER)  # an order to stay takes back one to leave
        claims[0, k] = is_raised
        if is_raised:
            # Who overhears what is said to others, or hears that somebody saw the fire, has not been warned.
            if what > SEEN and known.warned_s[one] == np.inf:
                known.warned_s[one], known.warned_by[one] = at_s[k], channel[k]
            known.level[one], known.issued_s[one] = what, issued_s[k]
        elif what == before:
            known.issued_s[one] = max(known.issued_s[one], issued_s[k])
    for k in range(who.size):
        known.turns[who[k]] = 0
    return n_turns
