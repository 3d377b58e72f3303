"""What can be said across the link, and how it is written down as bytes.

Everything the centre will ever know arrives as one of these. If a thing is not here, it cannot be known at
a distance. A message is an `Envelope` around one body; `encode` and `decode` are the only way in and out,
so the same bytes could travel over a real broker.

Times are seconds from the scenario's start, positions metres of the scenario's map.
"""

from __future__ import annotations

from math import inf

import msgspec

from firesim.link.body import Body, Point
from firesim.link.briefings import AuthorityBriefing, Briefing

# --- what is reported to the centre ----------------------------------------------------------------------


class GasReport(Body, frozen=True, tag=True, kw_only=True):
    """A node in the trees smells smoke."""

    sensor: str
    seen_s: float
    smoke_index: float  # 1 is the alarm level


class CameraReport(Body, frozen=True, tag=True, kw_only=True):
    """A camera's software marks smoke on a bearing; a camera alone does not know how far."""

    sensor: str
    seen_s: float
    bearing_deg: float  # from the camera, clockwise from north
    bearing_sd_deg: float
    confidence: float  # the software's own score, 0 to 1


class CallReport(Body, frozen=True, tag=True, kw_only=True):
    """Somebody telephones: smoke, over there."""

    caller: str
    seen_s: float
    from_xy_m: Point
    place_xy_m: Point
    place_sd_m: float


class HelpCall(Body, frozen=True, tag=True, kw_only=True):
    """Somebody telephones: we have to leave, cannot by ourselves, and nobody takes us."""

    household: str
    seen_s: float
    zone: str
    place_xy_m: Point
    people: int
    need: str  # help: somebody who takes them along will do; ambulance: one of them has to lie


class FireMapReport(Body, frozen=True, tag=True, kw_only=True):
    """The outline of the fire as somebody above or beside it draws it; empty outline: nothing burns here."""

    observer: str
    seen_s: float
    place_xy_m: Point
    outline_xy_m: list[list[Point]]
    outline_sd_m: float
    is_whole: bool = False  # the observer has seen all round it; otherwise it may burn beyond what is drawn
    searched_radius_m: float = 300.0  # how far around the place the observer could have seen a fire


class DroneStatus(Body, frozen=True, tag=True, kw_only=True):
    drone: str
    seen_s: float
    state: str  # taking_off, grounded, on_scene, returning, home
    battery_fraction: float
    reason: str = ""


class UnitStatus(Body, frozen=True, tag=True, kw_only=True):
    unit: str
    seen_s: float
    state: str  # rolling, on_scene, out_of_reach, working, refilling, blocked, withdrawn, lost, available
    x_m: float
    y_m: float
    water_litres: float
    reason: str = ""


class FetchReport(Body, frozen=True, tag=True, kw_only=True):
    """An ambulance says how it goes with those whom it was to fetch, and thereby what it is about itself."""

    unit: str
    seen_s: float
    household: str
    state: str  # loading, laden, let_off (free again, whether anybody was aboard), nobody_there, cannot_reach
    x_m: float
    y_m: float
    reason: str = ""
    people: int = 0  # let off


class BoatStatus(Body, frozen=True, tag=True, kw_only=True):
    """A skipper says what the boat is about. `waiting`: people seen on the shore, -1: it is not there."""

    boat: str
    seen_s: float
    state: str  # ready, weather_bound, under_way, loading, cannot_land, nobody_there, laden, landed, available
    x_m: float
    y_m: float
    aboard: int
    landed: int  # people put ashore in port so far
    waiting: int
    reason: str = ""  # of cannot_land: sea, smoke, heat or draught


class BusStatus(Body, frozen=True, tag=True, kw_only=True):
    """A bus driver says what the bus is about. `waiting`: people seen at the stop, -1: it is not there."""

    bus: str
    seen_s: float
    state: str  # ready, under_way, loading, nobody_there, cannot_stop, laden, landed, too_late, blocked, available
    x_m: float
    y_m: float
    aboard: int
    landed: int  # people let off in refuges so far
    waiting: int
    reason: str = ""


class UnitPlace(Body, frozen=True, tag=True, kw_only=True):
    """A vehicle under way shows where it is; nobody in it speaks, so it acknowledges nothing."""

    unit: str
    seen_s: float
    x_m: float
    y_m: float


class RoadReport(Body, frozen=True, tag=True, kw_only=True):
    """Somebody at a road sees that it is cut, or open again."""

    observer: str
    seen_s: float
    u: str
    v: str
    is_open: bool


class MastStatus(Body, frozen=True, tag=True, kw_only=True):
    """The network's operator sees a mast go silent, or come back."""

    mast: str
    seen_s: float
    is_dark: bool


class Decision(Body, frozen=True, tag=True, kw_only=True):
    """The authority answers a recommendation."""

    order: str
    decided_s: float
    approved: bool
    reason: str


