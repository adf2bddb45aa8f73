"""What a line of a scope names in words: serials of vials, our codes, the lot of a diluent."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy.orm import aliased

from formulary.cocktails.models import Cocktail
from formulary.db import db
from formulary.recalls.models import RecallCase, RecallScope
from formulary.recalls.queries.scope import Scope, as_scope, named_lots
from formulary.rules.lot_status import normalise
from formulary.stock import queries as stock
from formulary.stock.models import Delivery, Lot, Movement, Vial

_APART = re.compile(r"[,;\n]+")
_CODE = re.compile(r"([A-Z]+)(\d+)")
PADDED = 4
"""The digits of a vial's code."""


def vials_named(text: str) -> Any:
    """The condition that a vial has one of these serials or codes, however they are typed."""
    names = _names(text)
    return db.or_(Vial.serial_folded.in_(_folded(names)), Vial.code.in_(_codes(names)))


def cocktails_named(text: str) -> Any:
    """The condition that a cocktail has one of these codes."""
    return Cocktail.code.in_(_codes(_names(text)))


def packs_named(scope: Scope) -> set[int]:
    """The lots of which a pack came whose serial the line names, until as many vials with that serial were
    opened as it holds: what is left of it lies sealed among others, and nobody can tell it from them.
    """
    names = _folded(_names(scope.serials))
    if not names:
        return set()
    of_it = (Vial.lot_id == Movement.lot_id, Vial.serial_folded == Delivery.serial_folded)
    opened = db.select(db.func.count(Vial.id)).where(*of_it, Vial.state != "sealed").scalar_subquery()
    left = db.or_(Delivery.per_pack.is_(None), opened < Delivery.per_pack)
    found = set(db.session.scalars(_packs(names, Movement.lot_id).where(left)))
    return found & set(named_lots(scope)) if found and _limits(scope) else found


def names_a_pack_of(scope: Scope, lot_id: int) -> bool:
    """Whether a pack of this lot came whose serial the line names, opened since or not."""
    names = _folded(_names(scope.serials))
    query = _packs(names, Movement.lot_id).where(Movement.lot_id == lot_id)
    return bool(names) and db.session.scalar(query.limit(1)) is not None


def found_nowhere(scope: Scope) -> tuple[str, ...]:
    """What of the serials, codes and diluent of a line is on no vial, pack, cocktail or lot of ours."""
    came = db.session.scalars(_packs(_folded(_names(scope.serials)), Delivery.serial_folded))
    missing = list(_missing(scope.serials, frozenset(came)))
    if scope.diluent and not db.session.scalar(
        db.select(Lot.id).where(stock.numbered(scope.diluent)).limit(1)
    ):
        missing.append(scope.diluent)
    return tuple(missing)


def cases_naming_serial(serial: str) -> list[RecallCase]:
    """The cases, no drafts and no drills, of which a line names this serial, of whatever lot.

    A case that is closed goes on to stop a pack that it names, as it does a lot.
    """
    return list({case.id: case for case, _ in _naming(serial)}.values())


def cases_of_serial(serial: str, lot_id: int) -> list[RecallCase]:
    """Those of them of which such a line may mean this lot."""
    named = _naming(serial)
    meant = [case for case, scope in named if not _limits(scope) or lot_id in named_lots(scope)]
    return list({case.id: case for case in meant}.values())


def cases_asking_serial(lot_id: int) -> list[RecallCase]:
    """Those for which the serial of a sealed pack of this lot must be read: a line names serials that are on
    no vial of ours yet, and this lot, or a serial of a vial or a pack of it; or a pack of it that is not used
    up. Of closed cases those of a lot's number.
    """
    return [
        case
        for case, scope in _naming_serials()
        if (case.state != "closed" or normalise(scope.number))
        and (_may_lie_in(scope, lot_id) or lot_id in packs_named(scope))
    ]


def _may_lie_in(scope: Scope, lot_id: int) -> bool:
    """Whether a serial that nobody has read yet may be of this lot."""
    if not any(_missing(scope.serials)):
        return False
    return lot_id in named_lots(scope) if _limits(scope) else _has_named(scope, lot_id)


def _naming(serial: str) -> list[tuple[RecallCase, Scope]]:
    wanted = normalise(serial)
    return [(case, scope) for case, scope in _naming_serials() if wanted in _folded(_names(scope.serials))]


def _naming_serials() -> list[tuple[RecallCase, Scope]]:
    query = db.select(RecallCase, RecallScope).join(RecallScope, RecallScope.case_id == RecallCase.id)
    query = query.where(RecallScope.serials != "", RecallCase.is_drill.is_(False))
    rows = db.session.execute(query.where(RecallCase.state != "draft").order_by(RecallCase.id))
    return [(case, as_scope(line)) for case, line in rows]


def _limits(scope: Scope) -> bool:
    """Whether the line names lots beside the serials."""
    return bool(normalise(scope.number) or scope.product_id or scope.supplier or scope.note_number)


def _has_named(scope: Scope, lot_id: int) -> bool:
    query = db.select(Vial.id).where(
        Vial.lot_id == lot_id, Vial.serial_folded.in_(_folded(_names(scope.serials)))
    )
    return db.session.scalar(query.limit(1)) is not None or names_a_pack_of(scope, lot_id)


def _packs(names: set[str], what: Any) -> Any:
    """This of each pack with one of these serials that came, and was not booked out as never there."""
    again = aliased(Movement)
    undone = db.select(again.id).where(again.reverses_id == Movement.id)
    query = db.select(what).select_from(Movement).join(Delivery, Delivery.id == Movement.document_id)
    query = query.where(Movement.document_kind == "delivery", Movement.reverses_id.is_(None))
    return query.where(Delivery.serial_folded.in_(names), ~undone.exists())


def _missing(text: str, came: frozenset[str] = frozenset()) -> Iterator[str]:
    known = _known(text) | came
    for part in _parts(text):
        if not known & _written(part):
            yield from (word for word in part.split() if not known & _written(word))


def _known(text: str) -> set[str]:
    serials = db.select(Vial.serial_folded).where(Vial.serial_folded.in_(_folded(_names(text))))
    vials = db.select(Vial.code).where(Vial.code.in_(_codes(_names(text))))
    cocktails = db.select(Cocktail.code).where(cocktails_named(text))
    return {name or "" for query in (serials, vials, cocktails) for name in db.session.scalars(query)}


def _written(name: str) -> set[str]:
    return _folded([name]) | _codes([name])


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _APART.split(text) if normalise(part)]


def _names(text: str) -> list[str]:
    """Each part between commas, and each of its words: a serial may be printed in groups."""
    return list(dict.fromkeys(name for part in _parts(text) for name in (part, *part.split())))


def _folded(names: Iterable[str]) -> set[str]:
    return {normalise(name) for name in names} - {""}


def _codes(names: Iterable[str]) -> set[str]:
    """Our codes as they are kept ("V-0001"), where one was typed in small letters or without its hyphen."""
    found = [match for name in names if (match := _CODE.fullmatch(normalise(name)))]
    typed = {f"{match[1]}-{match[2]}" for match in found}
    return typed | {f"{match[1]}-{int(match[2]):0{PADDED}d}" for match in found}
