"""T1 T2 T3: each line that wants a patch test has one that clears it, its lot too where the site says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from formulary.rules.checklist.rule import NO_PATIENT, Case, not_applicable, passed
from formulary.rules.facts import Line, Patient
from formulary.rules.findings import Finding, Level, capital
from formulary.rules.patch_test import Clearance, clears, standing_positive


def tested(case: Case) -> Sequence[Finding]:
    """T1: a test of the very product that concluded negative and still counts."""
    return _rule(case, "T1") or [passed("patch_test.on_record", "patch tests", "Every line was tested.")]


def not_positive(case: Case) -> Sequence[Finding]:
    """T2: no positive test of an ingredient, tested for or not, nor of one that is an excipient here."""
    patient = case.patient
    if patient is None:
        return _rule(case, "T2")
    others = [f for line in (*case.lines, *case.mixed_in) for f in positive_in(case, line, patient)]
    found = [*_rule(case, "T2"), *others]
    return found or [passed("patch_test.none_positive", "patch tests", "None is positive.")]


def positive_in(case: Case, line: Line, patient: Patient) -> Iterator[Finding]:
    """Positive tests of what a line holds, but for an ingredient that a test is asked for."""
    yield from _untested(case, line, patient)
    yield from _by_excipient(case, line, patient)


def not_doubtful(case: Case) -> Sequence[Finding]:
    """T3: no test that is doubtful, was not read, or was read outside its window."""
    return _rule(case, "T3") or [
        passed("patch_test.none_doubtful", "patch tests", "None is doubtful or unread.")
    ]


def _rule(case: Case, rule: str) -> list[Finding]:
    if case.patient is None:
        return [not_applicable("patch_test.no_patient", "patch tests", NO_PATIENT)]
    return [finding for finding in case.shared("patch tests", _answers) if finding.rule == rule]


def _answers(case: Case) -> tuple[Finding, ...]:
    """One answer of T1, T2 or T3 for each line and lot that a test is asked for."""
    asked = (line for line in case.lines if line.product.ingredient.patch_test_required)
    return tuple(_cleared(case, line, lot_id) for line in asked for lot_id in _lots(case, line))


def _lots(case: Case, line: Line) -> Sequence[int | None]:
    """The lots the line is drawn from, in the end, or as picked; None while that is open."""
    if case.final:
        lots = {draw.stock.lot_id for draw in case.cocktail.draws if draw.line == line.number}
    else:
        lots = {stock.lot_id for stock in case.cocktail.picked if stock.product_id == line.product.id}
    return sorted(lots) or [None]


def _cleared(case: Case, line: Line, lot_id: int | None) -> Finding:
    product, policies = line.product, case.policies
    tests = case.patient.tests if case.patient is not None else ()
    answer = clears(
        tests,
        product.ingredient.id,
        product.id,
        lot_id,
        at=case.cocktail.at,
        policy=policies.patch_test,
        zone=policies.zone,
    )
    return _named(answer.finding, line).having(rests_on=_test_of(answer))


def _test_of(answer: Clearance) -> tuple[tuple[str, str], ...]:
    """The test and the reading it stands on: whether the next is due yet changes nothing in an answer."""
    if answer.test is None:
        return ()
    on = "" if answer.outcome is None or answer.outcome.on is None else answer.outcome.on.isoformat()
    return (("applied", answer.test.applied_at.isoformat()), ("on", on))


def _named(finding: Finding, line: Line) -> Finding:
    """The answer with the line it is about, said first."""
    name = line.product.ingredient.name
    reason = f"{capital(name)}: {finding.reason[:1].lower()}{finding.reason[1:]}"
    return finding.having(subject=name, reason=reason, line=line.number)


def _untested(case: Case, line: Line, patient: Patient) -> Iterator[Finding]:
    """A positive test of an ingredient that none is asked for: it was tested all the same, and it bars."""
    ingredient, at, policy = line.product.ingredient, case.cocktail.at, case.policies.patch_test
    if ingredient.patch_test_required:
        return
    barring = (
        standing_positive(
            patient.tests, ingredient.id, at=at, policy=policy, product_id=line.product.id, lot_id=lot
        )
        for lot in _lots(case, line)
    )
    found = next((test for test in barring if test is not None), None)
    if found is not None:
        told = f"the patch test was positive, though none was asked for{found.named}."
        yield Finding(
            "patch_test.positive",
            ingredient.name,
            f"{capital(ingredient.name)}: {told}",
            "Leave it out; a new concluded test or a specialist's note reopens it.",
            level=Level.BLOCK,
            line=line.number,
        )


def _by_excipient(case: Case, line: Line, patient: Patient) -> Iterator[Finding]:
    at, policy = case.cocktail.at, case.policies.patch_test
    for excipient in line.product.excipients:
        found = standing_positive(patient.tests, excipient.ingredient_id, at=at, policy=policy)
        if found is not None:
            contains = f"{line.product.name} contains it{found.named}"
            yield Finding(
                "patch_test.positive_excipient",
                line.product.ingredient.name,
                f"The patch test for {excipient.name} was positive, and {contains}.",
                "Leave it out, or take a product without it.",
                level=Level.BLOCK,
                line=line.number,
            )
