"""What a successor of a limit may allow more than the one before, and what it must then say."""

from formulary.catalogue import queries
from formulary.catalogue.labels import refusals
from formulary.catalogue.models import Limit
from formulary.rules.findings import Level

NOT_SAID = ""


def check_loosening(old: Limit, row: Limit) -> None:
    """Refuse a successor that loosens without saying why; both rows are in steps of the same measure.

    A limit of 0 is never loosened. What stands in place of a label's says why, however it changes. A label's
    that allows more than the one before is of another edition, and says why. What was typed here by mistake
    is corrected instead, also where it was 0, but never beyond what the same figure's files said.
    """
    if row.corrects:
        _check_correction(old, row)
        return
    governs, looser = row.in_place_of_id is not None, _is_looser(old, row)
    if 0 in (old.amount, old.per_kg) and (looser or row.kind != old.kind):
        raise refusals.zero_stands()
    if governs and not row.reason.strip():
        raise refusals.governance_without_reason()
    if looser and old.kind == "label_limit" and not governs:
        _check_edition(old, row)


def _check_correction(old: Limit, row: Limit) -> None:
    """Only what somebody here typed is a slip of ours; it says how it came about."""
    if old.author_id is None:
        raise refusals.not_typed_here()
    if row.kind != old.kind:
        raise refusals.cannot_replace()
    if not row.reason.strip():
        raise refusals.correction_without_reason()
    _check_against_files(old, row)


def _check_against_files(old: Limit, row: Limit) -> None:
    """What was restated here after it came with the files is still the files' word, not a slip."""
    shipped = next((v for v in queries.versions_of(old) if v.author_id is None), None)
    if shipped is None or not _is_looser(shipped, row):
        return
    if 0 in (shipped.amount, shipped.per_kg):
        raise refusals.zero_stands()
    raise refusals.looser_than_files()


def _check_edition(old: Limit, row: Limit) -> None:
    if row.edition.strip() in (NOT_SAID, old.edition.strip()):
        raise refusals.same_edition()
    if not row.reason.strip():
        raise refusals.looser_without_reason()


def _is_looser(old: Limit, row: Limit) -> bool:
    """Whether it allows more, stops less far, or counts something else, which nothing compares."""
    if row.basis != old.basis or _level(row) < _level(old):
        return True
    if old.volume and row.volume and old.amount is not None and row.amount is not None:
        return row.amount * old.volume > old.amount * row.volume
    return _more(row.amount, old.amount) or _more(row.per_kg, old.per_kg)


def _more(allowed: int | None, before: int | None) -> bool:
    """Whether a figure allows more than the one before; None allows everything."""
    return before is not None and (allowed is None or allowed > before)


def _level(row: Limit) -> Level:
    return Level[(row.level or ("block" if row.hard else "stop")).upper()]
