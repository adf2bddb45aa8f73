"""What `formulary recall` writes as CSV: everybody in an answer, and the list of a case."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import click

from formulary import clock
from formulary.accounts import Actor, Operator, RecallSight
from formulary.cli.frame import operator
from formulary.db import transaction
from formulary.recalls import actions, labels, queries
from formulary.recalls.queries import Lookup
from formulary.web import sheets

COLUMNS = (
    "patient",
    "name",
    "lot",
    "cocktail",
    "test",
    "state",
    "at",
    "quantity",
    "unit",
    "grade",
    "recorded",
)
"""Of everybody in an answer, behind their bucket."""


def write(sheet: sheets.Sheet) -> None:
    """The file to the standard output, piece by piece."""
    for piece in sheets.as_csv(sheet):
        click.echo(piece, nl=False)


def of_answer(
    lookup: Lookup, by: Actor | Operator, buckets: Mapping[str, Iterable[dict[str, Any]]]
) -> sheets.Sheet:
    """A row for each use, with its bucket in words; where counts must do, the ten figures alone."""
    if by.recall_sight is RecallSight.COUNTS:
        return sheets.Sheet("recall", ("bucket", "count"), _figures(lookup))
    return _everybody(COLUMNS, buckets)


def of_done(
    figures: Mapping[str, int], by: Actor | Operator, buckets: Mapping[str, Iterable[dict[str, Any]]]
) -> sheets.Sheet:
    """The same of what was done, with who prepared and where; where counts must do, how many of each."""
    if by.recall_sight is RecallSight.COUNTS:
        return sheets.Sheet("recall", ("what", "count"), figures.items())
    return _everybody((*COLUMNS, "by", "site"), buckets)


def of_case(code: str, by: Actor | Operator, *, names: bool) -> sheets.Sheet:
    """The list of a case, as its page gives it: codes, with names where asked for; else that counts must do.

    That it leaves is noted and audited first.
    """
    row, at, is_counts = queries.case_called(code), clock.now(), by.recall_sight is RecallSight.COUNTS
    patients = 0 if is_counts else queries.patients_listed(row.id)
    system_user = operator().name
    mark = [labels.watermark(row, at=at, by=by)]
    with transaction():
        actions.note_list(row, patients, system_user=system_user, names=names, at=at, by=by)
    if is_counts:
        return sheets.Sheet(row.code, mark, [[labels.COUNTS_ALONE]])
    rows = labels.listed_rows(row.id, at=at, by=by, names=names)
    return sheets.Sheet(row.code, mark, chain([labels.LISTED], rows, [mark]))


def _everybody(columns: tuple[str, ...], buckets: Mapping[str, Iterable[dict[str, Any]]]) -> sheets.Sheet:
    rows = (
        [title, *(row.get(name) for name in columns)] for title, found in buckets.items() for row in found
    )
    return sheets.Sheet("recall", ("bucket", *columns), rows)


def _figures(lookup: Lookup) -> Iterator[tuple[str, int]]:
    for letter, count in lookup.counts.items():
        yield labels.bucket_words(letter, count), count
