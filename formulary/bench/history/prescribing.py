"""From the draft to the verified prescription, as a history tells it."""

from datetime import timedelta
from functools import lru_cache
from typing import Any

from formulary.bench.history.recipes import Recipe
from formulary.bench.history.told import Told
from formulary.bench.history.wares import Ware
from formulary.cocktails.models import Cocktail, CocktailLine, Revision
from formulary.rules.findings import inputs_hash
from formulary.rules.units import VOLUME, Quantity, plain, show, show_concentration, unit
from formulary.stock.models import Reservation

FREE = 12
"""So many full containers lie there when one is reserved."""


def create(told: Told) -> None:
    """A draft with the lines of the patient's recipe."""
    recipe, by, at, book = told.person.recipe, told.prescriber, told.at, told.book
    told.code = book.code("C")
    told.id = book.add(
        Cocktail,
        code=told.code,
        patient_id=told.person.id,
        site_id=by.site_id,
        state="draft",
        planned_for=at + timedelta(hours=2),
        created_at=at,
        created_by_id=by.person_id,
        row_version=1,
    )
    told.revision = book.add(
        Revision,
        cocktail_id=told.id,
        number=1,
        target=recipe.target,
        target_text=_millilitres(recipe.target),
        area="face",
        saved_at=at,
        saved_by_id=by.person_id,
        row_version=1,
    )
    for number, (ware, volume) in enumerate(recipe.lines, 1):
        book.add(
            CocktailLine, revision_id=told.revision, number=number, product_id=ware.id, **_pin(ware, volume)
        )
    new = {"patient": told.person.code, "formula": ""}
    book.note("cocktails.create", Cocktail, told.id, by=by, at=at, new=new)


def sign(told: Told) -> None:
    """Prescribed: the revision is frozen with what was signed."""
    by, at, (snapshot, signed) = told.prescriber, told.tick(), _snapshot(told.person.recipe)
    told.move("prescribed", by)
    told.book.change(
        Revision,
        told.revision,
        state="frozen",
        prescriber_id=by.person_id,
        prescribed_at=at,
        snapshot=snapshot,
        inputs_hash=signed,
    )
    told.sign("prescribed", Revision, told.revision, signed, by)
    new = {"revision": 1, "inputs": signed}
    told.book.note("cocktails.sign", Cocktail, told.id, by=by, at=at, new=new)


def verify(told: Told) -> None:
    """A second person has verified it."""
    by, at, (_, signed) = told.hand("verifier"), told.tick(), _snapshot(told.person.recipe)
    told.move("verified", by)
    told.book.change(Revision, told.revision, verifier_id=by.person_id, verified_at=at)
    told.sign("verified", Revision, told.revision, signed, by)
    new = {"agreed": True, "mismatches": []}
    told.book.note("cocktails.verify", Cocktail, told.id, by=by, at=at, new=new)


def cancel(told: Told) -> None:
    """Called off before anything was drawn."""
    reason, at = "Session called off", told.tick()
    told.move("cancelled", told.prescriber, reason)
    told.book.note("cocktails.cancel", Cocktail, told.id, by=told.prescriber, at=at, reason=reason)


def reserve(told: Told, drawn: int = 0) -> None:
    """For each line of a cocktail that is not drawn yet what is drawn is kept, or a container for its
    patient.
    """
    for ware, volume in told.person.recipe.lines[drawn:]:
        lot = told.vials.lots.with_container(ware, at=told.at, least=FREE)
        told.book.add(
            Reservation,
            lot_id=lot.id,
            place_id=told.book.ground.places["storage"],
            quantity=amount(ware, volume) if ware.is_shared else ware.content,
            for_ref=f"cocktail:{told.id}",
            created_at=told.at,
        )


def amount(ware: Ware, volume: int) -> int:
    """What so many nL are in the ledger's steps: themselves, or the powder in them."""
    return volume if not ware.mixed_with else ware.content * volume // ware.mixed_with


def _pin(ware: Ware, volume: int) -> dict[str, Any]:
    if ware.is_diluent:
        return {"pin": "qs"}
    return {"pin": "volume", "volume": volume, "unit": "mL", "entered": _millilitres(volume)}


@lru_cache(maxsize=256)
def _snapshot(recipe: Recipe) -> tuple[dict[str, Any], str]:
    """What is signed, in words and exact numbers, and its hash."""
    lines = [
        _line(number, ware, volume, recipe.target) for number, (ware, volume) in enumerate(recipe.lines, 1)
    ]
    told = {"target": show(Quantity(recipe.target, VOLUME)), "route": "ID", "formula": "", "lines": lines}
    return told, inputs_hash(told)


def _line(number: int, ware: Ware, volume: int, target: int) -> dict[str, Any]:
    dose = ware.dose(volume)
    return {
        "number": number,
        "product": ware.name,
        "pin": "qs" if ware.is_diluent else "volume",
        "dose": show(dose) if dose is not None else "",
        "volume": show(Quantity(volume, VOLUME)),
        "concentration": show_concentration(dose, Quantity(target, VOLUME)) if dose is not None else "",
        "dose_steps": str(dose.steps) if dose is not None else "",
        "volume_steps": str(volume),
    }


def _millilitres(volume: int) -> str:
    return plain(Quantity(volume, VOLUME), unit("mL"))
