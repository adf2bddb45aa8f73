"""The hash that binds a report to everything it looked at, and dies when one thing changes.

All facts go in as they are, in no order, but for three things that change all the time and mostly do not
matter: the instant, what is left on the shelf and what the clinic usually gives. Of the catalogue's tables
go in the rows that are about this cocktail, and of the diluents those in its vials.
What the three decide goes in instead: every answer of the run (rule, version, code, line, subject, level),
without its words and durations. So a report lives while seconds pass and others draw from the same lot, and
dies when an expiry is crossed, a hold is placed or the last sufficient vial is gone, since an answer is
then another one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from fractions import Fraction
from json.encoder import encode_basestring_ascii as quoted
from operator import attrgetter
from typing import Any

from formulary.rules.compatibility import keys_of, relevant
from formulary.rules.facts import Cocktail, Compatibility, Line, Pin, Precautions, Product, Stock
from formulary.rules.findings import Finding, Stage
from formulary.rules.units import Quantity

SHORT = 12
MOST_KEPT = 1_000

_VOLATILE: dict[type, frozenset[str]] = {
    Cocktail: frozenset({"at", "stock", "usual"}),
    Stock: frozenset({"remaining", "reserved", "reserved_for", "place", "status", "held"}),
}
_OF_THE_CASE = frozenset(
    {
        *("lines", "target", "route", "at", "patient", "stock", "overfill", "planned_for", "draws"),
        *("beyond_use_at", "dead_space", "picked", "ref", "acting", "course", "is_top_up", "history"),
        "points",
    }
)
"""What is of this cocktail, this patient and this shelf; every other field is data that the rules go by."""


def fingerprint(cocktail: Cocktail, stage: Stage, rule_set: str, answers: Iterable[Finding]) -> str:
    """SHA-256 over the facts that last, the answers they gave, the stage and the version of the rules."""
    about_it = replace(_of_its_own(cocktail), diluents=_mixed_in(cocktail))
    decided = f"[{';'.join(sorted(map(_decided, answers)))}]"
    parts = (_text(about_it), decided, stage.value, rule_set)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def data_version(cocktail: Cocktail) -> str:
    """Names the data that the rules went by: the products with their limits, those given before that add up
    too, the rows of the catalogue's tables about them, the syringes, the formula, the site's policies, and
    what the clinic usually gives.
    """
    told = _of_its_own(cocktail)
    data = (getattr(told, f.name) for f in fields(told) if f.name not in _OF_THE_CASE)
    before = told.history.products if told.history is not None else ()
    products = tuple(dict.fromkeys((*(line.product for line in told.lines), *before)))
    parts = map(_text, (products, *data))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:SHORT]


def _of_its_own(cocktail: Cocktail) -> Cocktail:
    """The same with the rows that are about it alone: those about other substances say nothing here."""
    inside = tuple(Line(0, product, Pin.QS) for product in _mixed_in(cocktail))
    lines = (*cocktail.lines, *inside)
    return replace(
        cocktail,
        compatibilities=_about(lines, cocktail.compatibilities),
        precautions=_speaking(lines, cocktail.precautions),
    )


def _mixed_in(cocktail: Cocktail) -> tuple[Product, ...]:
    """The diluents in the vials that were picked or drawn from."""
    sources = (*cocktail.picked, *(draw.stock for draw in cocktail.draws))
    inside = {stock.diluent.product_id for stock in sources if stock.diluent is not None}
    return tuple(product for product in cocktail.diluents if product.id in inside)


def _about(lines: tuple[Line, ...], rows: tuple[Compatibility, ...]) -> tuple[Compatibility, ...]:
    """The rows about two of the lines, and those about the mixture as a whole."""
    whole = tuple(row for row in rows if row.kind == "mixture")
    return (*whole, *(row for row in relevant(lines, rows) if row.kind != "mixture"))


def _speaking(lines: tuple[Line, ...], rows: Precautions) -> Precautions:
    """What speaks against something in the lines: a row about anything, a substance or a group of them."""
    present = frozenset().union(*(keys_of(line.product) for line in lines))
    groups = (row for row in rows.cross_reactivities if f"group:{row.word}" in present)
    schedules = (row for row in rows.schedules if f"ingredient:{row.ingredient_id}" in present)
    return replace(
        rows,
        contraindications=tuple(row for row in rows.contraindications if row.selector in present),
        cross_reactivities=tuple(groups),
        schedules=tuple(schedules),
    )


def _decided(answer: Finding) -> str:
    level = "" if answer.level is None else answer.level.name
    said = f"{answer.version},{level},{answer.result.value}"
    return f"{quoted(answer.place)},{said},{quoted(answer.accepted)}"


Writer = Callable[[Any], str]


def _text(value: object) -> str:
    """A text equal exactly when the facts are; collections are in no order, as facts have none."""
    kind: type[Any] = type(value)
    write = _WRITERS.get(kind)
    if write is None:
        write = _WRITERS[kind] = _writer(kind)
    return write(value)


def _writer(kind: type[Any]) -> Writer:
    if issubclass(kind, Enum):
        return lambda value: quoted(str(value.value))
    if not is_dataclass(kind):
        raise TypeError(f"A fact of type {kind.__name__} has no canonical text")
    left_out = _VOLATILE.get(kind, frozenset())
    get = attrgetter(*(f.name for f in fields(kind) if f.name not in left_out))
    return lambda value: f"{kind.__name__}({','.join(map(_text, get(value)))})"


def _kept(write: Writer) -> Writer:
    """The same, kept for the very objects that come with each check; each is held: its id stays its own."""
    known: dict[int, tuple[object, str]] = {}

    def text(value: object) -> str:
        if (found := known.get(id(value))) is not None:
            return found[1]
        if len(known) >= MOST_KEPT:
            known.clear()
        known[id(value)] = value, (written := write(value))
        return written

    return text


def _collection(values: Iterable[object]) -> str:
    return f"[{','.join(sorted(map(_text, values)))}]"


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise TypeError("An instant without its zone cannot be compared")
    return value.astimezone(UTC).isoformat()


def _quantity(value: Quantity) -> str:
    return f"{value.steps} {value.dimension.name}"


_WRITERS: dict[type, Writer] = {
    Quantity: _quantity,
    tuple: _collection,
    frozenset: _collection,
    str: quoted,
    datetime: _instant,
    **dict.fromkeys((int, bool, type(None), Fraction, date, timedelta), str),
}
_WRITERS |= {kind: _kept(_writer(kind)) for kind in (Product, Compatibility)}
