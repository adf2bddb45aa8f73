"""`formulary check FILE`: the checks of a cocktail that is only thought of, for people and for programs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

import click

from formulary import clock
from formulary.accounts import queries as accounts
from formulary.accounts.models import Site
from formulary.cli.frame import Said, with_app
from formulary.cocktails import files
from formulary.cocktails.labels.sheet import prepared_now
from formulary.rules import checklist
from formulary.rules.beyond_use import BeyondUse
from formulary.rules.compatibility import Examined
from formulary.rules.facts import Cocktail, Strength
from formulary.rules.findings import Finding, Level, Report, Result, Stage, Verdict
from formulary.rules.formulation import Solution, Solved, solve_cocktail
from formulary.rules.lot_status import stamp_words
from formulary.rules.units import Quantity, show, show_concentration


@dataclass(frozen=True)
class Checked:
    """A cocktail with its figures and the report of every check that signing would run."""

    cocktail: Cocktail
    solution: Solution
    report: Report
    pairs: Examined
    until: BeyondUse


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--json", "as_json", is_flag=True, help="The whole report as JSON; quantities with their units."
)
@click.option("--site", metavar="NAME", help="Whose shelf and policies count; the first site otherwise.")
@with_app
def command(file: IO[bytes], as_json: bool, site: str | None) -> None:
    """Check the cocktail that FILE describes (- reads it from the input); nothing is written.

    Exits 0, or 1 where something blocks, or 2 where the file cannot be read, saying which line. Without a
    patient in it, the checks about one are not applicable; what is absent of one is unknown. Answers are yes,
    no or unknown, under the words of the questions; medicines are "still", "unknown" or the last day
    (garlic = 2026-05-01), and patch_tests are negative, doubtful or positive. The days weighed,
    allergies_asked, answers_asked and medicines_asked are today where the file names none, and
    patch_tests_applied is five days ago.

    \b
    A file:
      route = "intradermal"
      target = "5 mL"
      patient = { weight = "62 kg", allergies = [], answers = { pregnancy = "no" } }
      [[line]]
      product = "tranexamic acid 100 mg/mL"
      concentration = "4 mg/mL"
      [[line]]
      product = "sodium chloride 0.9%"
      qs = true

    \b
    Example:
      formulary check melasma.toml --json
    """
    checked = _checked(file.read(), _site(site), clock.now())
    click.echo(json.dumps(as_dict(checked), indent=2, ensure_ascii=False) if as_json else as_text(checked))
    if checked.report.verdict is Verdict.BLOCK:
        raise SystemExit(1)


def as_dict(checked: Checked) -> dict[str, Any]:
    """The report as plain data."""
    report, solution = checked.report, checked.solution
    return {
        "rule_set": report.rule_set,
        "inputs_hash": report.inputs_hash,
        "lines": [_line(solved) for solved in solution.lines],
        "findings": [_finding(answer) for answer in report.answers],
        "total_volume": _shown(solution.total),
        "beyond_use": _beyond_use(checked.until),
        "pairs": {"known": checked.pairs.known, "total": checked.pairs.total},
        "verdict": report.verdict.value,
    }


def as_text(checked: Checked) -> str:
    """The report for people: the lines, what is found, what it comes to."""
    return "\n".join([*_sheet(checked), "", *_told(checked.report), "", f"Verdict: {checked.report.verdict}"])


def _site(name: str | None) -> Site:
    found = [site for site in accounts.sites() if name in (None, site.name)]
    if not found:
        offered = ", ".join(site.name for site in accounts.sites())
        raise Said(f"There is no site {name}; there are {offered}." if offered else "There is no site yet.")
    return min(found, key=lambda site: site.id)


def _checked(raw: bytes, site: Site, at: datetime) -> Checked:
    try:
        cocktail = files.facts_of(files.read(raw, at=at, zone=site.zone), site=site, at=at)
    except files.Unreadable as fault:
        click.echo("\n".join(map(str, fault.faults)), err=True)
        raise SystemExit(2) from None
    report, solution = checklist.run(cocktail, Stage.SIGN), solve_cocktail(cocktail)
    return Checked(cocktail, solution, report, checklist.examined(cocktail), prepared_now(cocktail))


def _line(solved: Solved) -> dict[str, Any]:
    return {
        "number": solved.number,
        "product": solved.line.product.name,
        "dose": _shown(solved.dose),
        "volume": _shown(solved.volume),
        "draw_volume": _shown(solved.achieved_volume),
        "achieved_dose": _shown(solved.achieved_dose),
        "concentration": _mixed(solved.concentration),
    }


def _finding(answer: Finding) -> dict[str, Any]:
    return {
        "rule": answer.rule,
        "code": answer.code,
        "result": answer.result.value,
        "level": None if answer.level is None else answer.level.name.lower(),
        "line": answer.line,
        "subject": answer.subject,
        "reason": answer.reason,
        "remedy": answer.remedy,
        "source": answer.source,
        "accepted": answer.accepted or None,
    }


def _beyond_use(found: BeyondUse) -> dict[str, Any]:
    limit = found.limited_by
    return {
        "at": None if found.at is None else found.at.isoformat(),
        "rule": limit.formula if limit else None,
        "limited_by": limit.name if limit else None,
        "unknown": [finding.reason for finding in found.unknown],
    }


def _sheet(checked: Checked) -> Iterator[str]:
    for solved in checked.solution.lines:
        figures = (_shown(solved.dose), _shown(solved.volume), _mixed(solved.concentration))
        dose, volume, mixed = (figure or "unknown" for figure in figures)
        yield f"{solved.number:>2}  {solved.line.product.name:<44}{dose:>16}{volume:>12}{mixed:>18}"
    pairs, found = checked.pairs, checked.until
    yield f"    {'total':<44}{'':>16}{_shown(checked.solution.total):>12}"
    yield f"    pairs known {pairs.known} of {pairs.total}; {_until_words(checked)}"
    yield from (f"    {finding.reason}" for finding in found.unknown)


def _until_words(checked: Checked) -> str:
    found, zone = checked.until, checked.cocktail.policies.zone
    if found.at is None or found.limited_by is None:
        return "beyond use not known"
    return f"prepared now, use before {stamp_words(found.at, zone)}, limited by {found.limited_by.name}"


def _told(report: Report) -> Iterator[str]:
    for answer in report.findings:
        word = "ACCEPTED" if answer.accepted else (answer.level or Level.INFO).name
        unknown = " (unknown)" if answer.result is Result.UNKNOWN else ""
        yield f"{word:<9}{answer.code}{unknown}, {answer.subject}: {answer.reason} {answer.remedy}".rstrip()
        if answer.source:
            yield f"{'':<9}{answer.rule}, {answer.source}"
    passed = [answer.rule for answer in report.answers if answer.result is Result.PASS]
    yield f"{'passed':<9}{' '.join(dict.fromkeys(passed))}"


def _shown(quantity: Quantity | None) -> str | None:
    return None if quantity is None else _bare(show(quantity))


def _mixed(strength: Strength | None) -> str | None:
    return None if strength is None else _bare(show_concentration(strength.amount, strength.volume))


def _bare(text: str) -> str:
    """As files and the terminal write an amount: ungrouped, with a plain space."""
    return text.replace(",", "").replace("\N{NO-BREAK SPACE}", " ")
