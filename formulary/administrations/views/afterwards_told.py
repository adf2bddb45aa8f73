"""What was typed or scanned into the forms of what is recorded afterwards, as the actions take it.

Where a number names no lot alone, its candidates are offered in the same form.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from flask import g

from formulary import clock
from formulary.administrations.actions import afterwards as actions
from formulary.administrations.forms.afterwards import EmergencyForm, LateForm
from formulary.rules.findings import Refused, refuse
from formulary.rules.lot_status import day_of, normalise
from formulary.web import fields as f


def source_of(form: EmergencyForm) -> actions.Source:
    """Out of which vial it was given in an emergency, and how much of it; Refused where that is not told."""
    return _source_of(1, form, _identity(form), form.volume.data)


def _source_of(line: int, form: Any, identity: actions.Identity, volume: Any) -> actions.Source:
    """So much of what a row or the form of an emergency says."""
    field = form["which" if "which" in form else "lot"].name
    lot, vial = actions.identified_vial(identity, g.actor, field=field)
    told = {"grade": identity.grade, "mixed": _mixed(form), "vial_id": vial.id if vial else None}
    if isinstance(lot, actions.AsRead):
        return actions.Source(line, 0, volume, as_read=lot, **told)
    return actions.Source(line, lot.id, volume, **told)


def _identity(form: EmergencyForm) -> actions.Identity:
    """What was scanned, or typed as it is printed; our own label may be typed too."""
    raw, which = str(form.scan.data or "").strip().upper(), _picked(form, "which")
    if raw.startswith("V-"):
        return actions.Identity(own=raw, product_id=form.product_id.data)
    if raw:
        scan = form.scan.read(day_of(clock.now(), g.site.zone))
        _as_typed(form, scan)
        expires_on = scan.expires_on or form.expires_on.data
        read = {"gtin": scan.gtin, "lot": scan.lot or form.lot.data or "", "expires_on": expires_on}
        read |= {"product_id": form.product_id.data, "which": which}
        return actions.Identity(own=scan.own, scanned=scan.trusted, **read)
    told = {"product_id": form.product_id.data, "expires_on": form.expires_on.data}
    return actions.Identity(lot=form.lot.data or "", which=which, **told)


def _picked(form: Any, name: str) -> str:
    """The candidate that was chosen, where any were offered."""
    return (form[name].data or "") if name in form else ""


def _offer(form: Any, identify: Callable[[], actions.Identity]) -> None:
    """Offer the lots that may be meant where what was read names none alone; else that is no question."""
    with suppress(Refused):
        form.which.choices = _choices(actions.candidates(identify()))
    form.which_diluent.choices = _choices(actions.diluent_candidates(form.diluent.data or ""))
    for name in ("which", "which_diluent"):
        if not form[name].choices:
            del form[name]


def _choices(offered: Iterable[Any]) -> Any:
    return f.choices((each.key, each.words) for each in offered)


def offer_vials(form: EmergencyForm) -> None:
    """Offer the lots of an emergency that may be meant."""
    _offer(form, partial(_identity, form))


def offer_rows(form: LateForm, sheet: Any) -> None:
    """The same for each row of a worksheet."""
    products = {line.number: line.product_id for line in sheet.revision.lines}
    for box in form.rows:
        _offer(box.form, partial(_row_identity, box.form, products.get(box.form.line.data)))


def _as_typed(form: EmergencyForm, scan: Any) -> None:
    """Refuse a lot or an expiry typed beside a code that says another."""
    typed = form.lot.data or ""
    if scan.lot and typed and normalise(scan.lot) != normalise(typed):
        reason, remedy = "The code says another lot than the one typed.", "Look at the vial again."
        raise refuse("vial.differs", typed, reason, remedy, field="lot")
    if scan.expires_on and form.expires_on.data not in (None, scan.expires_on):
        reason, remedy = "The code says another expiry than the one typed.", "Look at the vial again."
        raise refuse("vial.differs", scan.lot or typed, reason, remedy, field="expires_on")


def _mixed(form: Any) -> actions.Mixed | None:
    if not form.diluent.data or form.diluent_volume.data is None:
        return None
    told = actions.Identity(lot=form.diluent.data, which=_picked(form, "which_diluent"))
    field = form["which_diluent" if "which_diluent" in form else "diluent"].name
    lot, volume = actions.diluent_lot(told, field=field), form.diluent_volume.data
    if isinstance(lot, actions.AsRead):
        return actions.Mixed(0, volume, as_read=lot)
    return actions.Mixed(lot.id, volume)


def paper_of(form: LateForm, sheet: Any) -> actions.Paper:
    """What was typed; what was not asked is what the system saw."""
    names = ("prepared_by_id", "prepared_at", "released_by_id", "given_by_id", "done_at")
    ended = ("outcome", "given", "leftover", "dead_space", "words")
    told = {name: form[name].data for name in (*names, *ended) if name in form}
    if sheet.is_prepared:
        told |= {"prepared_by_id": sheet.attempt.preparer_id, "prepared_at": sheet.attempt.prepared_at}
    if sheet.is_released:
        told |= {"released_by_id": sheet.attempt.releaser_id}
    sites = tuple(filter(None, (box.form.told() for box in form.sites)))
    return actions.Paper(tuple(_drawn(form, sheet)), sites=sites, **told)


def _drawn(form: LateForm, sheet: Any) -> Iterator[actions.Source]:
    """What each row that is filled in says; the lot is one of the line's own product."""
    products = {line.number: line.product_id for line in sheet.revision.lines}
    for box in form.rows:
        row = box.form
        if row.is_empty:
            continue
        if row.line.data not in products:
            raise refuse(
                "paper.line_missing", sheet.cocktail.code, "There is no such line.", "Load it again."
            )
        yield _source_of(row.line.data, row, _row_identity(row, products[row.line.data]), row.measured.data)


def _row_identity(row: Any, product_id: int | None) -> actions.Identity:
    """What a row says of its vial: our own label, or the lot and expiry as printed."""
    lot, told = row.lot.data or "", {"product_id": product_id, "expires_on": row.expires_on.data}
    if lot.upper().startswith("V-"):
        return actions.Identity(own=lot.upper(), **told)
    return actions.Identity(lot=lot, which=_picked(row, "which"), **told)
