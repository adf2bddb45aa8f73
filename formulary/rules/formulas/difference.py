"""What changed from one version of a formula to another, said in words that a prescriber can judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from formulary.rules.facts import Pin, Product, Strength
from formulary.rules.findings import capital
from formulary.rules.formulas.content import UNKNOWN, Content, Figures, Scaling, Written, figures
from formulary.rules.formulation import signed_percent
from formulary.rules.units import Quantity, show, show_concentration

NOTHING = "nothing"
NOT_KNOWN = "unknown"
PINS = {
    Pin.DOSE: "the dose",
    Pin.VOLUME: "the volume",
    Pin.CONCENTRATION: "the concentration",
    Pin.QS: "makes up to the volume",
    UNKNOWN: "nothing: the source states no figure",
}
SCALES = {Scaling.WITH_VOLUME: "scales with the volume", Scaling.FIXED: "stays as it is"}


class Kind(StrEnum):
    """What sort of thing changed; stable, for pages and tests."""

    GAINED = "line.gained"
    LOST = "line.lost"
    DOSE = "dose"
    VOLUME = "volume"
    CONCENTRATION = "concentration"
    PIN = "pin"
    PRODUCT = "product"
    EXCIPIENT_GAINED = "excipient.gained"
    EXCIPIENT_LOST = "excipient.lost"
    EXCIPIENTS_UNKNOWN = "excipients.unknown"
    ORDER = "order"
    SCALING = "scaling"
    DOSE_RANGE = "range.dose"
    CONCENTRATION_RANGE = "range.concentration"
    REASON = "reason"
    EVIDENCE = "evidence"
    TARGET = "target"
    ROUTE = "route"
    BEYOND_USE = "beyond_use"
    BEYOND_USE_SOURCE = "beyond_use.source"
    STORAGE = "storage"
    INSTRUCTIONS = "instructions"
    PAIR_GAINED = "pair.gained"
    PAIR_LOST = "pair.lost"
    PAIR_REASON = "pair.reason"


CLINICAL = frozenset(Kind) - {
    Kind.REASON, Kind.EVIDENCE, Kind.INSTRUCTIONS, Kind.PAIR_REASON, Kind.SCALING, Kind.BEYOND_USE_SOURCE,
}  # fmt: skip
"""What can change what a patient gets, or for how long it may be used; the rest is how it is explained."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different: what it is about, what it was, what it becomes, and by what share.

    `ratio` is the new figure over the old one less 1; None where it is no figure or one side is unknown.
    """

    kind: Kind
    subject: str
    was: str
    becomes: str
    ratio: Fraction | None = None
    mark: str = "."

    @property
    def is_clinical(self) -> bool:
        """Whether it can change what a patient gets, or until when."""
        return self.kind in CLINICAL

    @property
    def share(self) -> str:
        """By how much, as a signed per cent; nothing where there is no figure."""
        return "" if self.ratio is None else signed_percent(self.ratio, self.mark)

    @property
    def words(self) -> str:
        """The change as a sentence: "Tranexamic acid, concentration: 4 mg/mL becomes 5 mg/mL (+25 %)."."""
        share = f" ({self.share})" if self.share else ""
        becomes = self.becomes.removesuffix(".")
        return f"{capital(self.subject)}: {self.was} becomes {becomes}{share}."


def difference(old: Content, new: Content, mark: str = ".") -> tuple[Change, ...]:
    """Everything that is different in `new`, lines first, in the order of its lines; nothing where equal.

    Lines are told apart by substance and product, then by substance. A figure that follows from others (a
    dose from a concentration and the volume) counts as changed with them.
    """
    return tuple(_Compared(old, new, mark).changes())


@dataclass(frozen=True, slots=True)
class _Compared:
    old: Content
    new: Content
    mark: str

    def changes(self) -> Iterator[Change]:
        pairs, lost, gained = matched(self.old, self.new)
        before, after = figures(self.old), figures(self.new)
        for line in gained:
            yield self._say(Kind.GAINED, line.substance, NOTHING, self._line(line, after[line.number]))
        for line in lost:
            yield self._say(Kind.LOST, line.substance, self._line(line, before[line.number]), NOTHING)
        for a, b in pairs:
            yield from self._figures(b.substance, before[a.number], after[b.number])
            yield from self._line_changes(a, b)
        yield from self._order(pairs)
        yield from self._whole()
        yield from self._accepted_pairs()

    def _say(self, kind: Kind, subject: str, was: str, becomes: str, ratio: Fraction | None = None) -> Change:
        return Change(kind, subject, was, becomes, ratio, self.mark)

    def _words(self, kind: Kind, subject: str, was: str, becomes: str) -> Iterator[Change]:
        if was != becomes:
            yield self._say(kind, subject, was or NOTHING, becomes or NOTHING)

    def _figures(self, name: str, was: Figures, becomes: Figures) -> Iterator[Change]:
        yield from self._quantity(Kind.DOSE, f"{name}, dose", was.dose, becomes.dose)
        yield from self._quantity(Kind.VOLUME, f"{name}, volume", was.volume, becomes.volume)
        a, b = was.concentration, becomes.concentration
        if _ratio_of(a) != _ratio_of(b):
            ratio = a and b and a.amount.dimension == b.amount.dimension and a.ratio and b.ratio / a.ratio - 1
            yield self._say(
                Kind.CONCENTRATION,
                f"{name}, concentration",
                self._strength(a),
                self._strength(b),
                ratio or None,
            )

    def _quantity(
        self, kind: Kind, subject: str, was: Quantity | None, becomes: Quantity | None
    ) -> Iterator[Change]:
        if was != becomes:
            yield self._say(kind, subject, self._show(was), self._show(becomes), _share(was, becomes))

    def _line_changes(self, a: Written, b: Written) -> Iterator[Change]:
        name = b.substance
        yield from self._words(Kind.PIN, f"{name}, what is pinned", PINS[a.pin], PINS[b.pin])
        yield from self._products(name, a, b)
        yield from self._words(
            Kind.SCALING, f"{name}, in another volume", SCALES[a.scaling], SCALES[b.scaling]
        )
        yield from self._words(
            Kind.DOSE_RANGE, f"{name}, accepted dose", *self._both(a, b, "dose", self._show)
        )
        yield from self._words(
            Kind.CONCENTRATION_RANGE,
            f"{name}, accepted concentration",
            *self._both(a, b, "mixture", self._strength),
        )
        yield from self._words(Kind.REASON, f"{name}, why its ranges are accepted", a.reason, b.reason)
        yield from self._words(Kind.EVIDENCE, f"{name}, evidence for the product", a.evidence, b.evidence)

    def _both(self, was: Written, becomes: Written, name: str, shown: Callable) -> tuple[str, str]:  # type: ignore[type-arg]
        a, b = (_range(getattr(line, name), line.basis, shown) for line in (was, becomes))
        return a, b

    def _products(self, name: str, a: Written, b: Written) -> Iterator[Change]:
        yield from self._words(Kind.PRODUCT, f"{name}, product", a.product_name, b.product_name)
        if a.product_name == b.product_name or a.product is None or b.product is None:
            return
        gained, lost, listed = excipients_between(a.product, b.product)
        was, becomes = (NOTHING if x.excipients_known else NOT_KNOWN for x in (a.product, b.product))
        for excipient in gained:
            yield self._say(Kind.EXCIPIENT_GAINED, f"{name}, excipient", was, excipient)
        for excipient in lost:
            yield self._say(Kind.EXCIPIENT_LOST, f"{name}, excipient", excipient, becomes)
        if not listed:
            unknown = "not all known: a source does not list them"
            yield self._say(Kind.EXCIPIENTS_UNKNOWN, f"{name}, excipients", a.product_name, unknown)

    def _order(self, pairs: list[tuple[Written, Written]]) -> Iterator[Change]:
        was = [b.substance for a, b in sorted(pairs, key=lambda pair: pair[0].number)]
        becomes = [b.substance for _, b in sorted(pairs, key=lambda pair: pair[1].number)]
        if was != becomes:
            yield self._say(Kind.ORDER, "order of addition", ", ".join(was), ", ".join(becomes))

    def _whole(self) -> Iterator[Change]:
        a, b = self.old, self.new
        yield from self._quantity(Kind.TARGET, "volume made", a.target, b.target)
        yield from self._words(Kind.ROUTE, "route", a.route, b.route)
        yield from self._beyond_use()
        yield from self._words(
            Kind.BEYOND_USE_SOURCE,
            "reference of the beyond-use limit",
            a.beyond_use_source,
            b.beyond_use_source,
        )
        yield from self._words(Kind.STORAGE, "storage", a.storage, b.storage)
        yield from self._words(Kind.INSTRUCTIONS, "instructions", a.instructions, b.instructions)

    def _beyond_use(self) -> Iterator[Change]:
        was, becomes = self.old.beyond_use_h, self.new.beyond_use_h
        if was != becomes:
            ratio = becomes / was - 1 if was and becomes is not None else None
            yield self._say(Kind.BEYOND_USE, "beyond-use limit", _hours(was), _hours(becomes), ratio)

    def _accepted_pairs(self) -> Iterator[Change]:
        was, becomes = self.old.pairs, self.new.pairs
        for pair in sorted(becomes.keys() - was.keys()):
            yield self._say(Kind.PAIR_GAINED, _pair(pair), "not accepted", f"accepted: {becomes[pair]}")
        for pair in sorted(was.keys() - becomes.keys()):
            yield self._say(Kind.PAIR_LOST, _pair(pair), f"accepted: {was[pair]}", "not accepted")
        for pair in sorted(was.keys() & becomes.keys()):
            yield from self._words(Kind.PAIR_REASON, f"{_pair(pair)}, why accepted", was[pair], becomes[pair])

    def _line(self, line: Written, found: Figures) -> str:
        if line.pin == Pin.QS:
            return f"{line.product_name}, {PINS[Pin.QS]}"
        if found.concentration is not None:
            return f"{line.product_name}, {self._strength(found.concentration)}"
        return f"{line.product_name}, {self._show(found.dose if found.dose is not None else found.volume)}"

    def _show(self, quantity: Quantity | None) -> str:
        return NOT_KNOWN if quantity is None else show(quantity, mark=self.mark)

    def _strength(self, strength: Strength | None) -> str:
        if strength is None:
            return NOT_KNOWN
        return show_concentration(strength.amount, strength.volume, self.mark)


def matched(old: Content, new: Content) -> tuple[list[tuple[Written, Written]], list[Written], list[Written]]:
    """Which line of `new` is which of `old`, the lines that are gone, and those that are new."""
    left, pairs = list(old.lines), []
    open_: list[Written] = []
    for line in new.lines:
        same = next(
            (x for x in left if (x.substance, x.product_name) == (line.substance, line.product_name)), None
        )
        if same is None:
            open_.append(line)
        else:
            left.remove(same)
            pairs.append((same, line))
    gained = []
    for line in open_:
        alike = next((x for x in left if x.substance == line.substance), None)
        if alike is None:
            gained.append(line)
        else:
            left.remove(alike)
            pairs.append((alike, line))
    return sorted(pairs, key=lambda pair: pair[1].number), left, gained


def excipients_between(a: Product | None, b: Product | None) -> tuple[list[str], list[str], bool]:
    """What the new product brings beside its active, what it no longer brings, and whether that is all."""
    was = {_plain(x.name) for x in a.excipients} if a else set()
    becomes = {_plain(x.name) for x in b.excipients} if b else set()
    listed = a is not None and b is not None and a.excipients_known and b.excipients_known
    return sorted(becomes - was), sorted(was - becomes), listed


def _plain(name: str) -> str:
    """The name without the word by which the catalogue tells an excipient from the active of that name."""
    return name.removesuffix(" (excipient)")


def _range(ends: tuple | None, basis: str, shown: Callable) -> str:  # type: ignore[type-arg]
    counted = f", counted as {basis}" if basis else ""
    return f"{shown(ends[0])} to {shown(ends[1])}{counted}" if ends else "none"


def _ratio_of(strength: Strength | None) -> tuple[object, Fraction] | None:
    return None if strength is None else (strength.amount.dimension, strength.ratio)


def _share(was: Quantity | None, becomes: Quantity | None) -> Fraction | None:
    if was is None or becomes is None or was.is_zero or was.dimension != becomes.dimension:
        return None
    return becomes / was - 1


def _hours(hours: Fraction | None) -> str:
    return "not stated: the site's limit decides" if hours is None else f"{hours} h"


def _pair(pair: tuple[str, str]) -> str:
    return f"{pair[0]} with {pair[1]}"
