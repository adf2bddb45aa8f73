"""Every refusal of this room: what, why, and what would do."""

from datetime import date

from formulary.accounts import queries as accounts
from formulary.catalogue.models import Product
from formulary.rules.findings import Finding, Fix, Level, Refused, joined, refuse
from formulary.rules.lot_status import day_words
from formulary.rules.units import Quantity, show
from formulary.stock.models import Hold, Lot, Place, Vial

A_SECOND_LOT = Fix("Record it as a second lot", "second_record", "y")


def written(quantity: Quantity, site_id: int) -> str:
    """A quantity as this site writes it."""
    return show(quantity, mark=accounts.site(site_id).decimal_mark)


def short(lot: Lot, vial: Vial | None, place: Place, *, there: Quantity, needed: Quantity) -> Refused:
    """A vial or a place holds less than was asked for."""
    left, wanted = written(there, place.site_id), written(needed, place.site_id)
    if vial is None or place.kind == "storage":
        reason = f"{place.name} holds {left} of lot {lot.number} and {wanted} is needed."
        return refuse("stock.short", lot.number, reason, "Take another lot or place.", rule="L6")
    reason = f"Vial {vial.code} has {left} left and {wanted} is needed."
    return refuse("vial.short", vial.code, reason, "Nothing was taken. Take another vial.", rule="L4")


def nothing_moves(what: str, field: str | None = None) -> Refused:
    """A quantity of nothing, or less."""
    return refuse("quantity.not_positive", what, "Nothing would move.", "Give more than 0.", field=field)


def too_much(what: str) -> Refused:
    """More than any clinic holds, and than the ledger can count."""
    return refuse("quantity.too_large", what, "No clinic holds as much.", "Look at the number again.")


def same_place(place: Place) -> Refused:
    """From a place to itself."""
    return refuse("place.same", place.name, f"It lies at {place.name} already.", "Choose another place.")


def is_reversal() -> Refused:
    """A reversal is not undone: what happened is recorded anew."""
    why = "This row undoes another one."
    return refuse("movement.is_reversal", "movement", why, "Record what happened instead.")


def reversed_already() -> Refused:
    """Each row is undone at most once."""
    why = "This row was undone already."
    return refuse("movement.reversed_already", "movement", why, "Load the page again.")


def content_unknown(product: Product) -> Refused:
    """Without the content of one container nothing can be counted."""
    why = f"The catalogue does not say what one container of {product.name} holds."
    return refuse("product.content_unknown", product.name, why, "Have it entered in the catalogue first.")


def not_sealed(vial: Vial) -> Refused:
    """A labelled vial that is no longer sealed, or of another lot."""
    return refuse("vial.not_sealed", vial.code, f"Vial {vial.code} is {vial.state}.", "Take another vial.")


def empty(vial: Vial) -> Refused:
    """Nothing is left in it."""
    why = f"Vial {vial.code} has nothing left."
    return refuse("vial.empty", vial.code, why, "Take another vial.", rule="L6")


def in_the_future(field: str) -> Refused:
    """Something is said to have happened later than now."""
    why = "It says that this happens later than now."
    return refuse("time.in_future", "time", why, "Correct the time.", field=field)


def before_opening(vial: Vial) -> Refused:
    """Reconstituted before it was opened."""
    why = f"Vial {vial.code} was opened after that."
    return refuse("time.before_opening", vial.code, why, "Correct the time.", field="reconstituted_at")


def mixed_late_without_reason(vial: Vial) -> Refused:
    """A late entry keeps its reason, for a mixture as for an opening."""
    why = f"Vial {vial.code} was mixed before now, and no reason for the late entry is given."
    remedy = "Say why it is late, or leave the time empty for now."
    return refuse("vial.late_without_reason", vial.code, why, remedy, field="late_reason")


def late_without_reason() -> Refused:
    """A late entry keeps its reason."""
    why = "It was opened before now, and no reason for the late entry is given."
    return refuse("vial.late_without_reason", "vial", why, "Say why it is late.", field="late_reason")


def not_a_volume(field: str) -> Refused:
    """What is drawn from a vial is a volume."""
    why = "What leaves a vial is a volume."
    return refuse("quantity.not_a_volume", field, why, "Give it in mL.", field=field)


