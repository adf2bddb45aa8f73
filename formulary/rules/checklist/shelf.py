"""L1 L2 L6 B1: what is drawn from is in date, not held, and enough; the mixture is given before its time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from formulary.rules.beyond_use import BeyondUse, cocktail_until
from formulary.rules.checklist.formula import held
from formulary.rules.checklist.rule import Case, passed, unknown
from formulary.rules.facts import Line, Stock
from formulary.rules.findings import Finding, Stage, capital, joined
from formulary.rules.formulation import Solved, about
from formulary.rules.lot_status import Bar, bars, free, moment_words, name_of
from formulary.rules.units import VOLUME, Quantity, total


def in_date(case: Case) -> Sequence[Finding]:
    """L1: no lot or vial is expired or beyond use now, and no lot will be when it is to be given."""
    found = [*_against(case, "L1"), *_expires_before(case)]
    return _once(found) or [passed("lot.in_date", "lots", "In date.", _named(case))]


def not_held(case: Case) -> Sequence[Finding]:
    """L2: no lot or vial is held, recalled or in quarantine; from the claim on, nor the formula.

    While nothing is picked, a hold stops where nothing else of a product is usable and it would be without
    the hold.
    """
    stopped = held(case.cocktail.formula) if case.final or case.stage is Stage.CLAIM else None
    found = [*_against(case, "L2"), *([stopped] if stopped else ())]
    return _once(found) or [passed("lot.free", "lots", "Nothing is on hold.", _named(case))]


def _against(case: Case, rule: str) -> Iterator[Finding]:
    for line, stock, barred in _looked_at(case):
        for bar in barred:
            if bar.finding.rule == rule:
                yield replace(bar.finding, line=line, inputs=(("source", name_of(stock)),))


def _looked_at(case: Case) -> Iterator[tuple[int | None, Stock, tuple[Bar, ...]]]:
    """The lots drawn from in the end, else what was picked, else what leaves a line with nothing usable."""
    if case.final:
        for draw in case.cocktail.draws:
            barred = tuple(bar for bar in case.bars(draw.stock) if bar.finding.code.startswith("lot."))
            yield draw.line, draw.stock, barred
        return
    for line in case.lines:
        own = [(stock, barred) for stock, barred in case.sources if stock.product_id == line.product.id]
        if case.cocktail.picked:
            yield from ((line.number, stock, barred) for stock, barred in own)
        elif all(barred for _, barred in own):
            yield from ((line.number, stock, barred) for stock, barred in own if _counts(case, barred))


def _counts(case: Case, barred: Sequence[Bar]) -> bool:
    """Whether what bars a source is said before one is picked: at the claim all of it, earlier holds."""
    return case.stage is Stage.CLAIM or {bar.finding.code for bar in barred} == {"lot.held"}


def _expires_before(case: Case) -> Iterator[Finding]:
    """Lots that are in date now and not when the mixture is to be given."""
    planned = case.cocktail.planned_for
    if planned is None or planned <= case.cocktail.at:
        return
    for line, stock, _ in _looked_at(case):
        for bar in bars(stock, at=planned, for_patient=None):
            if bar.finding.code == "lot.expired":
                reason = f"{capital(name_of(stock))} will have expired by the planned time."
                yield replace(bar.finding, line=line, code="lot.expires_before", reason=reason)


def _once(found: Sequence[Finding] | Iterator[Finding]) -> list[Finding]:
    return list({finding.place: finding for finding in found}.values())


def _named(case: Case) -> tuple[tuple[str, str], ...]:
    stocks = [draw.stock for draw in case.cocktail.draws] if case.final else list(case.cocktail.picked)
    return tuple(("source", name_of(stock)) for stock in stocks)


def enough(case: Case) -> Sequence[Finding]:
    """L6: what is usable and not reserved for others is enough for every product."""
    by_product: dict[int, list[Solved]] = {}
    for solved in case.planned.lines:
        by_product.setdefault(solved.line.product.id, []).append(solved)
    found = [finding for lines in by_product.values() for finding in _short(case, lines)]
    return found or [passed("stock.enough", "stock", "Enough is usable for every line.")]


def _short(case: Case, lines: Sequence[Solved]) -> Iterator[Finding]:
    own = [(stock, barred) for stock, barred in case.sources if stock.product_id == lines[0].line.product.id]
    usable = [free(stock, case.cocktail.ref) for stock, barred in own if not barred]
    dimension = own[0][0].remaining.dimension if own else VOLUME
    needed = _needed(lines, measured_by_volume=dimension == VOLUME)
    if needed is None or any(q.dimension != needed.dimension for q in usable):
        yield _cannot_compare(lines[0].line)
    elif (left := total(usable, needed.dimension)) < needed:
        why = [f"{name_of(stock)} {barred[0].words}" for stock, barred in own if barred]
        yield _too_little(case, lines[0].line, (left, needed), why)


def _needed(lines: Sequence[Solved], *, measured_by_volume: bool) -> Quantity | None:
    """What the draws take from the ledger: volume, or what the powder in it weighs."""
    draws = [x.achieved_volume if measured_by_volume else x.achieved_dose for x in lines]
    known = [draw for draw in draws if draw is not None]
    return None if len(known) < len(draws) else sum(known[1:], start=known[0])


def _too_little(case: Case, line: Line, figures: tuple[Quantity, Quantity], why: Sequence[str]) -> Finding:
    name = line.product.name
    left, needed = (about(q, case.mark) for q in figures)
    because = f" ({joined(why)})" if why else ""
    return Finding(
        "stock.short",
        line.product.ingredient.name,
        f"{capital(name)}: {needed} needed, {left} usable{because}.",
        "Take another product, reduce it, or receive more before it is prepared.",
        line=line.number,
        inputs=(("needed", needed), ("usable", left)),
        rests_on=(("needed", needed),),
    )


def _cannot_compare(line: Line) -> Finding:
    reason = f"The stock of {line.product.name} is counted in another unit than it is drawn in."
    return unknown("stock.not_comparable", line.product.ingredient.name, reason, line=line.number)


def beyond_use(case: Case) -> Sequence[Finding]:
    """B1: the mixture has a beyond-use time, and its administration begins before it.

    While it is being drawn, the time is that of what was drawn and picked so far.
    """
    cocktail, missing = case.cocktail, list[Finding]()
    until = cocktail.beyond_use_at
    if until is None and not case.final:
        projected = _projected(case)
        until, missing = projected.at, list(projected.unknown)
    if until is None:
        reason = "Until when the mixture may be used is not known."
        remedy = "Complete what the missing term needs."
        return missing or [unknown("beyond_use.unknown", "beyond-use date", reason, remedy)]
    return [_begun_before(case, until)]


def _projected(case: Case) -> BeyondUse:
    """The time of what was drawn and picked so far; unknown while a line has no source yet."""
    draws, picked = case.cocktail.draws, case.cocktail.picked
    drawn_from = {draw.stock.product_id for draw in draws}
    sources = [draw.stock for draw in draws] + [x for x in picked if x.product_id not in drawn_from]
    products = [line.product for line in case.lines]
    if {product.id for product in products} - {stock.product_id for stock in sources}:
        return BeyondUse(())
    begun = min((draw.drawn_at for draw in draws), default=case.cocktail.at)
    formula = case.cocktail.formula
    return cocktail_until(sources, products, prepared_from=begun, policies=case.policies, formula=formula)


def _begun_before(case: Case, until: datetime) -> Finding:
    at, zone = case.cocktail.at, case.policies.zone
    planned = case.cocktail.planned_for if case.stage is not Stage.ADMINISTER else None
    words = moment_words(until, zone, at)
    if at >= until:
        reason, remedy = f"The mixture is beyond use since {words}.", "Waste it and prepare a new one."
        return Finding("beyond_use.passed", "beyond-use date", reason, remedy)
    if planned is not None and planned >= until:
        late = moment_words(planned, zone, at)
        reason = f"The mixture is to be given at {late} and must be begun before {words}."
        return Finding(
            "beyond_use.too_short", "beyond-use date", reason, "Prepare it later, or give it earlier."
        )
    return passed("beyond_use.in_time", "beyond-use date", f"Use before {words}.", (("use before", words),))
