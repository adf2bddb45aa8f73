"""The list of a case, as a page, a file and a print; each view of it is noted and marked with who has it."""

from itertools import chain
from zoneinfo import ZoneInfo

from flask import Response, g, request

from formulary import clock
from formulary.accounts import Permission, RecallSight, requires
from formulary.db import Missing, retried
from formulary.recalls import labels, queries
from formulary.recalls.labels import ListedLine
from formulary.recalls.labels.documents import case_documents
from formulary.recalls.queries.documents import documents_of
from formulary.recalls.views.room import Page, bp, noted, page
from formulary.web import pdf, sheets
from formulary.web.fields import read_id
from formulary.web.paging import Window


@bp.get("/cases/<id:case_id>/list")
@requires(Permission.RECALL_LOOKUP)
@retried
def case_list(case_id: int) -> Page:
    """Everybody on the list: names, codes or a count, by role."""
    row, at = queries.case(case_id), clock.now()
    found = queries.listed(case_id, Window.of(request.args))
    effect = queries.effect(row, queries.reachable(case_id))
    lines = _seen(labels.listed_lines(found.rows, at=at, by=g.actor))
    noted(row, "list", len({line.patient.id for line in lines}))
    mark = labels.watermark(row, at=at, by=g.actor)
    parts = range(1, queries.parts_of(case_id) + 1)
    shown = {"lines": lines, "effect": effect, "mark": mark, "parts": parts}
    return page("case_list", row=row, found=found, **shown)


@bp.get("/cases/<id:case_id>/list.csv")
@requires(Permission.RECALL_LOOKUP)
@retried
def case_list_csv(case_id: int) -> Response:
    """The whole list for a spreadsheet, read as it leaves; its first and last row say whose copy it is."""
    row, at = queries.case(case_id), clock.now()
    noted(row, "CSV", 0 if _sees_counts() else queries.patients_listed(case_id))
    mark = [labels.watermark(row, at=at, by=g.actor)]
    rows = (
        [[labels.COUNTS_ALONE]]
        if _sees_counts()
        else chain([labels.LISTED], labels.listed_rows(case_id, at=at, by=g.actor), [mark])
    )
    return sheets.answer(sheets.Sheet(f"recall-{row.code}-list", mark, rows), "csv")


@bp.get("/cases/<id:case_id>/list.pdf")
@requires(Permission.RECALL_LOOKUP)
@retried
def case_list_pdf(case_id: int) -> Response:
    """A part of the list for a printer, with whose copy it is across every sheet."""
    row, at = queries.case(case_id), clock.now()
    part = queries.listed_part(case_id, _part_asked())
    lines = _seen(labels.listed_lines(part.rows, at=at, by=g.actor))
    effect = queries.effect(row, queries.reachable(case_id))
    noted(row, "PDF", len({line.patient.id for line in lines}))
    mark = labels.watermark(row, at=at, by=g.actor)
    shown = {"row": row, "part": part, "lines": lines, "effect": effect, "mark": mark}
    name = f"recall-{row.code}-list" if part.of == 1 else f"recall-{row.code}-list-{part.number}"
    return pdf.answer(pdf.render("recalls/case_list_print.html", **shown), f"{name}.pdf")


@bp.get("/cases/<id:case_id>/report.pdf")
@requires(Permission.RECALL_LOOKUP)
@retried
def case_report(case_id: int) -> Response:
    """Everything of a case on paper for an inspector; before it is closed the report says so."""
    row, at = queries.case(case_id), clock.now()
    if row.is_drill:
        raise Missing(f"Drill {row.code} has a report of its own")
    report = labels.report(row, zone=ZoneInfo(g.site.zone), at=at, by=g.actor)
    if report is None:
        raise Missing(f"No list of recall {row.code} is frozen yet")
    noted(row, "report", report.patients)
    shown = {"row": row, "report": report, "told": report.told, "words": labels.case_words}
    shown["documents"] = case_documents(documents_of(row.id))
    mark = labels.watermark(row, at=at, by=g.actor)
    printed = pdf.render("recalls/case_report_print.html", **shown, site=g.site, at=at, mark=mark)
    return pdf.answer(printed, f"recall-{row.code}-report.pdf")


def _part_asked() -> int:
    """Which part of the list; the first where the address names none."""
    try:
        return read_id(request.args.get("part")) or 1
    except ValueError:
        raise Missing("No such part") from None


def _seen(lines: list[ListedLine]) -> list[ListedLine]:
    """Nothing of anybody for whom counts must do."""
    return [] if _sees_counts() else lines


def _sees_counts() -> bool:
    return g.actor.recall_sight is RecallSight.COUNTS
