"""The rows of the files about medicines and their wash-outs, and their loading."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

from formulary.catalogue.models import MedicineKind, WashoutStatement
from formulary.catalogue.models.washouts import BEFORE, EFFECTS, SORTS
from formulary.db import db
from formulary.seed.cells import Text, Whole, YesNo, one_of, or_nothing, whole
from formulary.seed.merging import Merge

if TYPE_CHECKING:
    from formulary.seed.shelf import Shelf

MaybeWhole = Annotated[int | None, or_nothing(whole)]


@dataclass(frozen=True, slots=True)
class MedicineKindRow:
    """A kind of medicine, supplement or the like that is asked for."""

    word: Text
    name: Text
    sort: Annotated[str, one_of(*SORTS)]


@dataclass(frozen=True, slots=True)
class WashoutRow:
    """What one source says of a kind before a session or a kind of test; empty times where it gives none."""

    number: Whole
    kind: Text
    before: Annotated[str, one_of(*BEFORE)]
    effect: Annotated[str, one_of(*EFFECTS)]
    said: Text
    least: MaybeWhole
    most: MaybeWhole
    unit: Annotated[str, one_of("hours", "days", "months")]
    lifted: YesNo
    source: Text
    confidence: Annotated[str, one_of("H", "M", "L")]


def load_washouts(shelf: "Shelf", merge: Merge) -> None:
    """The kinds in their order, and every statement with its source spelled out."""
    kinds = {}
    for position, kind in enumerate(shelf.medicine_kinds):
        kinds[kind.word] = merge.row(MedicineKind, {"word": kind.word}, asdict(kind) | {"position": position})
    db.session.flush()
    for row in shelf.washouts:
        told = asdict(row) | {"kind_id": kinds[row.kind].id, "source": shelf.cited(row.source)}
        told.pop("kind")
        merge.row(WashoutStatement, {"number": row.number}, told)
