"""Syringes as pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.catalogue.models import Device
from formulary.rules.units import VOLUME, Quantity

STATES = {"in_use": ("approved", "in use"), "superseded": ("superseded", None), "retired": ("retired", None)}


@dataclass(frozen=True)
class Shown:
    """One version of a syringe; a dead space of None is unknown."""

    id: int
    name: str
    version: int
    capacity: Quantity
    graduation: Quantity
    dead_space: Quantity | None
    source: str
    other_sources: str
    reason: str
    state: str
    words: str | None
    entered_by: str
    entered_at: datetime | None


def syringe(row: Device, names: Mapping[int, str]) -> Shown:
    """A version of a syringe in quantities; one that nobody entered came with the files."""
    state, words = STATES[row.status]
    return Shown(
        id=row.id,
        name=row.name,
        version=row.version,
        **_volumes(row),
        source=row.source,
        other_sources=row.other_sources,
        reason=row.reason,
        state=state,
        words=words,
        entered_by=names.get(row.entered_by_id or 0, "") or "the catalogue's files",
        entered_at=row.entered_at,
    )


def marks(row: Device) -> dict[str, Any]:
    """What the form of a syringe is filled with."""
    told = {name: getattr(row, name) for name in ("name", "source", "other_sources", "row_version")}
    return told | _volumes(row)


def _volumes(row: Device) -> dict[str, Any]:
    steps = {name: getattr(row, name) for name in ("capacity", "graduation", "dead_space")}
    return {name: None if value is None else Quantity(value, VOLUME) for name, value in steps.items()}
