"""`formulary recall LOT`: the lookup on the terminal, for people and for programs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import click

from formulary import clock
from formulary.accounts import Actor, Operator, Permission, RecallSight
from formulary.accounts import queries as accounts
from formulary.cli import recall_files as files
from formulary.cli import recall_scope, recall_work
from formulary.cli.frame import Said, operator, with_app
from formulary.cli.recall_words import as_text, unit_of
from formulary.db import transaction
from formulary.recalls import actions, labels, queries
from formulary.recalls.forms import read_asked
from formulary.recalls.queries import FoundLot, Given, Known, Lookup, OfCocktail, UnnotedUse
from formulary.rules.lot_status import NOT_ON_RECORD, day_of
from formulary.rules.units import plain


@dataclass(frozen=True)
class Export:
    """An answer with everybody in it, and whether names go along."""

    lookup: Lookup
    given: tuple[tuple[Given, int], ...]
    known: dict[int, Known]
    unnoted: tuple[UnnotedUse, ...]
    codes: dict[int | None, OfCocktail]
    sight: RecallSight
    names: bool

    @property
    def patients(self) -> int:
        """How many patients leave with it."""
        if self.sight is RecallSight.COUNTS:
            return 0
        told = {row.patient_id for row, _ in self.given} | self.lookup.patient_ids
        told |= {row.patient_id for row in self.unnoted}
        return len({self.known[patient_id].id for patient_id in told})


@click.command()
@click.argument("lot", required=False)
@click.option(
    "--json", "as_json", is_flag=True, help="The whole answer as JSON; quantities are decimal strings."
)
@click.option("--csv", "as_csv", is_flag=True, help="Everybody in the answer as CSV, a row for each use.")
@click.option("--case", metavar="CODE", help="In place of LOT a recall case: its list as CSV.")
@click.option("--names", is_flag=True, help="Names beside the codes, where the user of --as may see them.")
@click.option(
    "--as",
    "username",
    metavar="USER",
    help="Who asks: decides what is shown; otherwise codes. Both are audited.",
)
@recall_scope.flags
@with_app
def command(
    *,
    lot: str | None,
    as_json: bool,
    as_csv: bool,
    case: str | None,
    names: bool,
    username: str | None,
    **done: str | None,
) -> None:
    """Say who was touched by LOT and what is left of it; exit 1 when no such lot was ever received.

    LOT is a number, the code of one of our vials, or what a scanner reads from a pack. In its place, or
    beside it, what was done may be said, by who, where, when, formula, vial or diluent: all that is said must
    hold; exit 1 when nothing of it is on record.

    \b
    Example:
      formulary recall 1810150050 --json
      formulary recall --case R-7 --as r.fournier --names
      formulary recall 1810150050 --preparer "Tom Girard"
      formulary recall --place "Bench 1" --from 2026-11-23 --to 2026-11-23
    """
    said = recall_scope.given(done)
    if (case is None) == (lot is None and not said) or (as_json and (as_csv or case)):
        raise Said("Name a LOT, what was done, or both (with --json or --csv), or a --case alone.")
    if names and username is None:
        raise Said("--names needs --as USER: a name is shown to an account that may see it.")
    by = _asker(username)
    if case is not None:
        files.write(files.of_case(case, by, names=names))
        return
    if said:
        said = {**({recall_scope.LOT: lot.strip()} if lot is not None else {}), **said}
        recall_work.answer(said, by, _zone(by), names=names, as_json=as_json, as_csv=as_csv)
        return
    _answer(lot or "", by, names=names, as_json=as_json, as_csv=as_csv)


def _answer(lot: str, by: Actor | Operator, *, names: bool, as_json: bool, as_csv: bool) -> None:
    """Write the answer about a lot, noted and audited first; exit 1 where no such lot was ever received."""
    export = _export(lot, by, names=names)
    at, system_user = export.lookup.at, operator().name
    with transaction():
        actions.note_export(
            export.lookup, export.patients, system_user=system_user, names=names, at=at, by=by
        )
    if as_csv:
        files.write(files.of_answer(export.lookup, by, _buckets(export)))
    elif as_json:
        click.echo(json.dumps(as_dict(export), indent=2, ensure_ascii=False))
    else:
        click.echo(as_text(export.lookup, _buckets(export)))
    if not export.lookup.lots:
        raise SystemExit(1)


def as_dict(export: Export) -> dict[str, Any]:
    """The answer as plain data: lots with their balances, patients, what is on hand."""
    lookup = export.lookup
    return {
        "asked": lookup.asked,
        "as_of": lookup.at.isoformat(),
        "lots": [_lot(export, lot_id) for lot_id in lookup.lots],
        "patients": list(_patients(export)),
        "patch_tested": list(_tested(export)),
        "under_way": list(_under_way(export)),
        "promised": list(_promised(export)),
        "not_excluded": list(_not_excluded(export)),
        "on_hand": [_on_hand(lookup, row) for row in lookup.lying],
        "lost": [_on_hand(lookup, row) for row in lookup.lost],
        "buckets": lookup.counts,
        "completeness": dict(zip(("named", "of"), lookup.completeness, strict=True)),
        "similar": [_numbers(lot) for lot in lookup.found.similar],
    }


def _asker(username: str | None) -> Actor | Operator:
    if username is None:
        return operator()
    by = accounts.actor(username)
    if not by.may(Permission.RECALL_LOOKUP):
        raise Said(f"{username} may not {Permission.RECALL_LOOKUP.value}.")
    return by


def _export(text: str, by: Actor | Operator, *, names: bool) -> Export:
    at = clock.now()
    asked = read_asked(text.strip(), captured=False, today=day_of(at, _zone(by)))
    lookup = queries.look_up(asked.number, gtin=asked.gtin, own=asked.own, at=at, by=by)
    given = tuple(labels.together(queries.everybody(list(lookup.lots)))) if lookup.lots else ()
    lots = lookup.found.lots
    more = tuple(queries.every_unnoted(lots, queries.flows(list(lookup.lots)))) if lookup.unnoted.uses else ()
    patients = {row.patient_id for row, _ in given} | lookup.patient_ids | {row.patient_id for row in more}
    codes = queries.cocktails_told(row.cocktail_id for row, _ in given)
    known = queries.known_patients(patients, by=by, at=at)
    return Export(lookup, given, known, more, dict(codes), by.recall_sight, names)


def _zone(by: Actor | Operator) -> str:
    """The asker's; the terminal's is that of the first site."""
    if by.site_id is not None:
        return accounts.site(by.site_id).zone
    return next((site.zone for site in accounts.sites()), "UTC")


def _measured(lookup: Lookup, lot_id: int, steps: int | None) -> dict[str, str | None]:
    unit = unit_of(lookup, lot_id)
    quantity = None if steps is None else plain(lookup.lots[lot_id].quantity(steps), unit)
    return {"quantity": quantity, "unit": unit.code}


def _numbers(lot: FoundLot) -> dict[str, Any]:
    return {"lot": lot.number, "earlier_numbers": list(lot.earlier)}


def _lot(export: Export, lot_id: int) -> dict[str, Any]:
    lookup = export.lookup
    lot, unit, balance = lookup.lots[lot_id], unit_of(lookup, lot_id), lookup.balances[lot_id]
    figures = {name: plain(lot.quantity(getattr(balance, name)), unit) for name in labels.BALANCE}
    return {
        **_numbers(lot),
        "product": lot.product,
        "maker": lot.maker,
        "expiry": None if lot.expires_on == NOT_ON_RECORD else lot.expires_on.isoformat(),
        "held": [hold.words for hold in lookup.holds[lot_id]],
        "balance": figures | {"unit": unit.code},
    }


def _patients(export: Export) -> Iterator[dict[str, Any]]:
    for row, steps in export.given if export.sight is not RecallSight.COUNTS else ():
        told = export.codes.get(row.cocktail_id)
        yield {
            **_who(export, row.patient_id),
            "lot": export.lookup.lots[row.lot_id].number,
            "cocktail": told.code if told else None,
            "at": row.at.isoformat(),
            **_measured(export.lookup, row.lot_id, steps),
            "grade": row.grade,
            "recorded": labels.AFTERWARDS.get(told.recorded if told else ""),
        }


def _tested(export: Export) -> Iterator[dict[str, Any]]:
    for row in export.lookup.tested if export.sight is not RecallSight.COUNTS else ():
        lot_id = row.lot_id or 0
        who = {**_who(export, row.patient_id), "lot": export.lookup.lots[lot_id].number, "test": row.code}
        yield who | {"at": row.at.isoformat()} | _measured(export.lookup, lot_id, row.quantity)


def _under_way(export: Export) -> Iterator[dict[str, Any]]:
    """Buckets C, D and E: who is being given it, or has it waiting or in preparation."""
    for row in export.lookup.under_way if export.sight is not RecallSight.COUNTS else ():
        who = {**_who(export, row.patient_id), "lot": export.lookup.lots[row.lot_id].number}
        how = {"cocktail": row.code, "bucket": row.bucket, "state": row.state, "at": row.at.isoformat()}
        yield who | how | _measured(export.lookup, row.lot_id, row.quantity)


def _promised(export: Export) -> Iterator[dict[str, Any]]:
    """Bucket F: who has a prescription that would take of it."""
    for row in export.lookup.promised if export.sight is not RecallSight.COUNTS else ():
        who = {**_who(export, row.patient_id), "lot": export.lookup.lots[row.lot_id].number}
        how = {"cocktail": row.code, "state": row.state, "why": row.why}
        yield who | how | _measured(export.lookup, row.lot_id, row.quantity)


def _not_excluded(export: Export) -> Iterator[dict[str, Any]]:
    """Bucket J: who was tested with the product, or got it by earlier records, and no lot is on record."""
    if export.sight is RecallSight.COUNTS:
        return
    for row in export.lookup.not_excluded:
        yield {**_who(export, row.patient_id), "test": row.code, "at": row.at.isoformat()}
    for use in export.unnoted:
        yield {**_who(export, use.patient_id), "test": None, "at": use.at.isoformat()}


def _who(export: Export, patient_id: int) -> dict[str, str]:
    known = export.known[patient_id]
    return {"patient": known.code} | ({"name": known.name} if export.names and known.name else {})


def _on_hand(lookup: Lookup, row: queries.Lying) -> dict[str, Any]:
    where = {
        "lot": lookup.lots[row.lot_id].number,
        "place": f"{row.site}, {row.place}",
        "vial": row.vial or None,
    }
    return where | _measured(lookup, row.lot_id, row.quantity)


def _buckets(export: Export) -> dict[str, Iterator[dict[str, Any]]]:
    """Everybody in the answer, by bucket."""
    return {
        "Received": _patients(export),
        "Patch-tested": _tested(export),
        "Being given, waiting or in preparation": _under_way(export),
        "Prescribed or reserved": _promised(export),
        "Cannot be excluded": _not_excluded(export),
    }
