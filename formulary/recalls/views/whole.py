"""The whole history of a lot as CSV and as JSON, for an inspector; each copy is noted."""

from typing import Any

from flask import Response, g, jsonify

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.db import retried, transaction
from formulary.recalls import actions, labels, queries
from formulary.recalls.queries import FoundLot
from formulary.recalls.views.room import bp
from formulary.web import sheets


@bp.get("/lots/<id:lot_id>/history.csv")
@requires(Permission.RECALL_LOOKUP)
@retried
def lot_history_csv(lot_id: int) -> Response:
    """Every movement of the lot at every site, a row each."""
    lot, rows = _told(lot_id)
    cells = ([row[name] for name in labels.COLUMNS] for row in rows)
    return sheets.answer(sheets.Sheet(f"lot-{lot.id}-history", labels.COLUMNS, cells), "csv")


@bp.get("/lots/<id:lot_id>/history.json")
@requires(Permission.RECALL_LOOKUP)
@retried
def lot_history_json(lot_id: int) -> Response:
    """The lot, its holds, and every movement, for programs."""
    lot, rows = _told(lot_id)
    head = {
        "lot": lot.number,
        "product": lot.product,
        "maker": lot.maker,
        "expiry": lot.expires_on.isoformat(),
    }
    return jsonify({**head, "holds": labels.holds_told(lot), "movements": rows})


def _told(lot_id: int) -> tuple[FoundLot, list[dict[str, Any]]]:
    at, lot = clock.now(), queries.lots_found([lot_id]).exact[0]
    rows = labels.movements_told(lot, at=at, by=g.actor)
    with transaction():
        actions.note_history(lot, labels.patients_told(rows), at=at, by=g.actor)
    return lot, rows
