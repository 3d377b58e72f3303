"""Where drones are sent to look."""

from __future__ import annotations

from math import inf

import numpy as np

from firesim.command.crews import Crew
from firesim.command.incident import Incident
from firesim.command.orders import Order
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Picture
from firesim.link.messages import DroneOrder


def drone_orders(picture: Picture, now_s: float) -> list[Order]:
    """A free drone to each fire that nobody has drawn yet, or whose outline has grown old."""
    p = picture.parameters
    orders: list[Order] = []
    for incident in picture.incidents:
        age_s = now_s - incident.outline_seen_s if incident.has_outline else inf
        place = _where_to_look(incident)
        if not incident.reached("alarm") or age_s < p.drone_look_every_s or _is_flown_to(picture, place, now_s):
            continue
        sent = [order.destination for order in orders]
        is_unseen = not incident.has_outline
        free = [d for d in picture.drones.values() if d.name not in sent and _can_fly(d, is_unseen, now_s, p)]
        if not free:
            continue
        drone = min(free, key=lambda d: (float(np.hypot(d.x_m - place[0], d.y_m - place[1])), d.name))
        why = f"look at {incident.name}" if not incident.has_outline else f"draw {incident.name} again"
        orders.append(Order("drone", drone.name, DroneOrder(order="", drone=drone.name, place_xy_m=place), why))
    return orders


def _can_fly(drone: Crew, is_unseen: bool, now_s: float, p: CommandParameters) -> bool:
    """Whether it is worth asking. One kept down is asked again later; one that looked in vain may look elsewhere."""
    since_s = now_s - drone.ordered_s
    if drone.state == "grounded":
        return since_s >= p.drone_look_every_s
    if drone.state in ("on_scene", "returning"):
        return is_unseen and drone.heard_s > drone.ordered_s
    return drone.state in ("", "home") and since_s >= p.resend_after_s


def _is_flown_to(picture: Picture, place: tuple[float, float], now_s: float) -> bool:
    """Whether a drone is on its way there, or was there lately."""
    p = picture.parameters
    return any(
        drone.target_xy_m is not None
        and drone.state != "grounded"
        and now_s - drone.ordered_s < p.drone_look_every_s
        and np.hypot(drone.target_xy_m[0] - place[0], drone.target_xy_m[1] - place[1]) <= p.target_moved_m
        for drone in picture.drones.values()
    )


def _where_to_look(incident: Incident) -> tuple[float, float]:
    """The middle of what has been drawn; else where the fire most probably is."""
    if incident.has_outline:
        return incident.centre_xy_m
    weights, prior = incident.weights(), incident.prior
    best = int(np.argmax(weights))
    # A mean between two possible places may be neither; but around one place it is finer than a cell.
    near = np.hypot(prior.x_m - prior.x_m.flat[best], prior.y_m - prior.y_m.flat[best]) <= 2.0 * prior.cell_size_m
    share = weights[near] / weights[near].sum()
    return float((share * prior.x_m[near]).sum()), float((share * prior.y_m[near]).sum())
