"""`formulary recall LOT`: the lookup on the terminal, for people and for programs."""

import json
from typing import Any

import click

from formulary import clock
from formulary.accounts import queries as accounts
from formulary.cli.frame import with_app
from formulary.db import transaction
from formulary.recalls import actions, queries
from formulary.recalls.queries import Lookup
from formulary.rules.units import Quantity, natural_unit, plain, show, unit_words


@click.command()
@click.argument("lot")
@click.option(
    "--json", "as_json", is_flag=True, help="The whole answer as JSON; quantities are decimal strings."
)
@click.option("--names", is_flag=True, help="Names beside the codes, where the user may see them.")
@click.option(
    "--as", "username", metavar="USER", required=True, help="Who asks: decides what is shown, and is audited."
)
@with_app
def command(lot: str, as_json: bool, names: bool, username: str) -> None:
    """Say who was touched by LOT and what is left of it; exit 1 when no such lot was ever received.

    \b
    Example:
      formulary recall 1810150050 --as recall --json
    """
    by, at = accounts.actor(username), clock.now()
    lookup = queries.look_up(lot, at=at, by=by)
    with transaction():
        actions.note_lookup(lookup, at=at, by=by)
    click.echo(
        json.dumps(as_dict(lookup, names=names), indent=2) if as_json else as_text(lookup, names=names)
    )
    if not lookup.lots:
        raise SystemExit(1)


def as_dict(lookup: Lookup, *, names: bool) -> dict[str, Any]:
    """The answer as plain data: lots with their balances, patients, what is on hand."""
    return {
        "lots": [_lot(lookup, lot_id) for lot_id in lookup.lots],
        "patients": [_patient(lookup, row, names=names) for row in _received(lookup)],
        "on_hand": [_on_hand(lookup, row) for row in _left(lookup)],
    }


def as_text(lookup: Lookup, *, names: bool) -> str:
    """The answer for people: buckets, balances, patients."""
    if lookup.answer is None:
        near = ", ".join(lot.number for lot in lookup.found.similar)
        return f"No lot {lookup.asked} was ever received." + (f" Similar: {near}." if near else "")
    lines = [f"{lot}, expires {lot.expires_on}" for lot in lookup.lots.values()]
    lines += [f"  {tile.letter} {tile.count:>6} {tile.words}" for tile in lookup.tiles]
    for lot_id, lot in lookup.lots.items():
        lines += [
            f"  {name:<15} {show(lot.quantity(steps))}" for name, steps in lookup.balances[lot_id].lines()
        ]
    lines += [
        f"{p['at']}  {p['patient']}  {p['cocktail']}  {p['quantity']} {p['unit']}"
        for p in _patients(lookup, names)
    ]
    return "\n".join(lines)


def _patients(lookup: Lookup, names: bool) -> list[dict[str, Any]]:
    return [_patient(lookup, row, names=names) for row in _received(lookup)]


def _received(lookup: Lookup) -> list[Any]:
    return list(lookup.answer.buckets["A"]) if lookup.answer else []


def _left(lookup: Lookup) -> list[Any]:
    return [*lookup.answer.buckets["G"], *lookup.answer.buckets["H"]] if lookup.answer else []


def _lot(lookup: Lookup, lot_id: int) -> dict[str, Any]:
    lot = lookup.lots[lot_id]
    chosen = natural_unit(lot.quantity(lookup.balances[lot_id].received))
    balance = {name: plain(lot.quantity(steps), chosen) for name, steps in lookup.balances[lot_id].lines()}
    return {
        "lot": lot.number,
        "product": lot.product.name,
        "expiry": lot.expires_on.isoformat(),
        "balance": balance | {"unit": unit_words(chosen)},
    }


def _patient(lookup: Lookup, row: Any, *, names: bool) -> dict[str, Any]:
    patient = lookup.patients.get(row.patient_id)
    shown = "" if patient is None else patient.words if names else patient.code
    return {
        "patient": shown,
        "lot": lookup.lots[row.lot_id].number,
        "cocktail": lookup.codes.get(row.cocktail_id, ""),
        "at": row.at.isoformat(),
        "grade": row.grade,
    } | _measured(lookup.lots[row.lot_id].quantity(row.given))


def _on_hand(lookup: Lookup, row: Any) -> dict[str, Any]:
    place = f"{row.site}, {row.place}"
    vial = getattr(row, "code", None)
    return {"lot": lookup.lots[row.lot_id].number, "place": place, "vial": vial} | _measured(
        lookup.lots[row.lot_id].quantity(row.quantity)
    )


def _measured(quantity: Quantity) -> dict[str, str]:
    chosen = natural_unit(quantity)
    return {"quantity": plain(quantity, chosen), "unit": unit_words(chosen)}
