"""D1 over a group: local anaesthetics add up, each as a share of its own maximum.

Their toxicity is additive: half of the most of one and six tenths of the most of another are too much
together. Source: label, "mixing with another local anaesthetic is not recommended" [LID6]; the sum of the
shares is the convention for giving two.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from formulary.rules.checklist.rule import CO_SIGN, Case, passed, unknown
from formulary.rules.checklist.substances import Substance, accepted_by, ceilings_of, prescribed, substances
from formulary.rules.findings import Finding, Level, capital, joined
from formulary.rules.formulation import about
from formulary.rules.units import Quantity, show_percent

GROUP, WORDS = "local_anaesthetic", "local anaesthetics"
SOURCE = "sum of the shares of each label maximum; label: no other local anaesthetic with it [LID6]"
TWO = 2
Part = tuple[Substance, Quantity, Level]


def together(case: Case) -> Iterator[Finding]:
    """What two or more local anaesthetics come to: one answer, and none where there are not two."""
    members = [x for x in substances(case) if GROUP in x.ingredient.groups and not x.ingredient.is_diluent]
    if len(members) < TWO:
        return
    parts = [part for part in (_part(case, member) for member in members) if part is not None]
    known = _share(parts)
    if known > 1:
        yield _too_much(case, parts, known)
    elif len(parts) < len(members):
        yield _unknown(case, members, known)
    else:
        yield passed("dose.sum_within_max", WORDS, _words(case, parts, known), _inputs(case, parts, known))


def _part(case: Case, substance: Substance) -> Part | None:
    """The substance with the most of it that is not a mere warning, and what going above that does."""
    dose = substance.dose
    if dose is None:
        return None
    weight_missing = case.patient is not None
    found = [
        (c.most, c.limit.exceeded)
        for c in ceilings_of(case, substance)
        if c.most is not None and c.most.dimension == dose.dimension and not c.most.is_zero
        if not (c.needs_weight and weight_missing)
    ]
    hard = [each for each in found if each[1] > Level.WARN] or found
    if not hard:
        return None
    most, level = min(hard, key=lambda each: each[0].steps)
    return substance, most, level


def _share(parts: list[Part]) -> Fraction:
    return sum(((x.dose / most) for x, most, _ in parts if x.dose is not None), start=Fraction(0))


def _too_much(case: Case, parts: list[Part], share: Fraction) -> Finding:
    level = min(level for _, _, level in parts)
    how = "Reduce one of them" if level is Level.BLOCK else f"Reduce one of them, {CO_SIGN}"
    return Finding(
        "dose.sum_above_max",
        WORDS,
        _words(case, parts, share),
        f"{how.removesuffix('.')}.",
        level=level,
        line=max((x.largest for x, _, _ in parts), key=lambda x: x.volume.steps).number,
        source=SOURCE,
        inputs=_inputs(case, parts, share),
        rests_on=tuple((x.name, f"{prescribed('dose', x, case.mark)} of {most!r}") for x, most, _ in parts),
    )


def _words(case: Case, parts: list[Part], share: Fraction) -> str:
    each = [
        f"{x.name} {show_percent(x.dose / most, case.mark)}" for x, most, _ in parts if x.dose is not None
    ]
    above = ": more than the most that is allowed of them together" if share > 1 else ""
    return (
        f"Of their maximum, {joined(each)} make {show_percent(share, case.mark)} of the {WORDS}"
        f" one session may hold{above}."
    )


def _inputs(case: Case, parts: list[Part], share: Fraction) -> tuple[tuple[str, str], ...]:
    each = [
        (x.name, f"{about(x.dose, case.mark)} of {about(most, case.mark)}")
        for x, most, _ in parts
        if x.dose is not None
    ]
    return (*each, ("of the limit together", show_percent(share, case.mark)))


def _unknown(case: Case, members: list[Substance], share: Fraction) -> Finding:
    names = joined([x.name for x in members])
    accepted = [accepted_by(case, x) for x in members]
    return unknown(
        "dose.sum_unknown",
        WORDS,
        f"{capital(names)} add up, and the limit of one of them by this route is not known, "
        f"so nobody can tell what they come to (the others: {show_percent(share, case.mark)}).",
        f"Leave one out, {CO_SIGN}",
        source=SOURCE,
        line=members[0].largest.number,
        inputs=tuple((x.name, prescribed("dose", x, case.mark)) for x in members),
        accepted=accepted[0] if all(accepted) else "",
    )