def too_fine(field: str) -> Refused:
    """Finer than the ledger's step."""
    return refuse("quantity.too_fine", field, "It is finer than 0.000001 mL.", "Round it.", field=field)


def too_small(vial: Vial) -> Refused:
    """So little that no step of the ingredient would leave."""
    why = f"So little of vial {vial.code} holds less than one step of its ingredient."
    return refuse("quantity.too_small", vial.code, why, "Take more.")


def not_reconstituted(vial: Vial) -> Refused:
    """A powder has no volume to draw."""
    why = f"Vial {vial.code} holds a powder: its diluent has not been recorded."
    return refuse("vial.not_reconstituted", vial.code, why, "Record the reconstitution first.")


def reconstituted_already(vial: Vial) -> Refused:
    """Diluent is added once."""
    why = f"Vial {vial.code} has its diluent already."
    return refuse("vial.reconstituted_already", vial.code, why, "Draw from it.")


def not_a_powder(vial: Vial) -> Refused:
    """A solution is drawn as it is."""
    why = f"Vial {vial.code} holds a solution."
    return refuse("vial.not_a_powder", vial.code, why, "Draw from it as it is.")


def not_full(vial: Vial) -> Refused:
    """A powder of which something has gone would get a strength that nobody knows."""
    why = f"Something of vial {vial.code} has gone already, so its strength would not be known."
    return refuse("vial.not_full", vial.code, why, "Waste it and open another.")


def not_a_fluid(lot: Lot) -> Refused:
    """A powder is no diluent."""
    why = f"{lot.product.name} is not a fluid."
    return refuse("diluent.not_a_fluid", lot.number, why, "Choose a diluent.", field="diluent_lot_id")


def diluent_not_named(powder: Product, diluent: Product) -> Refused:
    """A diluent beside the ones that the powder's label names."""
    why = f"The label of {powder.name} does not name {diluent.name}."
    remedy = f"Take what the label names: {powder.diluent}." if powder.diluent else "Read its label first."
    return refuse("diluent.not_named", powder.name, why, remedy, field="diluent_lot_id")


def no_waste_reason() -> Refused:
    """Waste has a reason that is offered."""
    return refuse("waste.reason_missing", "waste", "No reason was chosen.", "Choose one.", field="reason")


def no_waste_remark() -> Refused:
    """Another reason says which."""
    why = "Another reason needs words."
    return refuse("waste.remark_missing", "waste", why, "Say what happened.", field="remark")


def wrong_kind(name: str, remedy: str, field: str = "place_id") -> Refused:
    """A place that is not for this."""
    return refuse("place.wrong_kind", name, f"{name} is not a place for this.", remedy, field=field)


def name_taken(name: str) -> Refused:
    """Two places of a site never share a name."""
    why = f"The site has a place called {name}."
    return refuse("place.name_taken", name, why, "Choose another name.", field="name")


def place_not_empty(place: Place) -> Refused:
    """A place with stock is not closed."""
    why = f"{place.name} holds stock."
    return refuse("place.not_empty", place.name, why, "Move it first.", field="is_active")


def last_of_kind(place: Place) -> Refused:
    """Every site keeps one place of each kind."""
    why = f"{place.name} is the site's only place of its kind."
    return refuse("place.last_of_kind", place.name, why, "Add another one first.", field="is_active")


def not_containers(count: int, most: int) -> Refused:
    """A number of containers that no delivery has."""
    why = f"{count} containers cannot be received at once."
    return refuse("quantity.not_a_count", "containers", why, f"Give 1 to {most}.", field="packs")


def known_otherwise(lot: Lot, number: str, expires_on: date) -> Finding:
    """The same number with something else different: both side by side, and a choice."""
    maker = f", {lot.maker}" if lot.maker else ""
    on_record = f"lot {lot.number}, expires {day_words(lot.expires_on)}{maker}"
    why = f"On record is {on_record}. You entered lot {number}, expires {day_words(expires_on)}."
    remedy = "Correct what you typed, or record it as a second lot."
    fixes = (*_as_on_record(lot, number, expires_on), A_SECOND_LOT)
    return Finding("lot.known_otherwise", number, why, remedy, level=Level.STOP, field="number", fixes=fixes)


