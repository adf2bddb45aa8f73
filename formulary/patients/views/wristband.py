"""The wristband: what is scanned and read aloud at the chair."""

from typing import Any

from formulary.accounts import Permission, requires
from formulary.patients import guards
from formulary.patients.views.room import bp
from formulary.web import barcodes, pdf


@bp.get("/<id:patient_id>/wristband.pdf")
@requires(Permission.SEE_PATIENTS)
def wristband(patient_id: int) -> Any:
    """Name, date of birth and code of a patient on one label."""
    found = guards.opened(patient_id, "patients.wristband")
    made = pdf.render("patients/wristband.html", patient=found, barcode=barcodes.own)
    return pdf.answer(made, f"wristband-{found.code}.pdf")
