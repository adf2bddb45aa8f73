"""The files of a case: attached by whoever writes it, given back to whoever may see it."""

from flask import Response, flash, g

from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.recalls import queries
from formulary.recalls.actions.documenting import attach_notice
from formulary.recalls.forms.documents import LARGEST_NOTICE, DocumentForm
from formulary.recalls.labels.documents import case_documents, stem
from formulary.recalls.queries.documents import document, documents_of
from formulary.recalls.views.room import Page, bp, done, noted, page, to_case
from formulary.web import files, takes_up_to

AROUND = 64 * 1024


@bp.route("/cases/<id:case_id>/documents", methods=["GET", "POST"])
@requires(Permission.RECALL_CASES)
@takes_up_to(LARGEST_NOTICE + AROUND)
@retried
def case_documents_page(case_id: int) -> Page:
    """Attach the notice, or another file, to a case."""
    row, form = queries.case(case_id), DocumentForm()
    if form.validate_on_submit() and done(
        form,
        "recalls.attach_notice",
        lambda at: attach_notice(
            case_id, raw=form.file.data or b"", title=form.title.data or "", at=at, by=g.actor, key=form.key
        ),
    ):
        flash(f"Attached to {row.code}.")
        return to_case(case_id)
    return page("case_documents", form, row=row, documents=case_documents(documents_of(case_id)))


@bp.get("/cases/<id:case_id>/documents/<id:document_id>/file")
@requires(Permission.RECALL_LOOKUP)
@retried
def case_document(case_id: int, document_id: int) -> Response:
    """One file as a download with a name made by us; that it was taken is noted."""
    case, row = queries.case(case_id), document(case_id, document_id)
    content = row.content
    noted(case, f"document {row.id}")
    return files.answer(files.Brought(row.media, content, stem(case, row)))
