"""Handing a patient everything that is held on them: one ZIP file, for people and for machines."""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import render_template

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.exchange.queries.held import Held, held_on, photo_files
from formulary.patients import queries as patients
from formulary.patients.models import Patient

LONGEST = 300
"""So much of a cell stands in the index; the whole of it stands in the file for machines."""


@dataclass(frozen=True)
class HandedOut:
    """The file and its name."""

    name: str
    content: bytes


def hand_out(patient_id: int, *, at: datetime, by: Actor) -> HandedOut:
    """Everything held on a patient as one ZIP: `index.html` to read, `record.json` whole, and the photos.

    It is on record who made it, when, and by its hash what it held.
    """
    by.must(Permission.EDIT_PATIENTS)
    patient = patients.patient(patient_id, by=by, at=at)
    held = held_on(patient.id)
    content = _zipped(patient, held, at)
    told = {"rows": held.rows, "tables": sorted(held.tables), "sha256": hashlib.sha256(content).hexdigest()}
    record("exchange.hand_out", patient, by=by, at=at, new=told)
    return HandedOut(f"{patient.code}.zip", content)


def _zipped(patient: Patient, held: Held, at: datetime) -> bytes:
    kept = io.BytesIO()
    photos = list(photo_files(patient.id))
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("index.html", _index(patient, held, [name for name, _ in photos], at))
        told = {"patient": patient.code, "made_at": at, "tables": held.tables}
        file.writestr("record.json", json.dumps(told, default=_plain, ensure_ascii=False, indent=1))
        for name, content in photos:
            file.writestr(name, content)
    return kept.getvalue()


def _index(patient: Patient, held: Held, photos: list[str], at: datetime) -> str:
    tables = {
        name.replace("_", " "): [
            {column.replace("_", " "): _shown(value) for column, value in row.items()} for row in rows
        ]
        for name, rows in held.tables.items()
    }
    return render_template(
        "exchange/handed_out.html", patient=patient, tables=tables, photos=photos, made_at=_plain(at)
    )


def _shown(value: Any) -> str:
    if value is None:
        return ""
    told = value if isinstance(value, str) else json.dumps(value, default=_plain, ensure_ascii=False)
    told = told.strip('"')
    return told if len(told) <= LONGEST else f"{told[:LONGEST]}… (whole in record.json)"


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)
