"""C6: what all lines bring along of preservatives, antioxidants, chelators and buffers.

The amounts are those of the labels, as far as they state any; where one is not on record the sum is not
known, and never nothing. No source gives a most for the skin, so a limit is what the clinic or a label says.
An approved formula answers for the products that it names, inside the doses its approver signed: what is in
them follows from its lines. Where a limit is on record it answers for nothing. What a
vial was mixed with is known at the bench, so it is asked there again, of what was drawn in the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from formulary.rules.checklist.rule import CO_SIGN, Case, not_applicable, passed, unknown
from formulary.rules.checklist.substances import accepted_by, substances
from formulary.rules.facts import Excipient, Limit, LimitPer
from formulary.rules.findings import Finding, Level, capital, joined
from formulary.rules.formulation import Ceiling, Solved, about, amount, ceiling, holds, name_of
from formulary.rules.units import Quantity, total

COUNTED = frozenset({"preservative", "paraben", "edetate", "sulfite", "phosphate"})
"""Groups of excipients whose sums are asked for."""


@dataclass(frozen=True)
class Sum:
    """All of one excipient: the sum as far as it is known, and the lines that do not say how much.

    `known` is that of the volumes that count, `prescribed` that of those prescribed.
    """

    excipient: Excipient
    known: Quantity | None
    prescribed: Quantity | None
    unsaid: tuple[Solved, ...]
    lines: tuple[Solved, ...]

    @property
    def name(self) -> str:
        """The excipient's name, without the word that tells it from the active of that name."""
        return self.excipient.name.removesuffix(" (excipient)")


def sums(case: Case) -> Sequence[Finding]:
    """C6: no preservative or buffer above its limit in all, as far as the labels say how much there is."""
    used = [x for x in case.counted if not x.volume.is_zero]
    if not used:
        return [not_applicable("excipient.none", "excipients", "Nothing has a volume yet.")]
    found = [answer for each in _sums(case, used) for answer in _limited(case, each)]
    found += [*_without_limit(case, _sums(case, used)), *_not_on_record(case, used)]
    reason = "No preservative, antioxidant, chelator or buffer is in it."
    return found or [passed("excipient.none_counted", "excipients", reason)]


def _sums(case: Case, used: Sequence[Solved]) -> list[Sum]:
    by_id: dict[int, list[tuple[Solved, Excipient]]] = {}
    own = [(x, excipient) for x in used for excipient in x.line.product.excipients]
    for solved, excipient in (*own, *_of_diluents(case, used)):
        if excipient.groups & COUNTED:
            by_id.setdefault(excipient.ingredient_id, []).append((solved, excipient))
    return [_sum(case, parts) for parts in by_id.values()]


def _of_diluents(case: Case, used: Sequence[Solved]) -> Iterator[tuple[Solved, Excipient]]:
    """What the diluents inside the vials bring along: how much of it is in a line, nobody knows."""
    for solved in used:
        for diluent in case.mixed_in:
            if diluent.number == solved.number:
                yield from ((solved, replace(x, amount=None)) for x in diluent.product.excipients)


def _sum(case: Case, parts: Sequence[tuple[Solved, Excipient]]) -> Sum:
    return Sum(
        parts[0][1],
        _held([amount(counted_volume(case, x), excipient.amount) for x, excipient in parts]),
        _held([amount(x.volume, excipient.amount) for x, excipient in parts]),
        tuple(x for x, excipient in parts if excipient.amount is None),
        tuple(x for x, _ in parts),
    )


def _held(amounts: Sequence[Quantity | None]) -> Quantity | None:
    known = [q for q in amounts if q is not None]
    return total(known, known[0].dimension) if known else None


def counted_volume(case: Case, solved: Solved) -> Quantity:
    """What of a line reaches the patient: as drawn in the end, else the higher of prescribed and drawn."""
    reached = solved.achieved_volume * case.solution.given
    return reached if case.final else max(solved.volume, reached)


def _limits(case: Case, each: Sum) -> list[Ceiling]:
    route, known = case.cocktail.route, each.known
    weight = None if case.patient is None else case.patient.weight
    own = (x for x in each.excipient.limits if holds(x, route, case.on) and x.per is LimitPer.SESSION)
    asked = [ceiling(x, weight) for x in own if x.dose is not None or x.per_kg is not None]
    return [x for x in asked if x.most is None or known is None or x.most.dimension == known.dimension]


def _limited(case: Case, each: Sum) -> Iterator[Finding]:
    for found in _limits(case, each):
        most = found.most
        if most is not None and each.known is not None and each.known > most:
            yield _above(case, each, found.limit, most)
        elif found.needs_weight:
            yield _unweighed(case, each, found.limit)
        elif most is not None and each.unsaid:
            yield _unsaid(case, each, most)
        elif most is not None:
            shown = f"{_words(case, each)} of {about(most, case.mark)}"
            yield passed("excipient.within_max", each.name, f"{capital(shown)}.")


