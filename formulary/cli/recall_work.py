"""`formulary recall --preparer …`: whom something that was done has touched, for people and for programs."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from formulary import clock
from formulary.accounts import Actor, Operator, RecallSight
from formulary.cli import recall_files as files
from formulary.cli import recall_scope
from formulary.cli.frame import operator
from formulary.cli.recall_words import everybody
from formulary.db import transaction
from formulary.recalls import actions, labels, queries
from formulary.recalls.queries import Done, FoundLot, Known, Made, Use
from formulary.rules.units import natural_unit, plain
from formulary.web.words import plural

Row = dict[str, Any]


@dataclass(frozen=True)
class Worked:
    """The answer to what was done, with everybody in it as far as the asker may know them."""

    asked: Mapping[str, str]
    at: datetime
    done: Done
    made: tuple[Made, ...]
    uses: tuple[Use, ...]
    lots: Mapping[int, FoundLot]
    known: Mapping[int, Known]
    recorded: Mapping[str, str]
    sight: RecallSight
    names: bool

    @property
    def patients(self) -> int:
        """How many patients leave with it."""
        return 0 if self.sight is RecallSight.COUNTS else len({one.id for one in self.known.values()})

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it is on record."""
        return not (self.done.cocktails or self.done.tests or self.done.vials)

    @property
    def figures(self) -> dict[str, int]:
        """What is told to everybody: how many of each."""
        told = {"cocktails": self.done.cocktails, "patch_tests": self.done.tests}
        return told | {"reached": self.done.reached, "would_hold": len(self.done.vials)}


def answer(
    said: Mapping[str, str], by: Actor | Operator, zone: str, *, names: bool, as_json: bool, as_csv: bool
) -> None:
    """Write the answer, noted and audited first; exit 1 where nothing of it is on record."""
    found = work(said, by, zone, names=names)
    with transaction():
        system_user = operator().name
        actions.note_done(found.patients, system_user=system_user, names=names, at=found.at, by=by)
    if as_csv:
        files.write(files.of_done(found.figures, by, buckets(found)))
    else:
        click.echo(json.dumps(as_dict(found), indent=2, ensure_ascii=False) if as_json else as_text(found))
    if found.is_empty:
        raise SystemExit(1)


def work(said: Mapping[str, str], by: Actor | Operator, zone: str, *, names: bool) -> Worked:
    """Everything of it at every site, as known now."""
    at, scope = clock.now(), recall_scope.scope(said, zone)
    meant = queries.draws_meant([scope])
    done = queries.done_by(scope, by=by, at=at)
    made, uses = tuple(queries.every_made(meant)), tuple(queries.uses_of_draws(meant))
    lots = {use.lot_id for use in uses if use.lot_id is not None}
    known = queries.known_patients({row.patient_id for row in (*made, *uses)}, by=by, at=at)
    return Worked(
        said, at, done, made, uses, {lot.id: lot for lot in queries.lots_found(lots).exact} if lots else {},
        known, queries.recorded_afterwards(use.ref for use in uses), by.recall_sight, names,
    )  # fmt: skip


def buckets(found: Worked) -> dict[str, Iterator[Row]]:
    """Everybody in the answer, by bucket; nobody where counts must do."""
    shown = found.sight is not RecallSight.COUNTS
    made, uses = (found.made, found.uses) if shown else ((), ())
    return {
        "Received": (_use(found, use, "cocktail") for use in uses if use.use == "given"),
        "Patch-tested": (_use(found, use, "test") for use in uses if use.use != "given"),
        "Drawn into a cocktail": (_made(found, row) for row in made),
    }


def as_dict(found: Worked) -> Row:
    """The answer as plain data."""
    given, tested, made = buckets(found).values()
    return {
        "asked": {recall_scope.word(name).strip("-").lower(): text for name, text in found.asked.items()},
        "as_of": found.at.isoformat(),
        "patients": list(given),
        "patch_tested": list(tested),
        "cocktails": list(made),
        "would_hold": [{"kind": one.kind, "code": one.code} for one in found.done.vials],
        "counts": found.figures,
        "found_nowhere": list(found.done.nowhere),
    }


def as_text(found: Worked) -> str:
    """The answer for people."""
    return "\n".join([*_head(found), *everybody(buckets(found)), *_held(found)])


def _head(found: Worked) -> Iterator[str]:
    asked = (f"{recall_scope.word(name)} {text}" for name, text in found.asked.items())
    yield f"What was done: {', '.join(asked)}"
    done = found.done
    yield f"  {plural(done.cocktails, 'cocktail')}, {plural(done.tests, 'patch test')}"
    yield f"  {plural(done.reached, 'patient')} reached; as of {found.at:%Y-%m-%d %H:%M} UTC"
    if done.nowhere:
        yield f"  Found nowhere: {', '.join(done.nowhere)}"


def _held(found: Worked) -> Iterator[str]:
    if found.done.vials:
        yield "\nWhat a recall of this holds:"
    yield from (f"  {one.kind.replace('_', ' ')} {one.code}" for one in found.done.vials)


def _use(found: Worked, use: Use, of: str) -> Row:
    lot = found.lots.get(use.lot_id or 0)
    measured: Row = {"quantity": None, "unit": None}
    if lot is not None and use.quantity is not None:
        unit = natural_unit(lot.quantity(use.quantity))
        measured = {"quantity": plain(lot.quantity(use.quantity), unit), "unit": unit.code}
    told = {**_who(found, use.patient_id), **({"lot": lot.number} if lot else {}), of: use.ref}
    recorded = labels.AFTERWARDS.get(found.recorded.get(use.ref, ""))
    return told | {"at": use.at.isoformat()} | measured | {"grade": use.grade, "recorded": recorded}


def _made(found: Worked, row: Made) -> Row:
    told = {**_who(found, row.patient_id), "cocktail": row.code, "state": row.state}
    return told | {"at": row.at.isoformat(), "by": row.preparer, "site": row.site}


def _who(found: Worked, patient_id: int) -> Row:
    known = found.known[patient_id]
    return {"patient": known.code} | ({"name": known.name} if found.names and known.name else {})
