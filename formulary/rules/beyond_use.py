"""Until when an open vial or a cocktail may be used: the earliest of its terms, each explained and named.

The instant is the one by which administration must begin. Source: USP <797>, official 1 Nov 2023 [WK]; the
container rules are those of the labels, "discard unused portion".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

from formulary.rules.facts import Diluent, Formula, Product, SitePolicies, Stock
from formulary.rules.findings import Finding, Level, Result
from formulary.rules.lot_status import (
    NOT_ON_RECORD,
    InUse,
    day_words,
    discards,
    end_of_day,
    hours,
    is_discarded,
    moment_words,
    name_of,
    span_words,
    stamp_words,
)

PRINTED = "printed on the pack"
CATALOGUE = "the product's record in the catalogue"
UNCONFIRMED = "unconfirmed"
START = "start of preparation"


@dataclass(frozen=True, slots=True)
class Term:
    """One limit: its name, when it ends, and how that was computed from what, by whose word.

    `on_label` says it where the container itself is at hand: "time after opening"; nothing for its own lot.
    """

    name: str
    at: datetime
    formula: str
    inputs: tuple[tuple[str, str], ...]
    source: str
    on_label: str = ""


@dataclass(frozen=True, slots=True)
class BeyondUse:
    """The earliest of the terms; `at` is None while one that must be known is not (`unknown` says which)."""

    terms: tuple[Term, ...]
    unknown: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def limited_by(self) -> Term | None:
        """The term that decides among those known, the first named where two end together."""
        return min(self.terms, key=lambda term: term.at, default=None)

    @property
    def at(self) -> datetime | None:
        """The instant by which use must begin, or None while it cannot be known."""
        return None if self.unknown or self.limited_by is None else self.limited_by.at

    def words(self, zone: str, now: datetime) -> str:
        """For people: "use before 14:10, limited by vial 0391"; "beyond use not known" while it is not."""
        if self.at is None or self.limited_by is None:
            return "beyond use not known"
        return f"use before {moment_words(self.at, zone, now)}, limited by {self.limited_by.name}"


def opened_until(
    rules: InUse,
    *,
    opened_at: datetime,
    expires_on: date,
    zone: str,
    reconstituted_at: datetime | None = None,
    diluent: Diluent | None = None,
    name: str = "vial",
) -> BeyondUse:
    """How long an opened container may be used: its lot's expiry, its time after puncture and after mixing,
    and the expiry of the diluent in it.

    What is discarded (`lot_status.discards`) gives no term of its own. Elsewhere a missing figure is unknown.
    """
    parts = (
        _expiry(name, expires_on, zone),
        _puncture(rules, name, opened_at, reconstituted_at, zone),
        _reconstitution(rules, name, reconstituted_at, zone),
        BeyondUse(()) if diluent is None else _expiry_of_diluent(name, diluent, zone),
    )
    return _joined(parts)


def cocktail_until(
    stock: Sequence[Stock],
    products: Sequence[Product],
    *,
    prepared_from: datetime,
    policies: SitePolicies,
    formula: Formula | None = None,
) -> BeyondUse:
    """How long a mixture may be used: the site's limit, that of the formula it follows, and every lot, vial
    and stability that it depends on.

    `stock` is what was or would be drawn from; a sealed one counts as opened, and a powder as mixed, at
    `prepared_from`. The site's limit is required; it counts from the opening of a vial that has no time in
    use of its own, where that is earlier. A mixture without stability data says so.
    """
    sources = (_source(each, prepared_from) for each in stock)
    mixture = (_stability(product, prepared_from, policies.zone) for product in products)
    limits = (
        _policy(policies, _begun(stock, prepared_from)),
        _of_formula(formula, prepared_from, policies.zone),
    )
    joined = _joined((*limits, *sources, *mixture))
    return BeyondUse(joined.terms, joined.unknown, (*joined.notes, *_no_data(products)))


def _begun(stock: Sequence[Stock], prepared_from: datetime) -> tuple[str, datetime]:
    """What the site's limit counts from, and when: the first opening of what is not kept, or the start."""
    kept_from = [(each.opened_at, name_of(each)) for each in stock if each.opened_at and is_discarded(each)]
    opened_at, name = min(kept_from, default=(prepared_from, ""))
    return (f"opening of {name}", opened_at) if opened_at < prepared_from else (START, prepared_from)


