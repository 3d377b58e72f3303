"""How long fire takes to cross into a cell: from a point, or from a piece of front between two cells.

Lengths are in cells, x along the columns and y along the rows (down), so that nothing here knows north. Fire
in a cell spreads as an ellipse in the plane of the ground. Travel over a displacement d of the map costs

    w (|d| - f.d),   |d|^2 = d.d + (z.d)^2,   w = 1 / (head rate (1 - e))

with z the rise of the ground per unit of map along x and y, e the eccentricity and f the eccentricity times the
unit direction of the head, in the plane of the ground, as a functional of map displacements (`front.py` makes
it). On level ground |d| is the map's length and f = e times the unit vector. The gradient of arrival along
the ray is the derivative of the cost, w ((d + z (z.d)) / |d| - f). Catchpole, de Mestre & Gill 1982 for the
ellipse from its rear focus.

Along a piece of front from cell A to cell B arrival is interpolated, T(s) with s from 0 at A to 1 at B, and the
crossing to a third cell starts where T(s) plus the cost is least.
"""

from __future__ import annotations

from math import sqrt

from firesim.compiled import kernel, kernel_part

# Newton's steps from the linear answer; the second already changes the arrival by less than 1e-6 of a crossing.
NEWTON_STEPS = 3
NEWTON_NEAR = 1e-3  # of the piece; the next step would move it by the square of that


@kernel_part
def squared_length(dx: float, dy: float, zx: float, zy: float) -> float:
    """Square of the length along the ground of a map displacement. [cells2]"""
    rise = zx * dx + zy * dy
    return dx * dx + dy * dy + rise * rise


@kernel_part
def crossing_time(dx: float, dy: float, w: float, fx: float, fy: float, zx: float, zy: float) -> float:
    """Time over a displacement under one cell's spread. [s]; w in seconds a cell."""
    return w * (sqrt(squared_length(dx, dy, zx, zy)) - fx * dx - fy * dy)


@kernel_part
def arrival_gradient(dx: float, dy: float, w: float, fx: float, fy: float, zx: float, zy: float) -> tuple[float, float]:
    """Gradient of arrival on the map where fire came along the displacement d. [s/cell] along x and y."""
    length = sqrt(squared_length(dx, dy, zx, zy))
    if length == 0.0:
        return 0.0, 0.0
    rise = zx * dx + zy * dy
    return w * ((dx + zx * rise) / length - fx), w * ((dy + zy * rise) / length - fy)


@kernel
def front_slowness(nx: float, ny: float, w: float, fx: float, fy: float, zx: float, zy: float) -> float:
    """Length of the gradient of arrival, along the map, of a straight front with the unit normal n. [s/cell]

    The gradient g of any ray fulfils |g / w + f| = 1, lengths taken with the inverse of |d|^2's matrix.
    """
    steep = 1.0 + zx * zx + zy * zy
    n_z, f_z = nx * zx + ny * zy, fx * zx + fy * zy
    a = (nx * nx + ny * ny - n_z * n_z / steep) / (w * w)
    b = (nx * fx + ny * fy - n_z * f_z / steep) / w
    c = fx * fx + fy * fy - f_z * f_z / steep - 1.0
    return (sqrt(b * b - a * c) - b) / a


@kernel_part
def start_on_line(
    change: float, ax: float, ay: float, bx: float, by: float, w: float, fx: float, fy: float, zx: float, zy: float
) -> float:
    """Where between A (0) and B (1) the quickest crossing starts when arrival is linear between them.

    change: arrival at B minus at A; (ax, ay) from A to the cell, (bx, by) from A to B.
    The derivative of arrival plus cost is zero where the sine of the ray against the piece has a known value.
    """
    rise_a, rise_b = zx * ax + zy * ay, zx * bx + zy * by
    q0 = ax * ax + ay * ay + rise_a * rise_a
    q1 = ax * bx + ay * by + rise_a * rise_b
    q2 = bx * bx + by * by + rise_b * rise_b
    m = -(change / w + fx * bx + fy * by)
    room = q2 - m * m
    if room <= 0.0:
        return 1.0 if m > 0.0 else 0.0
    s = (q1 + m * sqrt((q0 * q2 - q1 * q1) / room)) / q2
    return min(max(s, 0.0), 1.0)


@kernel
def start_on_curve(
    s: float,
    change: float,
    slope_a: float,
    slope_b: float,
    ax: float,
    ay: float,
    bx: float,
    by: float,
    w: float,
    fx: float,
    fy: float,
    zx: float,
    zy: float,
) -> float:
    """The same when arrival is the cubic through both ends with the slopes slope_a, slope_b along A to B.

    Only with slopes of `convex_slopes`: the sum is then convex and Newton's steps from the linear answer `s` converge.
    """
    rise_a, rise_b = zx * ax + zy * ay, zx * bx + zy * by
    q0 = ax * ax + ay * ay + rise_a * rise_a
    q1 = ax * bx + ay * by + rise_a * rise_b
    q2 = bx * bx + by * by + rise_b * rise_b
    drift = w * (fx * bx + fy * by)
    bend = w * (q0 * q2 - q1 * q1)
    c2 = 3.0 * change - 2.0 * slope_a - slope_b
    c3 = slope_a + slope_b - 2.0 * change
    for _ in range(NEWTON_STEPS):
        root = sqrt(q0 - 2.0 * q1 * s + q2 * s * s)
        slope = slope_a + s * (2.0 * c2 + 3.0 * c3 * s) + drift + w * (q2 * s - q1) / root
        curvature = 2.0 * c2 + 6.0 * c3 * s + bend / (root * root * root)
        if curvature <= 0.0:
            break
        before = s
        s = min(max(s - slope / curvature, 0.0), 1.0)
        if abs(s - before) < NEWTON_NEAR:
            break
    return s


@kernel_part
def convex_slopes(change: float, slope_a: float, slope_b: float) -> tuple[float, float]:
    """Slopes at both ends with which the cubic bends upward all along; both `change`: it is a straight line.

    Upward bend needs slopes on both sides of the chord's, neither more than twice as far from it as the other. A slope
    farther out is held there, and the bend fades with what was cut off: arrival follows its data without a jump. (A
    choice between cubic and line made fire up to an eighth of the way later where a patch beside it grew faster.)
    Where two fronts meet between the ends nothing is left of the bend.
    """
    bend_a, bend_b = max(change - slope_a, 0.0), max(slope_b - change, 0.0)
    if bend_a == 0.0 or bend_b == 0.0:
        return change, change
    held_a, held_b = min(bend_a, 2.0 * bend_b), min(bend_b, 2.0 * bend_a)
    share = (held_a + held_b) / (bend_a + bend_b)
    return change - share * held_a, change + share * held_b


@kernel_part
def on_curve(s: float, change: float, slope_a: float, slope_b: float) -> float:
    """The cubic's value above the one at A."""
    return s * (slope_a + s * (3.0 * change - 2.0 * slope_a - slope_b + s * (slope_a + slope_b - 2.0 * change)))
