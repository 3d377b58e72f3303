"""How long each zone has before the fire comes, and how long its people take."""

from __future__ import annotations

from math import isfinite, nan

import numpy as np
import pandas as pd

from firesim.outcomes.columns import Arrays, Columns, OfThoseAtRisk, Table, or_else


def zone_times(people: Table, ignited_s: float, horizon_s: float) -> pd.DataFrame:
    """Available and required safe time of each zone with people at risk.

    Columns `zone_id, people_at_risk, aset_min` (its first party's deadline in the twin, since ignition),
    `rset_min` (when 90 % of its people at risk are safe; NaN: never), `safety_factor` (their ratio; the
    required time counts as the horizon when it is never reached, so that the ratio is then an upper bound).
    The outcomes `aset_min` and `rset_min` are others: means over all people at risk.

    people: asked for `zone_id, people, at_risk, safe_s, twin_deadline_s`; NaN: never.
    """
    return times_of(OfThoseAtRisk(Arrays(people)), ignited_s, horizon_s)


def times_of(risk: Columns, ignited_s: float, horizon_s: float) -> pd.DataFrame:
    """`zone_times` of those at risk alone."""
    rows, of_risk = [], (risk["people"], or_else(risk["safe_s"], np.inf), risk["twin_deadline_s"])
    number, zones = pd.factorize(risk["zone_id"], sort=True)
    for k, zone in enumerate(zones.tolist()):
        weights, safe, deadline = (column[number == k] for column in of_risk)
        order = np.argsort(safe, kind="stable")
        at_90 = safe[order][np.searchsorted(np.cumsum(weights[order]), 0.9 * weights.sum() - 1e-9)]
        aset = (np.fmin.reduce(deadline) - ignited_s) / 60.0
        rset = (at_90 - ignited_s) / 60.0
        factor = aset / (rset if isfinite(rset) else (horizon_s - ignited_s) / 60.0)
        rows.append((zone, int(weights.sum()), aset, rset if isfinite(rset) else nan, factor))
    return pd.DataFrame(rows, columns=["zone_id", "people_at_risk", "aset_min", "rset_min", "safety_factor"])
