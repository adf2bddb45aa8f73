"""Taking a vial in hand: the right one is opened, a wrong one goes nowhere and is kept as a close call."""

from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import actions as accounts_actions
from formulary.accounts import queries as accounts
from formulary.accounts.facts import site_policies
from formulary.audit import record
from formulary.catalogue import queries as catalogue
from formulary.catalogue.models import Product
from formulary.cocktails.facts import reservation_ref
from formulary.db import Missing, db, once
from formulary.preparations import facts, queries
from formulary.preparations.actions.acts import Shown, formula_findings, keep_rest, step_in_hand
from formulary.preparations.labels import product_words
from formulary.preparations.models import Attempt, CloseCall, PlannedDraw
from formulary.rules import checklist
from formulary.rules.facts import ScanFacts, Seen, Stock
from formulary.rules.findings import Finding, Refused, inputs_hash, refuse
from formulary.rules.lot_status import usable
from formulary.stock import actions as stock
from formulary.stock import facts as stock_facts
from formulary.stock import queries as shelf
from formulary.stock.models import Vial

VIALS = "V-"
LONGEST = 200
AGAIN = "Put it back and scan again."


@dataclass(frozen=True)
class _Hand:
    """What is about to be taken in hand: which step of which attempt, from which source, when."""

    attempt: Attempt
    step: PlannedDraw
    source: Stock
    at: datetime


@once
def scan_vial(attempt_id: int, position: int, *, shown: Shown, at: datetime, by: Actor) -> PlannedDraw:
    """Take the vial of a step in hand: Refused unless product, lot, expiry and vial are the ones meant.

    A sealed container is opened by it, under a code of its own. What is held, expired or beyond its time is
    refused before it is opened.
    """
    attempt, step = step_in_hand(attempt_id, position, by)
    hand = _Hand(attempt, step, facts.source_of(step, at, reservation_ref(attempt.cocktail)), at)
    labelled = _labelled(shown, step, attempt)
    findings = () if _is_sealed_one(labelled, step) else _findings(hand, shown, labelled)
    if found := (*findings, *_may_be_used(hand), *formula_findings(hand.attempt)):
        raise Refused(*found)
    is_sealed = step.vial_id is None
    if is_sealed:
        _open(attempt, step, shown, labelled, at=at, by=by)
    step.scan, step.scanned_at = shown.raw[:LONGEST], at
    step.grade = "probable" if shown.is_manual else "confirmed"
    if is_sealed:
        keep_rest(attempt, at=at, by=by)
    new = {"position": position, "vial": queries.vial(step.vial_id or 0).code, "manual": shown.is_manual}
    _sign_manual(shown, attempt, new, at)
    record("preparations.scan", attempt, by=by, at=at, new=new)
    return step


def note_close_call(
    attempt_id: int, position: int, refusal: Refused, *, raw: str, at: datetime, by: Actor
) -> CloseCall:
    """Keep a refused scan: what was scanned, what was needed; the step's vial must then be scanned anew.

    It has an entry of its own, after the roll-back.
    """
    attempt = queries.attempt(attempt_id, by)
    step, finding = queries.planned(attempt, position), refusal.findings[0]
    if step.state == "planned" and attempt.preparer_id == by.person_id:
        step.scanned_at = None
    call = CloseCall(
        attempt_id=attempt.id,
        line_number=step.line_number,
        code=finding.code,
        scanned=raw[:LONGEST],
        words=finding.reason,
        at=at,
        by_id=by.person_id,
    )
    db.session.add(call)
    db.session.flush()
    record("preparations.close_call", attempt, by=by, at=at, new={"code": finding.code}, outcome="refused")
    return call


def _labelled(shown: Shown, step: PlannedDraw, attempt: Attempt) -> Vial | None:
    """The vial whose label of ours was scanned; refused where the label is not of a vial at all."""
    if shown.vial is None:
        return None
    product = catalogue.product(step.product_id).name
    if not shown.vial.startswith(VIALS):
        words = f"{shown.vial} is not the label of a vial, and {product} is needed. Nothing was drawn."
        raise refuse("scan.not_a_vial", product, words, AGAIN, rule="L3", line=step.line_number, field="scan")
    try:
        return shelf.vial_by_code(shown.vial, attempt.site_id)
    except Missing:
        return None


def _is_sealed_one(vial: Vial | None, step: PlannedDraw) -> bool:
    """Whether the label is that of a container of the lot chosen that nobody has opened: a full scan."""
    return vial is not None and vial.state == "sealed" and step.vial_id is None and vial.lot_id == step.lot_id