def _above(case: Case, each: Sum, limit: Limit, most: Quantity) -> Finding:
    return Finding(
        "excipient.above_max",
        each.name,
        f"{capital(_words(case, each))} in all is above the most ({about(most, case.mark)}).",
        f"Leave out a line that holds it, {CO_SIGN}",
        level=min(limit.exceeded, Level.STOP),
        line=each.lines[0].number,
        source=limit.source,
        inputs=_inputs(case, [each]),
        rests_on=_rests_on(case, each, most),
    )


def _rests_on(case: Case, each: Sum, most: Quantity) -> tuple[tuple[str, str], ...]:
    """What was prescribed: how far a draw strays from that is M2's and M3's."""
    shown = "unknown" if each.prescribed is None else about(each.prescribed, case.mark)
    return (("prescribed", f"{shown}{' or more' if each.unsaid else ''}"), ("limit", about(most, case.mark)))


def _unweighed(case: Case, each: Sum, limit: Limit) -> Finding:
    return unknown(
        "excipient.weight_unknown",
        each.name,
        f"The most of {each.name} depends on the weight, and no weight is on record.",
        "Weigh the patient, or give a reason to go on.",
        line=each.lines[0].number,
        source=limit.source,
        inputs=_inputs(case, [each]),
    )


def _unsaid(case: Case, each: Sum, most: Quantity) -> Finding:
    lines = joined([name_of(x.line) for x in each.unsaid])
    return unknown(
        "excipient.amount_unknown",
        each.name,
        f"How much {each.name} is in {lines} is not on record; the most is {about(most, case.mark)}.",
        "Record it from the label, or give a reason to go on.",
        line=each.unsaid[0].number,
        inputs=_inputs(case, [each]),
    )


def _without_limit(case: Case, found: Sequence[Sum]) -> Iterator[Finding]:
    """All that nobody knows a limit of in one answer."""
    rest = [each for each in found if not _limits(case, each)]
    if rest:
        words = joined([_words(case, each) for each in rest])
        yield unknown(
            "excipient.limit_unknown",
            joined([each.name for each in rest]),
            f"In all it holds {words}; no limit for {case.cocktail.route} use is on record.",
            "Give a reason to go on, or leave a line out.",
            inputs=_inputs(case, rest),
            accepted="" if _on_record(case, rest) else _accepted(case, [x for y in rest for x in y.lines]),
        )


def _on_record(case: Case, found: Sequence[Sum]) -> bool:
    """Whether any limit of them by this route is on record, comparable with their sum or not."""
    return any(holds(x, case.cocktail.route, case.on) for each in found for x in each.excipient.limits)


def _not_on_record(case: Case, used: Sequence[Solved]) -> Iterator[Finding]:
    mixed = [x for x in case.mixed_in if not x.product.excipients_known]
    numbers = {x.number for x in mixed}
    rest = [x for x in used if not x.line.product.excipients_known or x.number in numbers]
    if rest:
        products = [x.line.product for x in rest if not x.line.product.excipients_known]
        names = joined(list(dict.fromkeys(x.name for x in (*products, *(y.product for y in mixed)))))
        yield unknown(
            "excipient.not_on_record",
            names,
            f"What else is in {names} is not on record, so nothing adds up for sure.",
            "Record the excipients from the label, or give a reason to go on.",
            inputs=tuple((name_of(x.line), "not on record") for x in rest),
            accepted=_accepted(case, rest),
        )


def _words(case: Case, each: Sum) -> str:
    name = each.name
    if each.known is None:
        return f"{name} (how much is not on record)"
    more = " or more" if each.unsaid else ""
    return f"{name} {about(each.known, case.mark)}{more}"


def _inputs(case: Case, found: Sequence[Sum]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (each.name, "unknown" if each.known is None else about(each.known, case.mark)) for each in found
    )


def _accepted(case: Case, lines: Sequence[Solved]) -> str:
    """An approved formula answers where it names every product that the sum comes from, inside its doses."""
    formula = case.cocktail.answering
    numbers = {x.number for x in lines}
    products = [x.product for x in (*case.lines, *case.mixed_in) if x.number in numbers]
    own = [x for x in substances(case) if not numbers.isdisjoint(line.number for line in x.lines)]
    outside = [x for x in own if not x.ingredient.is_diluent and not accepted_by(case, x)]
    if formula is None or outside or not all(formula.covers(x) for x in products):
        return ""
    return f"excipients as in formula {formula.label}"