class Ack(Body, frozen=True, tag=True, kw_only=True):
    """An order has been received and understood."""

    order: str
    by: str
    at_s: float


# --- what the centre says --------------------------------------------------------------------------------


class DroneOrder(Body, frozen=True, tag=True, kw_only=True):
    order: str
    drone: str
    place_xy_m: Point


class UnitOrder(Body, frozen=True, tag=True, kw_only=True):
    """Go there by this road and do that. A place that cannot be driven to is reached from `route[-1]`."""

    order: str
    unit: str
    task: str  # verify, attack, protect, stage or return
    place_xy_m: Point
    route: list[str]
    why: str


class FetchOrder(Body, frozen=True, tag=True, kw_only=True):
    """Fetch these people from their door and let them off there: a refuge, or a medical facility.

    `route` is the road to the door, `way` from there to the haven.
    """

    order: str
    unit: str
    household: str
    place_xy_m: Point
    people: int
    need: str  # help or ambulance
    haven: str
    route: list[str]
    way: list[str]
    why: str

    @property
    def task(self) -> str:
        return "fetch"


class CallAnswer(Body, frozen=True, tag=True, kw_only=True):
    """To who called for help: nobody can be sent now, and why."""

    order: str
    household: str
    why: str


class BoatOrder(Body, frozen=True, tag=True, kw_only=True):
    """Take people off at a landing and put them ashore in a port, again and again; or make ready; or come home."""

    order: str
    boat: str
    task: str  # stand_by, lift or return
    landing: str
    port: str
    why: str


class BusOrder(Body, frozen=True, tag=True, kw_only=True):
    """Bring people from a stop to a refuge, again and again; or make ready; or go out of the way, to the refuge.

    `route` is the road to the stop, `way` from there to the refuge; `leave_by_s`: the latest time to leave the stop.
    """

    order: str
    bus: str
    task: str  # stand_by, lift or return
    stop: str
    refuge: str
    route: list[str]
    way: list[str]
    leave_by_s: float
    why: str


TRAFFIC_POLICE = "traffic-police"


class ContraflowOrder(Body, frozen=True, tag=True, kw_only=True):
    """From now on both lanes lead from the first node to the second, on these roads and on no others."""

    order: str
    stretches: list[tuple[str, str]]
    why: str


TO_THE_SHORE = ""  # for a refuge, to those who cannot leave by road: on foot to the water
IN_PLACE = "in place"  # for a refuge, to those for whom leaving is worse: stay inside
AT_ONCE = -inf  # for a deadline that has passed, on a road that is still open: leave at once. Before any other. [s]


class ZoneAdvice(msgspec.Struct, frozen=True, kw_only=True):
    """Who should go where, by which road, before when."""

    zone: str
    refuge: str  # or TO_THE_SHORE, or IN_PLACE
    route: list[str]
    deadline_s: float  # latest safe departure as forecast; AT_ONCE: it has passed; inf: none foreseen
    why: str
    landing: str = ""
    stop: str = ""  # the bus stop at which those who have no vehicle are fetched


class Recommendation(Body, frozen=True, tag=True, kw_only=True):
    """The dispatcher to the authority: these zones should leave."""

    order: str
    level: str  # warning, order or all-clear
    advice: list[ZoneAdvice]
    why: str


class Alert(Body, frozen=True, tag=True, kw_only=True):
    """One alert on one channel. A draft: firesim never sends a real one."""

    order: str
    channel: str  # app, cell_broadcast, knock or siren
    level: str  # warning, order or all-clear
    advice: list[ZoneAdvice]
    text_el: str  # what to do
    text_en: str
    authorised_by: str
    happens_el: str = ""  # what is happening, in words; beside the text in documents, not broadcast
    happens_en: str = ""


Anything = (
    Briefing | AuthorityBriefing | GasReport | CameraReport | CallReport | FireMapReport | DroneStatus | UnitStatus
    | UnitPlace | RoadReport | MastStatus | Decision | Ack | DroneOrder | UnitOrder | Recommendation | Alert
    | BoatOrder | BoatStatus | BusOrder | BusStatus | ContraflowOrder
    | HelpCall | FetchOrder | FetchReport | CallAnswer
)  # fmt: skip


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """One message on its way. `message_id` is `source>destination#attempt`: its luck hangs on no other message."""

    message_id: str
    source: str
    destination: str
    sent_s: float
    body: Anything


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Envelope)


def encode(envelope: Envelope) -> bytes:
    """The envelope as bytes."""
    return _encoder.encode(envelope)


def decode(payload: bytes) -> Envelope:
    """The envelope that these bytes hold; raises `msgspec.DecodeError` or `ValidationError` when they hold none."""
    return _decoder.decode(payload)
