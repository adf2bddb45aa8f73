"""Jinja filters and globals: the only way a page writes a quantity, a time or a state."""

from datetime import date, datetime
from fractions import Fraction
from typing import Any

from flask import Flask, url_for
from markupsafe import Markup
from werkzeug.routing import BuildError

from formulary import clock
from formulary.rules import units
from formulary.rules.findings import Finding
from formulary.rules.lot_status import NOT_ON_RECORD
from formulary.rules.units import Money, Quantity, Unit
from formulary.web import assets, site, states, svg, words
from formulary.web.fields import figures

_QTY = Markup('<span class="qty">%s&nbsp;<span class="unit">%s</span></span>')
_COLUMN = Markup(
    '<span class="qty">%s<span class="frac">%s</span><span class="unit-box">&nbsp;%s</span></span>'
)
_STATE = Markup('<span class="state %s">%s%s</span>')
_STATE_TEXT = Markup('<span class="state-text %s">%s %s</span>')
_TIME = Markup('<time datetime="%s">%s</time>')
# A list calls these five times a row; Markup.format() takes them apart in Python, ten times as slow as %.


def _split(shown: str) -> tuple[str, str]:
    number, _, unit = shown.rpartition(words.SPACE)
    return number, unit


def _unit(code: Unit | str | None, q: Quantity) -> Unit | None:
    return units.unit(code, q.dimension) if isinstance(code, str) else code


def quantity(q: Quantity | None, unit: Unit | str | None = None) -> Markup:
    """A quantity that never breaks from its unit; None is drawn as unknown, never as nothing."""
    if q is None:
        return state_text("unknown")
    return _QTY % _split(units.show(q, _unit(unit, q), site.mark()))


def quantity_column(q: Quantity | None, unit: Unit | str | None = None) -> Markup:
    """A quantity whose decimal mark stands under those of the rows above."""
    if q is None:
        return state_text("unknown")
    number, word = _split(units.show(q, _unit(unit, q), site.mark()))
    whole, mark, part = number.partition(site.mark())
    return _COLUMN % (whole, mark + part, word)


def quantity_text(q: Quantity, unit: Unit | str | None = None) -> str:
    """A quantity without markup, for titles, options and labels of pictures."""
    return units.show(q, _unit(unit, q), site.mark())


def quantity_plain(q: Quantity, unit: Unit | str) -> str:
    """The bare number an input is filled with."""
    chosen = _unit(unit, q)
    if chosen is None:
        raise ValueError("A bare number needs its unit beside it")
    return units.plain(q, chosen, site.mark())


def concentration(amount: Quantity | None, volume: Quantity | None) -> Markup:
    """A strength per mL, "4 mg/mL"."""
    if amount is None or volume is None:
        return state_text("unknown")
    return _QTY % _split(units.show_concentration(amount, volume, site.mark()))


def money(amount: Money | None) -> Markup:
    """An amount of money that never breaks from its currency; None is drawn as unknown."""
    if amount is None:
        return state_text("unknown")
    return _QTY % _split(units.show_money(amount, site.mark()))


def degrees(tenths: int) -> Markup:
    """Tenths of a degree Celsius, "4.5 °C"."""
    return _QTY % (figures.degrees(tenths), "°C")


def percent(ratio: Fraction) -> Markup:
    """A ratio as per cent, "125 %"."""
    return _QTY % _split(units.show_percent(ratio, site.mark()))


def day(on: date) -> Markup:
    """ "24 Nov 2026" in the site's zone."""
    if on == NOT_ON_RECORD:
        return Markup("<span>not on record</span>")
    return _TIME % (_machine(on), words.day(on, site.zone()))


def day_short(on: date) -> Markup:
    """ "24 Nov", where the year is plain."""
    return _TIME % (_machine(on), words.day_short(on, site.zone()))


def instant(at: datetime) -> Markup:
    """ "24 Nov 2026, 14:10" in the site's zone."""
    return _TIME % (_machine(at), words.instant(at, site.zone()))


def clock_time(at: datetime) -> Markup:
    """ "14:10" in the site's zone."""
    return _TIME % (_machine(at), words.clock_time(at, site.zone()))


def _machine(on: date) -> str:
    return words.utc(on) if isinstance(on, datetime) else on.isoformat()


def distance(then: date, now: datetime) -> str:
    """ "12 days ago", "in 5 h 58 min"."""
    return words.distance(then, now, site.zone())


def weekday(on: date) -> str:
    """ "Tuesday" in the site's zone."""
    return words.weekday(on, site.zone())


def grouped(number: int) -> str:
    """A whole number with its thousands grouped as the site does."""
    return f"{number:,}".replace(",", "," if site.mark() == "." else words.SPACE)


def state(name: str, shown: str | None = None) -> Markup:
    """A state as a badge, icon and word; `shown` says it more exactly ("held: recall R-7")."""
    drawn = states.state(name)
    return _STATE % (drawn.css, assets.icon(drawn.icon), shown or drawn.word)


def state_text(name: str, shown: str | None = None) -> Markup:
    """A state inside a row, where a box would be noise."""
    drawn = states.state(name)
    return _STATE_TEXT % (drawn.css, assets.icon(drawn.icon), shown or drawn.word)


def finding_state(finding: Finding) -> Markup:
    """The badge that heads a finding."""
    drawn = states.of_finding(finding)
    return _STATE % (drawn.css, assets.icon(drawn.icon), drawn.word)


def link(endpoint: str, **values: Any) -> str | None:
    """The address of an endpoint, or None where the house has no such room."""
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return None


FILTERS = {
    "quantity": quantity,
    "quantity_column": quantity_column,
    "quantity_text": quantity_text,
    "quantity_plain": quantity_plain,
    "concentration": concentration,
    "money": money,
    "degrees": degrees,
    "percent": percent,
    "day": day,
    "day_short": day_short,
    "instant": instant,
    "clock_time": clock_time,
    "ago": distance,
    "until": distance,
    "span": words.span,
    "weekday": weekday,
    "grouped": grouped,
    "plural": words.plural,
    "state": state,
    "state_text": state_text,
    "finding_state": finding_state,
    "finding_css": states.css_of,
    "state_css": lambda name: states.state(name).css,
    "state_word": lambda name: states.state(name).word,
    "initials": lambda name: "".join(part[0] for part in str(name).split()[-2:]).upper(),
    "state_icon": lambda name: assets.icon(states.state(name).icon),
}
GLOBALS = {
    "icon": assets.icon,
    "asset": assets.asset,
    "integrity": assets.integrity,
    "link": link,
    "sparkline": svg.sparkline,
    "syringe": svg.syringe,
    "meter_picture": svg.meter_picture,
    "trace_picture": svg.trace_picture,
}


def _context() -> dict[str, Any]:
    return {"now": clock.now(), "decimal_mark": site.mark()}


def init_app(app: Flask) -> None:
    """Give the templates their filters, globals and the present instant."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(GLOBALS)
    app.context_processor(_context)