def _joined(parts: Sequence[BeyondUse]) -> BeyondUse:
    return BeyondUse(
        tuple(term for part in parts for term in part.terms),
        tuple(finding for part in parts for finding in part.unknown),
        tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _expiry(name: str, expires_on: date, zone: str) -> BeyondUse:
    if expires_on == NOT_ON_RECORD:
        reason, remedy = f"The expiry of {name} is not on record.", "Read it on the pack."
        return BeyondUse((), (_unknown("beyond_use.expiry_unknown", name, reason, remedy),))
    inputs = (("printed expiry", day_words(expires_on)), ("zone", zone))
    term = Term(f"expiry of {name}", end_of_day(expires_on, zone), "end of the printed day", inputs, PRINTED)
    return BeyondUse((term,))


def _expiry_of_diluent(name: str, diluent: Diluent, zone: str) -> BeyondUse:
    words = f"expiry of its diluent, lot {diluent.lot}"
    found = _expiry(f"the diluent in {name}, lot {diluent.lot}", diluent.expires_on, zone)
    return replace(found, terms=tuple(replace(term, on_label=words) for term in found.terms))


def _puncture(
    rules: InUse, name: str, opened_at: datetime, reconstituted_at: datetime | None, zone: str
) -> BeyondUse:
    if discards(rules, is_mixed=reconstituted_at is not None):
        return _discarded(name)
    if rules.after_puncture_h:
        term = _hours_term(name, ("opened", opened_at), rules.after_puncture_h, zone)
        return BeyondUse((replace(term, on_label="time after opening"),))
    if reconstituted_at is not None and rules.after_reconstitution_h is not None:
        return BeyondUse(())
    return _not_known(name, "after opening")


def _reconstitution(rules: InUse, name: str, reconstituted_at: datetime | None, zone: str) -> BeyondUse:
    if reconstituted_at is None:
        return BeyondUse(())
    after = rules.after_reconstitution_h
    if after is None:
        return _not_known(name, "after reconstitution")
    term = _hours_term(f"{name}, reconstituted", ("mixed", reconstituted_at), after, zone)
    return BeyondUse((replace(term, on_label="time after reconstitution"),))


def _policy(policies: SitePolicies, begun: tuple[str, datetime]) -> BeyondUse:
    limit = policies.preparation_limit_h
    if limit is None:
        reason = "The site has not set how long a preparation may be used."
        remedy = "An administrator sets the preparation limit with its source."
        return BeyondUse((), (_unknown("beyond_use.policy_unknown", "preparation limit", reason, remedy),))
    name = policies.preparation_limit_name or "the site's preparation limit"
    source = policies.preparation_limit_source or "the site's policy, no source given"
    if policies.preparation_limit_unconfirmed:
        name, source = f"{name} ({UNCONFIRMED})", f"{source}; {UNCONFIRMED}: its text was not read"
    return BeyondUse((_hours_term(name, begun, limit, policies.zone, source),))


def _source(stock: Stock, prepared_from: datetime) -> BeyondUse:
    """The terms of one source: those of its own container, and what was written on it when it was opened."""
    is_powder = stock.reconstituted_at is None and stock.after_reconstitution_h is not None
    computed = opened_until(
        stock,
        opened_at=stock.opened_at or prepared_from,
        expires_on=stock.expires_on,
        zone=stock.zone,
        reconstituted_at=stock.reconstituted_at or (prepared_from if is_powder else None),
        diluent=stock.diluent,
        name=name_of(stock),
    )
    if stock.opened_at is None or stock.beyond_use_at is None:
        return computed
    written = (("written on it", stamp_words(stock.beyond_use_at, stock.zone)),)
    formula = "as set when it was opened"
    label = Term(name_of(stock), stock.beyond_use_at, formula, written, "the vial's record")
    return BeyondUse((label, *computed.terms), (), computed.notes)


def _stability(product: Product, prepared_from: datetime, zone: str) -> BeyondUse:
    if product.mixture_stability_h is None:
        return BeyondUse(())
    name = f"stability of {product.ingredient.name} in a mixture"
    return BeyondUse((_hours_term(name, (START, prepared_from), product.mixture_stability_h, zone),))


def _of_formula(formula: Formula | None, prepared_from: datetime, zone: str) -> BeyondUse:
    """The limit written in a formula only shortens, so it counts whatever became of the formula since."""
    if formula is None or formula.beyond_use_h is None:
        return BeyondUse(())
    name, after = f"formula {formula.label}", formula.beyond_use_h
    return BeyondUse((_hours_term(name, (START, prepared_from), after, zone, formula.beyond_use_source),))


def _no_data(products: Sequence[Product]) -> Iterator[str]:
    names = dict.fromkeys(
        product.ingredient.name
        for product in products
        if product.mixture_stability_h is None and not product.ingredient.is_diluent
    )
    if names:
        yield f"no stability data for {', '.join(names)} in a mixture"


def _hours_term(
    name: str, begun: tuple[str, datetime], after: Fraction, zone: str, source: str = CATALOGUE
) -> Term:
    event, start = begun
    span = span_words(after)
    inputs = ((event, stamp_words(start, zone)), ("time in use", span))
    return Term(name, start + hours(after), f"{event} + {span}", inputs, source)


def _discarded(name: str) -> BeyondUse:
    return BeyondUse((), (), (f"{name}: the remainder is discarded after this session",))


def _not_known(name: str, when: str) -> BeyondUse:
    reason = f"How long {name} may be used {when} is not on record."
    return BeyondUse(
        (), (_unknown("beyond_use.unknown", name, reason, "Look it up on the label and enter it."),)
    )


def _unknown(code: str, subject: str, reason: str, remedy: str) -> Finding:
    return Finding(code, subject, reason, remedy, level=Level.BLOCK, result=Result.UNKNOWN, rule="B1")
