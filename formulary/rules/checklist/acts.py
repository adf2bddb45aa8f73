"""L3 L4 M3 R1: one scan, one draw, one administration.

They gate the start of an act, never the record of what has happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from formulary.rules.checklist.rule import CO_SIGN, unknown
from formulary.rules.facts import AdministeredFacts, DrawFacts, ScanFacts, Seen, SitePolicies
from formulary.rules.findings import Finding, Level, capital
from formulary.rules.formulation import about
from formulary.rules.lot_status import day_words, free, name_of, normalise, usable
from formulary.rules.units import VOLUME, Quantity, total

NOTHING_DRAWN = "Nothing was drawn."
AGAIN = "Put the vial back and scan again."
BY_HAND = "Type lot and expiry twice, with a second person where the site asks for one."


def scanned(facts: ScanFacts) -> Iterator[Finding]:
    """L3: the pack scanned is of the product needed, and its lot and expiry are those on record for the
    vial chosen.

    Our own label names all three. An unreadable code goes the manual path: lot and expiry typed twice,
    alike.
    """
    if facts.seen.vial is not None:
        yield from _other_vial(facts)
        return
    if facts.manual:
        yield from _typed_twice(facts)
    else:
        yield from _other_product(facts)
    yield from _other_lot(facts)


def _scan(facts: ScanFacts, code: str, reason: str, remedy: str = AGAIN) -> Finding:
    words = f"{reason} {NOTHING_DRAWN}"
    return Finding(code, facts.product, words, remedy, rule="L3", line=facts.line, field="scan")


def _other_vial(facts: ScanFacts) -> Iterator[Finding]:
    wanted, seen = facts.stock.vial, facts.seen.vial
    if seen != wanted:
        chosen = f"vial {wanted}" if wanted else name_of(facts.stock)
        yield _scan(facts, "scan.wrong_vial", f"Vial {seen} was scanned, and {chosen} was chosen.")


def _other_product(facts: ScanFacts) -> Iterator[Finding]:
    seen = facts.seen
    if seen.gtin is None:
        yield _scan(facts, "scan.unreadable", "The code names no product.", BY_HAND)
    elif seen.gtin not in facts.gtins:
        found = seen.product or f"a pack with GTIN {seen.gtin}"
        yield _scan(facts, "scan.wrong_product", f"Wrong product: scanned {found}, needed {facts.product}.")


def _other_lot(facts: ScanFacts) -> Iterator[Finding]:
    seen, stock = facts.seen, facts.stock
    if seen.lot is None or seen.expires_on is None:
        yield _scan(facts, "scan.incomplete", "The code names no lot or no expiry.", BY_HAND)
        return
    if not _same_lot(seen.lot, stock.lot, by_hand=facts.manual):
        yield _scan(facts, "scan.wrong_lot", f"Lot {seen.lot} was scanned, and lot {stock.lot} was chosen.")
    elif seen.expires_on != stock.expires_on:
        reason = (
            f"The pack says it expires {day_words(seen.expires_on)}, and lot {stock.lot} is on record with "
        )
        remedy = "Set it aside: the record or the pack is wrong. Ask the pharmacist."
        yield _scan(facts, "scan.wrong_expiry", f"{reason}{day_words(stock.expires_on)}.", remedy)


def _same_lot(seen: str, chosen: str, *, by_hand: bool) -> bool:
    return normalise(seen) == normalise(chosen) if by_hand else seen == chosen


def _typed_twice(facts: ScanFacts) -> Iterator[Finding]:
    again = facts.typed_again or Seen()
    if (again.lot, again.expires_on) != (facts.seen.lot, facts.seen.expires_on):
        yield _scan(
            facts, "scan.typed_differs", "Lot and expiry were not typed alike twice.", "Type both again."
        )
    if facts.needs_second_person and not facts.second_person:
        reason = "What was typed by hand needs a second person."
        yield _scan(facts, "scan.second_person", reason, "Let another person confirm it on this screen.")


def drawn(facts: DrawFacts) -> Iterator[Finding]:
    """L4, M3, and L1 L2 of this instant: the vial scanned holds what is drawn, and it is what was planned."""
    barred = usable(
        facts.stock,
        at=facts.at,
        for_patient=facts.for_patient,
        policies=facts.policies,
        for_ref=facts.for_ref,
    )
    yield from (replace(x, line=facts.line) for x in barred if x.rule in ("L1", "L2"))
    yield from _vial_scanned(facts)
    yield from _enough_left(facts)
    yield from _as_planned(facts)


def _vial_scanned(facts: DrawFacts) -> Iterator[Finding]:
    chosen = facts.stock.vial
    if chosen is not None and facts.scanned_vial != chosen:
        seen = "none" if facts.scanned_vial is None else f"vial {facts.scanned_vial}"
        reason = f"Vial {chosen} was chosen and {seen} was scanned."
        yield _draw(
            facts, "L4", "vial.not_the_one_scanned", reason, f"Scan vial {chosen}, or choose the other."
        )


def _enough_left(facts: DrawFacts) -> Iterator[Finding]:
    left, mark = free(facts.stock, facts.for_ref), facts.policies.decimal_mark
    if left.dimension != facts.amount.dimension:
        reason = f"{capital(name_of(facts.stock))} is counted in another unit than it is drawn in."
        yield _draw(facts, "L4", "vial.not_comparable", reason, "Correct the product in the catalogue.")
    elif facts.amount > left:
        name, needed = capital(name_of(facts.stock)), about(facts.amount, mark)
        reason = f"{name} has {about(left, mark)} left and {needed} is needed."
        yield _draw(facts, "L4", "vial.too_little_left", reason, "Add a second vial.")


def _as_planned(facts: DrawFacts) -> Iterator[Finding]:
    tolerance, mark = facts.policies.volume_tolerance, facts.policies.decimal_mark
    off = abs(facts.measured - facts.planned)
    words = f"{about(facts.measured, mark)} was measured and {about(facts.planned, mark)} was planned"
    if facts.measured.steps <= 0:
        yield _draw(
            facts, "M3", "draw.nothing_measured", "Nothing was measured.", "Type what the syringe shows."
        )
    elif tolerance is None and not off.is_zero:
        reason = f"{words}; the site has not said how far off is accepted."
        remedy = "Let an administrator set the policy of the site."
        undecided = unknown("draw.tolerance_undecided", facts.product, reason, remedy)
        yield replace(undecided, rule="M3", line=facts.line, field="measured")
    elif not _within(facts):
        low, high = (about(q, mark) for q in allowed(facts.planned, facts.policies, facts.of) or ())
        reason = f"{words}; {low} to {high} is allowed."
        yield _draw(facts, "M3", "draw.outside_tolerance", reason, f"Draw it again, {CO_SIGN}")


def _within(facts: DrawFacts) -> bool:
    span = allowed(facts.planned, facts.policies, facts.of)
    return facts.measured == facts.planned or (span is not None and span[0] <= facts.measured <= span[1])


def _draw(facts: DrawFacts, rule: str, code: str, reason: str, remedy: str) -> Finding:
    return Finding(code, facts.product, reason, remedy, rule=rule, line=facts.line, field="measured")


def allowed(
    planned: Quantity, policies: SitePolicies, of: Quantity | None = None
) -> tuple[Quantity, Quantity] | None:
    """The lowest and highest volume that passes as planned (M3), or None while the site has not decided.

    `of` is what the tolerance is a share of, where that is not the planned volume itself.
    """
    if policies.volume_tolerance is None:
        return None
    off = (planned if of is None else of) * policies.volume_tolerance
    return max(planned - off, planned * 0), planned + off


def given(facts: AdministeredFacts) -> Iterator[Finding]:
    """R1: sites, leftover and dead space come to what was released; a difference is named with its way."""
    dead = Quantity.zero(VOLUME) if facts.dead_space is None else facts.dead_space
    accounted = total(facts.sites, VOLUME) + facts.leftover + dead
    off, tolerance, mark = (
        accounted - facts.released,
        facts.policies.volume_tolerance,
        facts.policies.decimal_mark,
    )
    if off.is_zero:
        return
    missing = "is missing" if off.steps < 0 else "is too much"
    reason = f"{about(accounted, mark)} is accounted for and {about(facts.released, mark)} was released: "
    reason += f"{about(abs(off), mark)} {missing}."
    if tolerance is not None and abs(off) <= facts.released * tolerance:
        yield _given("given.small_difference", reason, "", level=Level.INFO)
    else:
        yield _given("given.not_balanced", reason, f"Correct a site or the leftover, {CO_SIGN}")


def _given(code: str, reason: str, remedy: str, level: Level | None = None) -> Finding:
    return Finding(code, "volumes", reason, remedy, level=level, rule="R1", field="leftover")
