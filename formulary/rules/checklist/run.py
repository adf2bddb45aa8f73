"""Running the list: a report of every answer at a stage, and the checks that an act asks by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from formulary.rules.checklist import acts, skipping
from formulary.rules.checklist.fingerprint import fingerprint
from formulary.rules.checklist.rule import Case
from formulary.rules.checklist.table import BY_ID, RULE_SET, RULES
from formulary.rules.compatibility import Examined, Order
from formulary.rules.facts import AdministeredFacts, Cocktail, DrawFacts, ScanFacts, SitePolicies, Stock
from formulary.rules.findings import Finding, Report, Stage


def run(cocktail: Cocktail, stage: Stage) -> Report:
    """Every answer of every rule registered at this stage, bound to the hash of all it looked at.

    From the final check on, what was drawn counts in the place of what was planned.
    """
    case = Case(cocktail, stage)
    answers = tuple(answer for rule in RULES if rule.runs_at(stage) for answer in rule.answers(case))
    return Report(stage, RULE_SET, fingerprint(cocktail, stage, RULE_SET, answers), answers)


def asked_at(cocktail: Cocktail, stage: Stage) -> Report:
    """The same without the hash, for an act whose report nobody keeps or comes back to."""
    return ask(cocktail, stage, (rule.id for rule in RULES if rule.runs_at(stage)))


def ask(cocktail: Cocktail, stage: Stage, rules: Iterable[str]) -> Report:
    """The answers of these rules alone, whether or not they are asked at this stage."""
    case = Case(cocktail, stage)
    return Report(stage, RULE_SET, "", tuple(answer for key in rules for answer in BY_ID[key].answers(case)))


def examined(cocktail: Cocktail) -> Examined:
    """What the compatibility table says of a cocktail as planned: matches, and pairs known."""
    return Case(cocktail, Stage.SIGN).examined


def order(cocktail: Cocktail) -> Order:
    """In which order the lines of a cocktail are added, as far as the compatibility table says."""
    return Case(cocktail, Stage.SIGN).order


def inputs_hash(cocktail: Cocktail, stage: Stage) -> str:
    """The hash that a report of these facts at this stage has now; see `fingerprint` for what is in it."""
    return run(cocktail, stage).inputs_hash


def is_current(report_hash: str, cocktail: Cocktail, stage: Stage) -> bool:
    """Whether a report of this hash still speaks of these facts, at this instant, by these rules."""
    return report_hash == inputs_hash(cocktail, stage)


def check_report(report_hash: str, cocktail: Cocktail, stage: Stage) -> tuple[Finding, ...]:
    """X2: report.stale where something changed since the report was made; it is then made again."""
    if is_current(report_hash, cocktail, stage):
        return ()
    reason = (
        "Something changed since these checks ran: what was typed, what is known, the stock, or the rules."
    )
    return _stamped([Finding("report.stale", "checks", reason, "Check again; nothing was done.", rule="X2")])


def check_scan(facts: ScanFacts) -> tuple[Finding, ...]:
    """L3: what stands against taking this vial for this line; nothing means it is the one meant."""
    return _stamped(acts.scanned(facts))


def check_draw(facts: DrawFacts) -> tuple[Finding, ...]:
    """L1 L2 L4 M3: what stands against this draw now; nothing means it may be recorded."""
    return _stamped(acts.drawn(facts))


def check_passed_over(
    chosen: Stock,
    instead: Sequence[Stock],
    *,
    at: datetime,
    for_patient: int | None,
    policies: SitePolicies,
    for_ref: str | None = None,
) -> tuple[Finding, ...]:
    """L5: whether what was chosen goes before what is taken instead; nothing means it need not."""
    asked = skipping.passed_over(
        chosen, instead, at=at, for_patient=for_patient, policies=policies, for_ref=for_ref
    )
    return _stamped(asked)


def check_given(facts: AdministeredFacts) -> tuple[Finding, ...]:
    """R1: whether what was given, left and kept by the device adds up to what was released."""
    return _stamped(acts.given(facts))


def _stamped(found: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(BY_ID[finding.rule].stamp(finding) for finding in found)