def _findings(hand: _Hand, shown: Shown, labelled: Vial | None) -> tuple[Finding, ...]:
    step, site_id = hand.step, hand.attempt.site_id
    product, again = catalogue.product(step.product_id), shown.typed_again
    mark = accounts.site(site_id).decimal_mark
    name = product_words(product, mark)
    told = ScanFacts(
        line=step.line_number,
        product=name,
        gtins=frozenset(code.gtin for code in product.codes),
        stock=hand.source,
        seen=_seen(shown, labelled, product, mark),
        typed_again=None if again is None else Seen(lot=again[0], expires_on=again[1]),
        manual=shown.is_manual,
        needs_second_person=_by_two(site_id, hand.at),
        second_person=_is_witnessed(shown, hand.attempt),
    )
    return checklist.check_scan(told) or _which_of_several(hand, shown, name)


def _by_two(site_id: int, at: datetime) -> bool:
    """Whether two people read a pack without a code: not where one works alone, who types it twice."""
    return not accounts.site(site_id).solo and bool(
        accounts.policy(site_id, "manual_entry_second_person", at)
    )


def _is_witnessed(shown: Shown, attempt: Attempt) -> bool:
    second = shown.second_person
    if second is None:
        return False
    return second.person_id != attempt.preparer_id and second.may(Permission.WITNESS)


def _seen(shown: Shown, labelled: Vial | None, product: Product, mark: str) -> Seen:
    """What was read; the label of a vial of another product is told by that product's name."""
    if labelled is not None and labelled.lot.product_id != product.id:
        return Seen(gtin=labelled.code, product=product_words(labelled.lot.product, mark))
    read = _product_of(shown.gtin, product) if shown.gtin else None
    found = product_words(read, mark) if read else None
    return Seen(shown.gtin, shown.lot, shown.expires_on, shown.vial, found)


def _product_of(gtin: str, wanted: Product) -> Product | None:
    """The product that a code is on record for, which is mostly the one wanted."""
    if any(code.gtin == gtin for code in wanted.codes):
        return wanted
    known = catalogue.code(gtin)
    return known.product if known else None


def _which_of_several(hand: _Hand, shown: Shown, product: str) -> tuple[Finding, ...]:
    """A maker's code says which lot, not which of two open vials: then our own label must be scanned."""
    step = hand.step
    if step.vial_id is None or shown.vial is not None or shown.is_manual:
        return ()
    vial = queries.vial(step.vial_id)
    others = _could_be_taken_for(vial, hand.at)
    if not others or (shown.serial and shown.serial == vial.serial):
        return ()
    reason = f"{len(others) + 1} vials of lot {vial.lot.number} are open, and {vial.code} was chosen. "
    reason += "The code does not say which one this is. Nothing was drawn."
    remedy = f"Scan the label {vial.code}."
    refusal = refuse("scan.which_vial", product, reason, remedy, rule="L4", line=step.line_number)
    return refusal.findings


def _could_be_taken_for(vial: Vial, at: datetime) -> list[Vial]:
    """Other vials of its lot that stand open and are not past their time."""
    others = {other.id: other for other in queries.others_open(vial)}
    stocks = stock_facts.of_vials(others.keys(), at)
    return [others[key] for key, stock in stocks.items() if _in_time(stock, at)]


def _in_time(stock: Stock, at: datetime) -> bool:
    return all(f.rule != "L1" for f in stock_facts.usable_as_is(stock, at))


def _may_be_used(hand: _Hand) -> tuple[Finding, ...]:
    """L1 and L2 at the instant of the scan: on hold, expired, beyond its time, opened for another patient."""
    policies = site_policies(accounts.site(hand.attempt.site_id), hand.at)
    ref, patient_id = reservation_ref(hand.attempt.cocktail), hand.attempt.patient_id
    return usable(hand.source, at=hand.at, for_patient=patient_id, policies=policies, for_ref=ref)


def _open(
    attempt: Attempt, step: PlannedDraw, shown: Shown, labelled: Vial | None, *, at: datetime, by: Actor
) -> None:
    """Open the container; later steps that it can serve as well are drawn from it."""
    lot_id, shelf_id = step.lot_id, step.place_id
    vial = stock.open_vial(
        queries.lot(lot_id or 0),
        place=queries.place(shelf_id or 0),
        at=at,
        by=by,
        opened_for_id=attempt.patient_id,
        serial=shown.serial or None,
        labelled=labelled,
        for_ref=reservation_ref(attempt.cocktail),
    )
    in_use, left = shelf.place(attempt.site_id, "in_use"), vial.lot.product.content or 0
    for each in [step, *(s for s in queries.steps(attempt) if s is not step)]:
        from_there = (each.lot_id, each.place_id, each.vial_id) == (lot_id, shelf_id, None)
        if each.state == "planned" and from_there and each.quantity <= left:
            each.vial_id, each.place_id = vial.id, in_use.id
            left -= each.quantity


def _sign_manual(shown: Shown, attempt: Attempt, new: dict[str, object], at: datetime) -> None:
    if shown.second_person is not None:
        signed = inputs_hash(attempt.id, new, shown.raw)
        accounts_actions.sign(
            shown.second_person, meaning="witnessed", subject=attempt, signed_hash=signed, at=at
        )
        new["second_person"] = shown.second_person.person_id
