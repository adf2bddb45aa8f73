"""The photos of a patient: brought, looked at, taken away."""

from flask import Response, flash, g, redirect, url_for

from formulary.accounts import Permission, requires
from formulary.db import Missing, retried
from formulary.patients import actions, guards, queries
from formulary.patients.forms import AROUND, LARGEST_PHOTO, PhotoForm, WhyForm
from formulary.patients.views.room import Answer, bp, done, page
from formulary.web import files, takes_up_to


@bp.route("/<id:patient_id>/photos", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@takes_up_to(LARGEST_PHOTO + AROUND)
@retried
def photos(patient_id: int) -> Answer:
    """Every photo of a patient, and the form for one more."""
    found, form = guards.opened(patient_id, "patients.photos"), PhotoForm()
    if form.validate_on_submit() and done(
        form,
        "patients.add_photo",
        lambda at: actions.add_photo(
            found.id, raw=form.photo.data or b"", **form.values("photo"), at=at, by=g.actor, key=form.key
        ),
    ):
        flash("The photo is on record.")
        return redirect(url_for("patients.photos", patient_id=found.id))
    return page("photos", found, form, photos=queries.photos(found.id))


@bp.get("/<id:patient_id>/photos/<id:photo_id>/file")
@requires(Permission.SEE_PATIENTS)
@retried
def photo(patient_id: int, photo_id: int) -> Response:
    """One photo, to whoever may see the patient; that they saw it is noted."""
    found = guards.opened(patient_id, "patients.photo")
    row = queries.photo(photo_id, found.id)
    if row.content is None:
        raise Missing(f"Photo {photo_id} was taken away")
    return files.answer(files.Brought(row.media, row.content, f"photo-{found.code}-{row.id}"))


@bp.route("/<id:patient_id>/photos/<id:photo_id>/remove", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def remove_photo(patient_id: int, photo_id: int) -> Answer:
    """Take a photo away, with a reason."""
    found, form = guards.opened(patient_id), WhyForm()
    row = queries.photo(photo_id, found.id)
    if form.validate_on_submit() and done(
        form,
        "patients.remove_photo",
        lambda at: actions.remove_photo(photo_id, found.id, **form.values(), at=at, by=g.actor),
    ):
        flash("The photo is taken away.")
        return redirect(url_for("patients.photos", patient_id=found.id))
    return page("remove_photo", found, form, photo=row)
