"""`formulary scan`: what scans say, one a line, for people and for programs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

import click

from formulary import clock
from formulary.rules.findings import Finding, Refused
from formulary.web.gs1 import LONGEST, Scan, read_scan

LONGEST_LINE = 4 * LONGEST


@dataclass(frozen=True)
class Read:
    """One line: what it says, or why it is refused."""

    number: int
    raw: str
    scan: Scan | None
    refused: tuple[Finding, ...] = ()


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8-sig", errors="replace"), default="-")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line; dates as YYYY-MM-DD.")
def command(file: IO[str], as_json: bool) -> None:
    """Say what each scan in FILE means: GTIN, lot, expiry, serial, and how sure it is. - reads the input.

    One scan a line, as the scanner sends it. The separator FNC1 is the byte 1D, or written <GS>. A scan that
    is not sure must be compared with the pack, field by field. Exits 1 where a line is refused.

    \b
    Example:
      echo ']d2010952000000050917290630' | formulary scan
    """
    refused = False
    for read in scans(file, clock.now().date()):
        click.echo(json.dumps(as_dict(read), ensure_ascii=False) if as_json else as_text(read))
        refused = refused or read.scan is None
    if refused:
        raise SystemExit(1)


def scans(lines: IO[str], today: date) -> Iterator[Read]:
    """What each line says, one at a time; empty lines say nothing."""
    for number, line in enumerate(_lines(lines), start=1):
        if not line.strip():
            continue
        try:
            yield Read(number, line, read_scan(line, captured=True, today=today))
        except Refused as refusal:
            yield Read(number, line, None, tuple(refusal.findings))


def as_dict(read: Read) -> dict[str, Any]:
    """A line as plain data; what the code does not say is null."""
    scan = read.scan
    return {
        "line": read.number,
        "gtin": (scan and scan.gtin) or None,
        "lot": (scan and scan.lot) or None,
        "expiry": scan.expires_on.isoformat() if scan and scan.expires_on else None,
        "serial": (scan and scan.serial) or None,
        "own": (scan and scan.own) or None,
        "sure": bool(scan and scan.trusted),
        "notes": [_told(note) for note in (scan.notes if scan else ())],
        "refused": [_told(finding) for finding in read.refused],
    }


def as_text(read: Read) -> str:
    """A line for people."""
    said = " ".join(f"{finding.reason} {finding.remedy}".strip() for finding in read.refused)
    if read.scan is None:
        return f"{read.number}  refused: {said}"
    notes = "".join(f"\n   {note.reason} {note.remedy}".rstrip() for note in read.scan.notes)
    sure = "sure" if read.scan.trusted else "not sure"
    return f"{read.number}  {', '.join(_fields(read.scan))}: {sure}{notes}"


def _fields(scan: Scan) -> Iterator[str]:
    if scan.own:
        yield f"our own label {scan.own}"
    named = {"GTIN": scan.gtin, "lot": scan.lot, "expires": scan.expires_on, "serial": scan.serial}
    yield from (f"{name} {value}" for name, value in named.items() if value)


def _told(finding: Finding) -> dict[str, str]:
    return {"code": finding.code, "reason": finding.reason, "remedy": finding.remedy}


def _lines(file: IO[str]) -> Iterator[str]:
    """The lines of a file, the too long ones cut but still refused as too long."""
    while line := file.readline(LONGEST_LINE):
        rest = line
        while rest and not rest.endswith("\n"):
            rest = file.readline(LONGEST_LINE)
        yield line
