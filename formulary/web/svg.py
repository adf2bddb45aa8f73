"""Pictures drawn on the server: they print, they can be tested, and each says in words what it shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from markupsafe import Markup

from formulary.rules import units
from formulary.rules.units import Quantity
from formulary.web import site, states, words
from formulary.web.fields.figures import degrees

LEFT, BARREL = 96, 440
MOST_TICKS, MOST_LABELS = 120, 10
STEPS = (1, 2, 5, 10, 20, 25, 50, 100)
METER_END = 125
CLEAR = 14

_SYRINGE = Markup(
    '<svg class="pic syringe" viewBox="0 0 680 124" role="img"><title>{title}</title><desc>{desc}</desc>'
    '<path class="steel" d="M4 62H74"/><path class="glass" d="M74 57h8l8-8h6v26h-6l-8-8h-8z"/>'
    '<rect class="glass" x="96" y="36" width="464" height="52" rx="5"/>'
    '<rect class="fluid" x="97" y="37" width="{fluid}" height="50" rx="4"/>'
    '<path class="rubber" d="M{front} 38v48h9v-4h5v4h9V38h-9v4h-5v-4z"/>'
    '<path class="glass" d="M{rod} 56H656v12H{rod}z"/>'
    '<rect class="glass" x="656" y="32" width="9" height="60" rx="3"/>'
    '<rect class="glass" x="560" y="22" width="8" height="80" rx="3"/>{ticks}{labels}'
    '<path class="mark" d="M{front} 30V100"/>'
    '<text class="t-strong" x="{front}" y="116" text-anchor="middle">{shown}</text></svg>'
)
_TICK = Markup('<path class="tick" stroke-width="{}" d="M{} 36v{}"/>')
_LABEL = Markup('<text x="{}" y="28" text-anchor="middle">{}</text>')
_METER = Markup(
    '<svg viewBox="0 0 125 8" preserveAspectRatio="none" role="img" aria-label="{label}">'
    '<rect class="meter-track" width="125" height="8" rx="2"/>'
    '<rect class="meter-fill" width="{width}" height="8" rx="2"/>'
    '<rect class="meter-limit" x="99.2" width="1.6" height="8"/></svg>'
)

_SPARK = Markup(
    '<svg class="spark" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-label="{2}">'
    '<path class="spark-line" d="{3}"/><circle class="spark-now" cx="{4}" cy="{5}" r="2.5"/></svg>'
)


def px(value: Fraction | int) -> str:
    """A coordinate to one decimal."""
    tenths = round(Fraction(value) * 10)
    whole, tenth = divmod(abs(tenths), 10)
    sign = "-" if tenths < 0 else ""
    return f"{sign}{whole}.{tenth}" if tenth else f"{sign}{whole}"


def syringe(capacity: Quantity, graduation: Quantity, volume: Quantity) -> Markup:
    """A syringe with the front edge of its stopper at `volume`; ValueError where it holds less than that."""
    if volume > capacity or graduation.is_zero:
        raise ValueError(f"A syringe of {units.show(capacity)} cannot show {units.show(volume)}")
    front = LEFT + BARREL * (volume / capacity)
    mark = site.mark()
    says = [units.show(q, units.unit("mL"), mark) for q in (capacity, graduation, volume)]
    return _SYRINGE.format(
        title=f"Syringe of {says[0]}, filled to {says[2]}",
        desc=f"Syringe of {says[0]} with steps of {says[1]}; the stopper's front edge stands at {says[2]}.",
        fluid=px(max(front - LEFT - 1, Fraction(0))),
        front=px(front),
        rod=px(front + 23),
        ticks=_ticks(capacity, graduation),
        labels=_labels(capacity, graduation, front),
        shown=says[2],
    )


def label_step(capacity: Quantity, graduation: Quantity) -> int:
    """Every how many graduations a number stands, so that there are at most ten."""
    return next((n for n in STEPS if capacity / (graduation * n) <= MOST_LABELS), STEPS[-1])


def _ticks(capacity: Quantity, graduation: Quantity) -> Markup:
    number, each = int(capacity / graduation), label_step(capacity, graduation)
    step = 1 if number <= MOST_TICKS else each
    return Markup("").join(_tick(n, each, graduation / capacity) for n in range(0, number + 1, step))


def _tick(n: int, each: int, share: Fraction) -> Markup:
    x = px(LEFT + BARREL * share * n)
    if n % each == 0:
        return _TICK.format("1.4", x, 20)
    return _TICK.format("1.4", x, 13) if n * 2 % each == 0 else _TICK.format("0.6", x, 8)


def _labels(capacity: Quantity, graduation: Quantity, front: Fraction) -> Markup:
    each = graduation * label_step(capacity, graduation)
    at = [(each * n, LEFT + BARREL * (each * n / capacity)) for n in range(int(capacity / each) + 1)]
    return Markup("").join(
        _LABEL.format(px(x), units.plain(q, units.unit("mL"), site.mark()))
        for q, x in at
        if abs(x - front) >= CLEAR
    )


def meter_picture(ratio: Fraction) -> Markup:
    """A bar to `ratio` of the maximum; the mark for 100 % stands at the same place in every bar."""
    width = px(min(max(ratio * 100, Fraction(0)), Fraction(METER_END)))
    return _METER.format(
        width=width, label=f"{units.show_percent(ratio, site.mark())} of the maximum; the mark is 100 %"
    )


SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 72, 20, 3


def sparkline(values: Sequence[int], label: str) -> Markup:
    """A line through amounts of one unit, from left to right, nought at the foot; `label` says them all."""
    most, last = max(*values, 1), max(len(values) - 1, 1)
    wide, high = SPARK_WIDTH - 2 * SPARK_EDGE, SPARK_HEIGHT - 2 * SPARK_EDGE
    at = [
        (px(SPARK_EDGE + Fraction(wide * place, last)), px(SPARK_EDGE + high - Fraction(high * value, most)))
        for place, value in enumerate(values)
    ]
    path = "M" + "L".join(f"{x} {y}" for x, y in at)
    return _SPARK.format(SPARK_WIDTH, SPARK_HEIGHT, label, path, *at[-1])


@dataclass(frozen=True, slots=True)
class Node:
    """One thing of a trace: its name, a second line, and the class of its state."""

    name: str
    title: str
    sub: str = ""
    state: str = "info"


@dataclass(frozen=True, slots=True)
class Link:
    """From one node to another by name; `hot` where the path is still open."""

    source: str
    target: str
    hot: bool = False


_TRACE = Markup(
    '<svg class="pic wide trace halo" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img">'
    "<title>{2}</title><desc>{3}</desc>{4}{5}</svg>"
)
_PATH = Markup('<path class="trace-link{}" d="M{} {}C{} {} {} {} {} {}"/>')
_NODE = Markup(
    '<g class="trace-node {}"><rect class="p-soft" x="{}" y="{}" width="150" height="44"/>'
    '<text class="t-strong" x="{}" y="{}">{}</text><text x="{}" y="{}">{}</text></g>'
)
ROW, WIDTH, HEIGHT = 60, 150, 44
GAP, NARROW, FIT = 60, 22, 5
"""Between two columns, and where there are more than fit beside each other so on a page."""


def trace_picture(columns: Sequence[Sequence[Node]], links: Iterable[Link], title: str, desc: str) -> Markup:
    """A trace from left to right, one column per kind of thing; only the path still open is red."""
    step = WIDTH + (GAP if len(columns) <= FIT else NARROW)
    places = {
        node.name: (c * step + 2, r * ROW + 8)
        for c, column in enumerate(columns)
        for r, node in enumerate(column)
    }
    height = max((len(column) for column in columns), default=1) * ROW + 8
    paths = Markup("").join(_path(link, places) for link in links)
    nodes = Markup("").join(_node(node, places[node.name]) for column in columns for node in column)
    width = (len(columns) - 1) * step + WIDTH + 6
    return _TRACE.format(width, height, title, desc, paths, nodes)


def _path(link: Link, places: dict[str, tuple[int, int]]) -> Markup:
    (x1, y1), (x2, y2) = places[link.source], places[link.target]
    x1, y1, y2 = x1 + WIDTH, y1 + HEIGHT // 2, y2 + HEIGHT // 2
    middle = (x1 + x2) // 2
    return _PATH.format(" hot" if link.hot else "", x1, y1, middle, y1, middle, y2, x2, y2)


def _node(node: Node, at: tuple[int, int]) -> Markup:
    x, y = at
    return _NODE.format(
        states.state(node.state).css, x, y, x + 10, y + 19, node.title, x + 10, y + 35, node.sub
    )


_CURVE = Markup(
    '<svg class="pic wide halo" viewBox="0 0 720 232" role="img"><title>{title}</title><desc>{desc}</desc>'
    '{span}{marks}<path class="p-axis" d="M56 16V200H712"/><path class="p-ink" d="{path}"/>'
    '<text x="56" y="222">{first}</text><text x="712" y="222" text-anchor="end">{last}</text></svg>'
)
_SPAN = Markup('<g class="pass"><rect class="p-soft" x="56" y="{}" width="656" height="{}"/></g>')
_MARK = Markup(
    '<path class="p-line" d="M56 {0}H712"/><text x="50" y="{0}" dy="4" text-anchor="end">{1}</text>'
)
CURVE_LEFT, CURVE_WIDTH, CURVE_TOP, CURVE_HEIGHT, AIR = 56, 656, 16, 184, 10


def curve(
    points: Sequence[tuple[datetime, int]],
    span: tuple[int, int] | None,
    zone: str,
    longest: timedelta | None = None,
) -> Markup:
    """Temperatures (instant, tenths of a degree) as a line, the range shaded behind it where one is known.

    Of the readings that fall on one column of the picture the lowest and the highest are drawn. No line
    crosses what nobody read: where two readings are further apart than `longest`, it begins anew.
    """
    values, begin, until = [tenths for _, tenths in points], points[0][0], points[-1][0]
    low, high = min(*values, *(span or values)) - AIR, max(*values, *(span or values)) + AIR
    clocks = ZoneInfo(zone)
    lowest, highest = (f"{degrees(v)} °C" for v in (min(values), max(values)))
    range_is = f"{degrees(span[0])} to {degrees(span[1])} °C" if span else "unknown"
    return _CURVE.format(
        title=f"Temperature, {lowest} to {highest}",
        desc=f"{len(points):,} readings, {words.instant(begin, clocks)} to {words.instant(until, clocks)}: "
        f"the lowest {lowest}, the highest {highest}. The range is {range_is}.",
        span=_shaded(span, low, high) if span else "",
        marks=Markup("").join(_mark(v, low, high) for v in span or (low, high)),
        path=_line(points, longest, low, high),
        first=words.instant(begin, clocks),
        last=words.instant(until, clocks),
    )


def _line(points: Sequence[tuple[datetime, int]], longest: timedelta | None, low: int, high: int) -> str:
    """The path through the readings, column by column; it lifts where nobody read for longer than that."""
    begin, until = points[0][0], points[-1][0]
    stretch = max(int((until - begin).total_seconds()), 1)
    columns: dict[int, list[int]] = {}
    anew, before = set[int](), begin
    for at, tenths in points:
        x = CURVE_LEFT + int((at - begin).total_seconds()) * CURVE_WIDTH // stretch
        if longest is not None and at - before > longest:
            anew.add(x)
        columns.setdefault(x, []).append(tenths)
        before = at
    drawn = [(x, v) for x, found in columns.items() for v in dict.fromkeys((min(found), max(found)))]
    path = "L".join(f"{x} {px(_height(v, low, high))}" for x, v in drawn)
    for x in anew:
        path = path.replace(f"L{x} ", f"h1M{x} ", 1)
    return f"M{path}h1" if anew else f"M{path}"


def _height(tenths: int, low: int, high: int) -> Fraction:
    return CURVE_TOP + Fraction(CURVE_HEIGHT * (high - tenths), high - low)


def _mark(tenths: int, low: int, high: int) -> Markup:
    return _MARK.format(px(_height(tenths, low, high)), degrees(tenths))


def _shaded(span: tuple[int, int], low: int, high: int) -> Markup:
    top, foot = _height(span[1], low, high), _height(span[0], low, high)
    return _SPAN.format(px(top), px(foot - top))
