"""Cost per delivery against room size and against replies in flight: measured once at each place, and drawn."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import msgspec
import pygal

from bench.live import Bare, Parley, Shape, samples

SIZES = (2, 10, 100, 1000)
IN_FLIGHT = (1, 4, 16, 32, 64)
LONE = 1
MANY = 32
ROOM = 100


class Point(msgspec.Struct, frozen=True):
    """Server CPU per delivery in µs, on both sides."""

    at: int
    parley: float
    yardstick: float


class Curve(msgspec.Struct, frozen=True):
    """One line of each drawing."""

    name: str
    along: str
    points: list[Point]


def by_size(in_flight: int) -> list[Shape]:
    """Rooms of all sizes; about as many deliveries in each."""
    return [Shape(1, size, in_flight, max(4 * in_flight, min(600, 30_000 // size))) for size in SIZES]


def by_flight() -> list[Shape]:
    """The room of a hundred with ever more replies in flight."""
    return [Shape(1, ROOM, in_flight, max(300, 8 * in_flight)) for in_flight in IN_FLIGHT]


async def curves(parley: Parley, bare: Bare) -> list[Curve]:
    """Everything that is drawn."""
    return [
        await _curve(parley, bare, f"W = {LONE}", "size", by_size(LONE)),
        await _curve(parley, bare, f"W = {MANY}", "size", by_size(MANY)),
        await _curve(parley, bare, f"1×{ROOM}", "in flight", by_flight()),
    ]


async def _curve(parley: Parley, bare: Bare, name: str, along: str, shapes: Sequence[Shape]) -> Curve:
    points = []
    for shape in shapes:
        ours, theirs = await samples([parley, bare], shape, rounds=1)
        at = shape.size if along == "size" else shape.in_flight
        points.append(Point(at, round(ours.cpu_per_delivery, 2), round(theirs.cpu_per_delivery, 2)))
    return Curve(name, along, points)


def draw(found: Sequence[Curve], folder: Path) -> list[Path]:
    """One drawing per kind of curve; where they are."""
    return [
        _draw(
            [curve for curve in found if curve.along == "size"],
            "participants of the room",
            folder / "size.svg",
        ),
        _draw(
            [curve for curve in found if curve.along != "size"], "replies in flight", folder / "flight.svg"
        ),
    ]


def _draw(found: Sequence[Curve], along: str, path: Path) -> Path:
    chart = pygal.XY(
        title=f"Server CPU per delivery against {along}",
        x_title=along,
        y_title="µs",
        logarithmic=True,
        legend_at_bottom=True,
        width=720,
        height=420,
        js=(),
    )
    points = [point for curve in found for point in curve.points]
    chart.x_labels = sorted({point.at for point in points})
    chart.y_labels = _steps([cost for point in points for cost in (point.parley, point.yardstick)])
    for curve in found:
        chart.add(f"Parley, {curve.name}", [(point.at, point.parley) for point in curve.points])
        chart.add(f"yardstick, {curve.name}", [(point.at, point.yardstick) for point in curve.points])
    chart.render_to_file(str(path))
    return path


def _steps(costs: Sequence[float]) -> list[float]:
    """1, 2 and 5 of each power of ten, as far as these reach."""
    steps = [step * 10.0**power for power in range(-3, 6) for step in (1, 2, 5)]
    return [step for step, after in pairwise(steps) if after > min(costs) and step <= max(costs)]
