"""The files of a lot: attached, and given back as downloads."""

from flask import Response, flash, g, redirect, url_for

from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.stock import queries
from formulary.stock.actions.documenting import attach_document
from formulary.stock.forms.documents import LARGEST_DOCUMENT, DocumentForm
from formulary.stock.labels.attached import attached
from formulary.stock.queries.documents import document as the_document
from formulary.stock.queries.documents import documents_of
from formulary.stock.views.room import Answer, bp, done, page
from formulary.web import files, takes_up_to

AROUND = 64 * 1024


@bp.route("/lots/<id:lot_id>/documents", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@takes_up_to(LARGEST_DOCUMENT + AROUND)
@retried
def lot_documents(lot_id: int) -> Answer:
    """Attach a file to a lot."""
    lot, form = queries.lot(lot_id), DocumentForm()
    if form.validate_on_submit() and done(
        form,
        "stock.document",
        lambda at: attach_document(
            lot_id, kind=form.kind.data, title=form.title.data, raw=form.file.data, at=at, by=g.actor,
            key=form.key,
        ),
    ):  # fmt: skip
        flash(f"Attached to {lot}.")
        return redirect(url_for("stock.lot", lot_id=lot_id))  # type: ignore[return-value]
    return page("lot_documents", form, lot=lot, documents=attached(documents_of(lot_id)))


@bp.get("/documents/<id:document_id>/file")
@requires(Permission.SEE_STOCK)
def document(document_id: int) -> Response:
    """One file, as a download with a name made by us."""
    row = the_document(document_id)
    return files.answer(files.Brought(row.media, row.content, f"lot-{row.lot_id}-{row.kind}-{row.id}"))
