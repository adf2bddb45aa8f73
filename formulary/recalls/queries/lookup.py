"""Asking: from a number, a scan or keys to the whole answer, in a number of queries that never grows."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, select

from formulary.accounts import Actor
from formulary.catalogue.models import Formula, FormulaLine, FormulaVersion
from formulary.db.bare import plain_rows
from formulary.db.prepared import values
from formulary.recalls.queries.answer import Held, Lookup, Pinning
from formulary.recalls.queries.flows import flows
from formulary.recalls.queries.given import reach, received_page
from formulary.recalls.queries.lots import Found, FoundLot, find_lots, lots_found
from formulary.recalls.queries.lying import Lying, lying
from formulary.recalls.queries.on_the_way import lost, named
from formulary.recalls.queries.patients import patients_and_codes
from formulary.recalls.queries.promised import Wanted, promised
from formulary.recalls.queries.tested import not_excluded, tested
from formulary.recalls.queries.under_way import prepared, under_way
from formulary.recalls.queries.unnoted import unnoted
from formulary.stock.queries import open_holds
from formulary.web.paging import Window


def look_up(
    asked: str,
    *,
    at: datetime,
    by: Actor,
    gtin: str | None = None,
    own: str | None = None,
    window: Window | None = None,
) -> Lookup:
    """Who was touched by the lot that was typed or scanned, at every site, as known now."""
    return _answered(asked, find_lots(asked, gtin=gtin, own=own), window or Window(), at=at, by=by)


def look_up_lots(lot_ids: Iterable[int], *, at: datetime, by: Actor, window: Window | None = None) -> Lookup:
    """The same answer for lots by their keys, with those made from them; Missing where one is none."""
    found = lots_found(lot_ids)
    asked = ", ".join(dict.fromkeys(lot.number for lot in found.exact))
    return _answered(asked, found, window or Window(), at=at, by=by)


def _answered(asked: str, found: Found, window: Window, *, at: datetime, by: Actor) -> Lookup:
    bare = Lookup(asked, at, found)
    lot_ids = [lot.id for lot in found.lots]
    return _filled(bare, lot_ids, window, by) if lot_ids else bare


def _filled(bare: Lookup, lot_ids: Sequence[int], window: Window, by: Actor) -> Lookup:
    lots, moved, mixed = bare.found.lots, flows(lot_ids), under_way(lot_ids)
    here, holds = named(lying(lot_ids)), holds_on(lots)
    open_tests = not_excluded(lots, moved)
    held_at = {held.at for some in holds.values() for held in some}
    answer = replace(
        bare,
        given=received_page(lot_ids, window),
        reach=reach(lot_ids),
        tested=tested(lot_ids, moved),
        under_way=mixed,
        promised=promised(_wanted(lot_ids, here), held_at=held_at, at=bare.at),
        lying=here,
        lost=lost(lot_ids) if moved.lost_on_the_way else (),
        gone=moved.gone(),
        not_excluded=open_tests,
        unnoted=unnoted(lots, moved, beside={row.patient_id for row in open_tests}),
        formulas=_formulas(lots),
        balances=moved.balances(lot_ids, prepared(mixed)),
        holds=holds,
    )
    cocktails = (row.cocktail_id for row in answer.given)
    patients, codes = patients_and_codes(answer.patient_ids, cocktails, by=by, at=bare.at)
    return replace(answer, patients=patients, codes=codes)


def _wanted(lot_ids: Sequence[int], here: Sequence[Lying]) -> Wanted:
    mixed: dict[int, frozenset[int]] = {}
    for row in here:
        if row.vial_id is not None and row.mixed_into:
            mixed[row.vial_id] = mixed.get(row.vial_id, frozenset()) | {row.lot_id}
    vial_lots = frozenset(row.vial_lot_id for row in here if row.vial_lot_id is not None and row.mixed_into)
    return Wanted(frozenset(lot_ids), mixed, vial_lots)


def holds_on(lots: Sequence[FoundLot]) -> dict[int, tuple[Held, ...]]:
    """The holds on each lot itself, its product or the delivery it came with."""
    standing = open_holds()
    return {
        lot.id: tuple(
            Held(hold.id, hold.code, hold.words, hold.placed_at)
            for hold in standing.on(lot_id=lot.id, product_id=lot.product_id, vial_id=None, place_id=None)
        )
        for lot in lots
    }


def _formulas(lots: Sequence[FoundLot]) -> tuple[Pinning, ...]:
    """The formula versions with a line of one of these products, or of its ingredient without a product."""
    keys = {
        "products": [lot.product_id for lot in lots],
        "ingredients": [lot.ingredient_id for lot in lots],
    }
    return tuple(Pinning(*row) for row in plain_rows(_pinning(), keys))


@cache
def _pinning() -> Select[Any]:
    whole = FormulaLine.product_id.is_(None) & FormulaLine.ingredient_id.in_(values("ingredients"))
    pins = FormulaLine.product_id.in_(values("products")) | whole
    columns = (FormulaVersion.id, Formula.name, FormulaVersion.number, FormulaVersion.status)
    query = select(*columns).join(FormulaVersion, FormulaVersion.formula_id == Formula.id)
    return query.where(FormulaVersion.lines.any(pins)).order_by(Formula.name, FormulaVersion.number)
