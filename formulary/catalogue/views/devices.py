"""Pages of the syringes: what is measured with, what it was before, and the forms that change it."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.catalogue import actions, labels, queries
from formulary.catalogue.forms import DeviceForm
from formulary.catalogue.views.acting import done
from formulary.catalogue.views.room import Page, bp
from formulary.db import retried
from formulary.web.paging import Window


@bp.get("/syringes")
@requires(Permission.USE_THE_APP)
def devices() -> Page:
    """The syringes in use with their marks, their sources and what others say; below, those of before."""
    in_use, before = queries.devices(), queries.devices_out_of_use(Window.of(request.args))
    names = accounts.person_names(row.entered_by_id for row in (*in_use, *before))
    return render_template(
        "catalogue/devices.html",
        in_use=[labels.syringe(row, names) for row in in_use],
        before=[labels.syringe(row, names) for row in before],
        page=before,
        may_change=g.actor.may(Permission.MANAGE_CLINIC),
    )


@bp.route("/syringes/add", methods=["GET", "POST"])
@requires(Permission.MANAGE_CLINIC)
@retried
def add_device() -> Page:
    """A syringe that was not stocked before; signed."""
    form = DeviceForm()
    if form.validate_on_submit() and done(
        form, "catalogue.add_device", lambda by: _add(form, by), signed=True
    ):
        flash(f"{form.name.data} measures from now on.")
        return redirect(url_for("catalogue.devices"))
    return _page(form, None)


@bp.route("/syringes/<id:device_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_CLINIC)
@retried
def device(device_id: int) -> Page:
    """Change a syringe: its next version, or that it is not stocked any more; signed, with a reason."""
    row = queries.device(device_id)
    form = DeviceForm(data=labels.marks(row))
    if form.validate_on_submit() and done(
        form, "catalogue.change_device", lambda by: _change(device_id, form, by), signed=True
    ):
        flash(f"{row.name} is changed.")
        return redirect(url_for("catalogue.devices"))
    return _page(form, row)


def _add(form: DeviceForm, by: Any) -> Any:
    return actions.add_device(form.name.data, _marks(form), at=clock.now(), by=by, key=form.key)


def _change(device_id: int, form: DeviceForm, by: Any) -> Any:
    told = {"reason": form.reason.data, "version": form.version}
    if form.retired.data:
        return actions.retire_device(device_id, **told, at=clock.now(), by=by, key=form.key)
    return actions.change_device(device_id, _marks(form), **told, at=clock.now(), by=by, key=form.key)


def _marks(form: DeviceForm) -> actions.Marks:
    return actions.Marks(**form.values("name", "reason", "retired", "secret"))


def _page(form: DeviceForm, row: Any) -> Page:
    signatures = accounts.signatures_on("device", row.id) if row else []
    page = render_template("catalogue/device.html", form=form, device=row, signatures=signatures)
    return page, 422 if form.errors else 200
