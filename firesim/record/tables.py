"""The schema of every table of a run or study folder.

Times are seconds from the scenario's start. In memory "never" is `inf`; `table_of` writes it as NaN.
`cause_id` is an `event_id` of `events.parquet` in every table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

_TEXT, _WHOLE, _REAL, _CLAIM, _BYTES = pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.binary()

SCHEMAS: dict[str, pa.Schema] = {
    "events": pa.schema(
        [
            ("event_id", _WHOLE),
            ("time_s", _REAL),
            ("actor", _TEXT),
            ("kind", _TEXT),
            ("cause_id", _WHOLE),  # empty for what the scenario itself starts
            ("detail", _TEXT),
        ]
    ),
    "messages": pa.schema(
        [
            ("message_id", _TEXT),
            ("kind", _TEXT),
            ("source", _TEXT),
            ("destination", _TEXT),
            ("sent_s", _REAL),
            ("delivered_s", _REAL),
            ("size_bytes", _WHOLE),
            ("lost_because", _TEXT),
            ("cause_id", _WHOLE),
            ("payload", _BYTES),
        ]
    ),
    "people": pa.schema(
        [
            ("household_id", _TEXT),
            ("zone_id", _TEXT),
            ("people", _WHOLE),
            ("kind", _TEXT),
            ("mode", _TEXT),
            ("warned_s", _REAL),
            ("warned_by", _TEXT),
            ("decided_s", _REAL),
            ("departed_s", _REAL),
            ("safe_s", _REAL),
            ("place_reached_s", _REAL),
            ("margin_s", _REAL),
            ("exposed_s", _REAL),
            ("fate", _TEXT),
            ("cause_id", _WHOLE),  # the event of the last change of this party
            ("x_m", _REAL),
            ("y_m", _REAL),
            ("at_risk", _CLAIM),  # by the no-response twin
            ("twin_deadline_s", _REAL),  # place reached or cut off in the twin, whichever is first
            ("exposed_at", _TEXT),  # home, road, beach or sea: where most of exposed_s was
            ("entered_danger", _CLAIM),
            ("trapped_s", _REAL),  # first cut off or caught, whatever became of them later
            ("exposed_home_s", _REAL),  # these four add up to exposed_s
            ("exposed_road_s", _REAL),
            ("exposed_beach_s", _REAL),
            ("exposed_sea_s", _REAL),  # standing in the sea, hot or not
            ("exposed_heat_s", _REAL),  # of exposed_s; who was in heat and smoke at once counts in both
            ("exposed_smoke_s", _REAL),
            ("landing", _TEXT),  # where they waited for a boat; empty: nowhere
            ("shore_s", _REAL),  # come to the water there
            ("boarded_s", _REAL),
            ("landed_s", _REAL),  # put ashore in a port
            ("language", _TEXT),  # best understood: greek, english or other
            ("luggage", _CLAIM),
            ("small_children", _CLAIM),
            ("needs", _TEXT),  # none, help or ambulance
            ("left_by", _TEXT),  # the mode in which they left, empty for not; who finds no lift walks
            ("driver_id", _TEXT),  # household in whose vehicle they left, empty for their own or none
            ("waits_for", _TEXT),  # boat, bus, help or nothing: why they shelter
            ("entered_sea_s", _REAL),
            ("reached_outside", _CLAIM),  # an alert came to them though their zone was in none
            ("bus_stop", _TEXT),  # where they waited for a bus last; empty: nowhere
            ("at_stop_s", _REAL),  # come there
            ("got_on_s", _REAL),
            ("got_off_s", _REAL),  # in a refuge, or where the bus could go no further
            ("called_for_help_s", _REAL),  # first telephoned that they cannot leave
            ("fetched_by", _TEXT),  # the ambulance, empty: none
            ("picked_up_s", _REAL),
            ("let_off_s", _REAL),  # at a refuge or a medical facility
        ]
    ),
    "vehicles": pa.schema(
        [
            ("trip_id", _TEXT),
            ("household_id", _TEXT),  # empty: background traffic, of no household and no zone
            ("zone_id", _TEXT),
            ("people", _WHOLE),
            ("mode", _TEXT),
            ("from_node", _TEXT),
            ("refuge", _TEXT),
            ("departed_s", _REAL),
            ("arrived_s", _REAL),
            ("distance_m", _REAL),
            ("status", _TEXT),  # travelling, arrived, stranded, caught
            ("cause_id", _WHOLE),
        ]
    ),
    "units": pa.schema(
        [
            ("unit", _TEXT),
            ("kind", _TEXT),
            ("leg", _TEXT),
            ("from_x_m", _REAL),
            ("from_y_m", _REAL),
            ("to_x_m", _REAL),
            ("to_y_m", _REAL),
            ("start_s", _REAL),
            ("end_s", _REAL),
            ("water_litres", _REAL),
            ("order_id", _TEXT),
            ("cause_id", _WHOLE),
        ]
    ),
    "orders": pa.schema(
        [
            ("order_id", _TEXT),
            ("time_s", _REAL),
            ("kind", _TEXT),
            ("destination", _TEXT),
            ("why", _TEXT),
            ("route", _TEXT),  # node ids joined by a space
            ("deadline_s", _REAL),
            ("authorised_by", _TEXT),
            ("message_id", _TEXT),
            ("because_message", _TEXT),
            ("cause_id", _WHOLE),
        ]
    ),
    "budget": pa.schema(
        [
            ("stage", _TEXT),
            ("time_s", _REAL),
            ("since_ignition_s", _REAL),
            ("since_previous_s", _REAL),
            ("since_detection_s", _REAL),
            ("earliest_possible_s", _REAL),
            ("owner", _TEXT),
            ("inside_window", _CLAIM),
            ("event_id", _WHOLE),
        ]
    ),
    "clearance": pa.schema(
        [
            ("made_s", _REAL),
            ("compliance", _REAL),
            ("zone_id", _TEXT),  # empty: all zones that were told to leave by road
            ("vehicles", _WHOLE),
            ("shadow_vehicles", _WHOLE),
            ("clear_50_s", _REAL),
            ("clear_90_s", _REAL),
            ("clear_100_s", _REAL),
            ("least_margin_s", _REAL),
            ("late_share", _REAL),
        ]
    ),
    "outcomes": pa.schema([("strategy", _TEXT), ("replicate", _WHOLE), ("outcome", _TEXT), ("value", _REAL)]),
}


def words_at(index: np.ndarray[Any, Any], words: Sequence[str]) -> pa.Array:
    """A column of a few words over and over: of each row, the word at its index; no word, "", at -1. [n]"""
    return pa.array(["", *words], type=_TEXT).take(pa.array(index + 1))


def table_of(name: str, columns: Mapping[str, Sequence[Any] | np.ndarray[Any, Any] | pa.Array]) -> pa.Table:
    """Columns as an Arrow table of the schema `name`; `inf` becomes NaN, None and what is masked stay empty.

    A column of words may come as `words_at` gives it.

    Raises KeyError when a column is missing and ValueError when one is not in the schema.
    """
    schema = SCHEMAS[name]
    unknown = sorted(set(columns) - set(schema.names))
    if unknown:
        raise ValueError(f"table {name} has no column {', '.join(unknown)}")
    arrays = []
    for field in schema:
        values = columns[field.name]
        if isinstance(values, pa.Array) and field.type == values.type == _TEXT:
            arrays.append(values)
        elif field.type == _REAL:
            arrays.append(pa.array(_numbers(values), type=_REAL))
        elif isinstance(values, np.ndarray) and values.dtype in (np.int64, np.bool_):
            arrays.append(pa.array(values.copy(), type=field.type))
        else:
            listed = values.tolist() if isinstance(values, np.ndarray) else list(values)
            arrays.append(pa.array(listed, type=field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def _numbers(values: Sequence[Any] | np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A copy of real numbers with NaN for None, `inf` and what is masked."""
    numbers = np.array(np.ma.filled(values, np.nan), dtype=np.float64)
    numbers[np.isinf(numbers)] = np.nan
    return numbers
