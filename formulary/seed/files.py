"""Reading the files of `seed_data`: typed, frozen rows, all or nothing, every fault named."""

import csv
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from formulary.rules.findings import Finding, Level, Refused
from formulary.seed.cells import BadCell, Parser

Row = TypeVar("Row")


def read(path: Path, kind: type[Row]) -> tuple[Row, ...]:
    """Every row of a CSV file as `kind`; Refused with one finding per fault, and then no row at all.

    The columns are the fields of `kind`, in any order; each field is annotated with the parser of its cells.
    """
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    if not lines:
        raise Refused(fault("seed.empty", path.name, "The file is empty.", "Put its rows back."))
    header, *body = lines
    parsers = _parsers(kind)
    _refuse(_header_faults(path.name, header, list(parsers)))
    _refuse(
        f
        for at, cells in enumerate(body, start=2)
        for f in _row_faults(f"{path.name}, row {at}", header, cells, parsers)
    )
    return tuple(
        kind(**{name: parsers[name](said) for name, said in zip(header, cells, strict=True)})
        for cells in body
    )


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file without any float in it; Refused otherwise."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=_no_float)
    except ValueError as broken:
        raise Refused(
            fault("seed.unreadable", path.name, f"{broken}", "Correct the file; write figures as text.")
        ) from broken


def fault(code: str, subject: str, reason: str, remedy: str, column: str | None = None) -> Finding:
    """One fault of a seed file, ready to be refused with."""
    return Finding(code, subject, reason, remedy, level=Level.BLOCK, field=column)


def _no_float(figure: str) -> Any:
    raise ValueError(f"{figure} would be a float")


def _refuse(found: Iterable[Finding]) -> None:
    if faults := tuple(found):
        raise Refused(*faults)


def _parsers(kind: type) -> dict[str, Parser]:
    """How each column is read, from the annotations of the row."""
    return {name: hint.__metadata__[0] for name, hint in get_type_hints(kind, include_extras=True).items()}


def _header_faults(name: str, header: Sequence[str], wanted: Sequence[str]) -> Iterator[Finding]:
    remedy = f"The columns are {', '.join(wanted)}."
    for column in wanted:
        if column not in header:
            yield fault("seed.column_missing", name, f"Column {column} is missing.", remedy)
    for column in header:
        if column not in wanted:
            yield fault("seed.column_unknown", name, f"Nobody reads column {column}.", remedy)


def _row_faults(
    where: str, header: Sequence[str], cells: Sequence[str], parsers: dict[str, Parser]
) -> Iterator[Finding]:
    """What is wrong with one row: its length, or each cell with what came and what would do."""
    if len(cells) != len(header):
        reason = f"It has {len(cells)} cells and the header {len(header)}."
        yield fault("seed.row", where, reason, "Put words that hold commas between quotes.")
        return
    for column, came in zip(header, cells, strict=True):
        try:
            parsers[column](came)
        except BadCell as bad:
            yield fault("seed.cell", f"{where}, column {column}", f"“{came}” {bad.why}.", bad.remedy, column)