def looks_like(lot: Lot, number: str) -> Finding:
    """A number that a tired eye reads as one that is known (0 and O, 1 and I and l)."""
    why = f"“{number}” looks like lot {lot.number}, which is on record, and is not the same."
    remedy = "Look at the pack again: correct what you typed, or record it as a second lot."
    fixes = (Fix(f"It is lot {lot.number}", "number", lot.number), A_SECOND_LOT)
    return Finding("lot.looks_like", number, why, remedy, level=Level.STOP, field="number", fixes=fixes)


def _as_on_record(lot: Lot, number: str, expires_on: date) -> tuple[Fix, ...]:
    if lot.number != number:
        return (Fix(f"It is lot {lot.number}", "number", lot.number),)
    if lot.expires_on != expires_on:
        day = day_words(lot.expires_on)
        return (Fix(f"It expires {day}", "expires_on", lot.expires_on.isoformat()),)
    return ()


def swallowed(number: str, known: str) -> Finding:
    """A number that holds what belongs to another field of the code."""
    meant = f" Lot {known} of this product is on record." if known else ""
    why = f"“{number}” looks as if it has swallowed another field of the code.{meant}"
    remedy = "Compare it with the pack and correct it, or say why it is right."
    return Finding("lot.swallowed", "lot", why, remedy, level=Level.WARN, field="number")


def other_products_code(gtin: str, other: Product) -> Refused:
    """A GTIN belongs to one product."""
    why = f"The code {gtin} belongs to {other.name}."
    remedy = f"Receive it as {other.name}, or scan the pack again."
    return refuse("code.other_product", gtin, why, remedy, field="product_id")


def no_witness() -> Refused:
    """A typed entry that nobody compared with the pack."""
    why = "The pack was not scanned, and this site has a second person compare what was typed."
    return refuse("entry.second_person_needed", "entry", why, "Let a second person sign.", field="signer")


def not_own_vial(vial: Vial) -> Refused:
    """A practitioner clears up after their own sessions only."""
    why = f"You neither opened vial {vial.code} nor drew from it."
    return refuse("vial.not_yours", vial.code, why, "Ask pharmacy staff to waste it.")


def too_many_labels(lot: Lot, place: Place, free: int, most: int) -> Refused:
    """More labels than containers without one."""
    why = f"{place.name} holds {free} containers of lot {lot.number} without a label of ours."
    remedy = f"Choose 1 to {most}." if most else "Nothing is left to label."
    return refuse("vial.too_many_labels", lot.number, why, remedy, field="count")


def not_quarantined(lot: Lot) -> Refused:
    """Nothing to release."""
    why = f"No sealed stock of lot {lot.number} lies in quarantine."
    return refuse("lot.not_quarantined", lot.number, why, "Nothing is left to do.")


def received_it_oneself(lot: Lot, others: list[str]) -> Refused:
    """The second person is another one."""
    why = f"You received lot {lot.number}, so another pharmacist looks at it before it is used."
    remedy = f"{joined(others)} may." if others else "A second pharmacist needs an account."
    return refuse("release.same_person", lot.number, why, remedy)


def release_without_reason(lot: Lot) -> Refused:
    """On a solo site the same person releases, and says what was looked at."""
    why = f"You release lot {lot.number}, which you received yourself."
    return refuse("release.reason_missing", lot.number, why, "Say what you looked at.", field="remark")


def hold_without_reason(what: str) -> Refused:
    """A hold and its release both say why."""
    why = f"{what} needs a reason."
    return refuse("hold.reason_missing", "hold", why, "Say what was seen.", field="reason")


def released_before(hold: Hold) -> Refused:
    """A hold is released once."""
    why = f"Hold {hold.code} was released before."
    return refuse("hold.released_already", hold.code, why, "Nothing is left to do.")


def not_explained(lot: Lot) -> Refused:
    """A discrepancy is closed by words alone."""
    why = "An explanation needs words."
    return refuse("discrepancy.no_words", lot.number, why, "Say what was found out.", field="explanation")


def explained_already(lot: Lot) -> Refused:
    """A discrepancy is explained once."""
    why = f"Somebody has explained this discrepancy of lot {lot.number} already."
    return refuse("discrepancy.explained_already", lot.number, why, "Read what they wrote.")
