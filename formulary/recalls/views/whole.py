"""The whole history of a lot as CSV and as JSON, for an inspector; each copy is noted."""

import json
from collections.abc import Iterator
from typing import Any

from flask import Response, g, stream_with_context

from formulary import clock
from formulary.accounts import Permission, RecallSight, requires
from formulary.db import retried, transaction
from formulary.recalls import actions, labels, queries
from formulary.recalls.queries import FoundLot
from formulary.recalls.views.room import bp
from formulary.rules.lot_status import NOT_ON_RECORD
from formulary.web import sheets


@bp.get("/lots/<id:lot_id>/history.csv")
@requires(Permission.RECALL_LOOKUP)
@retried
def lot_history_csv(lot_id: int) -> Response:
    """Every movement of the lot at every site, a row each, with the numbers that it has and had."""
    lot, rows = _noted(lot_id)
    of_lot = (lot.number, ", ".join(lot.earlier))
    cells = ([*(row[name] for name in labels.COLUMNS), *of_lot] for row in rows)
    columns = (*labels.COLUMNS, "lot", "earlier_numbers")
    return sheets.answer(sheets.Sheet(f"lot-{lot.id}-history", columns, cells), "csv")


@bp.get("/lots/<id:lot_id>/history.json")
@requires(Permission.RECALL_LOOKUP)
@retried
def lot_history_json(lot_id: int) -> Response:
    """The lot, its holds, and every movement, for programs."""
    lot, rows = _noted(lot_id)
    head = {
        "lot": lot.number,
        "product": lot.product,
        "maker": lot.maker,
        "expiry": None if lot.expires_on == NOT_ON_RECORD else lot.expires_on.isoformat(),
    }
    told = {**head, "earlier_numbers": labels.numbers_told(lot), "holds": labels.holds_told(lot)}
    return Response(stream_with_context(_pieces(told, rows)), mimetype="application/json")


def _pieces(head: dict[str, Any], rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    """An object whose last member is the list of these rows, one a line, written as they are read."""
    yield json.dumps(head).removesuffix("}") + ', "movements": ['
    for number, row in enumerate(rows):
        yield (",\n" if number else "\n") + json.dumps(row)
    yield "]}\n"


def _noted(lot_id: int) -> tuple[FoundLot, Iterator[dict[str, Any]]]:
    at, lot = clock.now(), queries.lots_found([lot_id]).exact[0]
    sees = g.actor.recall_sight is not RecallSight.COUNTS
    patients = queries.patients_in_history(lot_id) if sees else 0
    with transaction():
        actions.note_history(lot, patients, at=at, by=g.actor)
    return lot, labels.movements_told(lot, at=at, by=g.actor)
