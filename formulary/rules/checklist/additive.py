"""D1 and D3 over a group: local anaesthetics add up, each as a share of its own maximum.

Their toxicity is additive: half of the most of one and six tenths of the most of another are too much
together, in one cocktail (D1) and over all that one session holds (D3): what was given of any of them within
the day, or since the session that this one tops up, in sessions and patch tests, counts as if it were a line
of this cocktail. Source: label, "mixing with another local anaesthetic is not recommended" [LID6]; the sum of
the shares is the convention for giving two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from fractions import Fraction

from formulary.rules.checklist.parts import Part, binding, members_of, part_of, parts_inside
from formulary.rules.checklist.rule import CO_SIGN, Case, passed, unknown
from formulary.rules.checklist.sessions import counts_after, exposures, under_way
from formulary.rules.checklist.substances import Substance, accepted_by, ceilings_of
from formulary.rules.facts import Exposure, Product
from formulary.rules.findings import Finding, Level, capital, joined
from formulary.rules.formulation import about, ceilings
from formulary.rules.units import Quantity, show_percent, total

WORDS = "local anaesthetics"
SOURCE = "sum of the shares of each label maximum; label: no other local anaesthetic with it [LID6]"
TWO = 2


def together(case: Case) -> Iterator[Finding]:
    """What two or more local anaesthetics come to: one answer, and none where there are not two.

    One that comes inside a line is asked about also where it is alone: nothing else adds it up.
    """
    members, inside = members_of(case), parts_inside(case)
    if len(members) < TWO and not inside:
        return
    parts, line = [*(part_of(case, x) for x in members), *inside], _line(members, inside)
    if _share(parts) > 1:
        yield _too_much(case, "dose", parts, line)
    elif any(part.share is None for part in parts):
        accepted = "" if inside else _accepted(case, members)
        yield _unknown(case, "dose", parts, line, accepted=accepted)
    else:
        yield passed("dose.sum_within_max", WORDS, _words(case, parts), _inputs(case, parts))


def _accepted(case: Case, members: Sequence[Substance]) -> str:
    """What a formula says of them together: only where no limit of any of them is on record."""
    if any(ceilings_of(case, x) for x in members):
        return ""
    accepted = [accepted_by(case, x) for x in members]
    return accepted[0] if all(accepted) else ""


def with_earlier(case: Case) -> Iterator[Finding]:
    """What the cocktail's local anaesthetics come to with what the same session had of any before it.

    One answer, and none where there is but one of them: that adds up by itself, as every ingredient does.
    """
    members, inside = members_of(case), parts_inside(case)
    own = [*(x.ingredient.id for x in members), *(x.ingredient_id for x in inside)]
    if not own or (case.cocktail.history is None and _speaks_for_itself(members, inside)):
        return
    before = _before(case, own)
    involved = {*own, *(x.ingredient_id for x in before)}
    alone = involved if len(involved) < TWO and not inside else frozenset()
    doubts = list(_doubts(case, alone))
    if not doubts and (alone or not before):
        return
    parts = [*(part_of(case, x) for x in members), *inside, *_earlier(case, before)]
    line = _line(members, inside)
    if _share(parts) > 1:
        yield _too_much(case, "exposure", parts, line)
    elif doubts or any(part.share is None for part in parts):
        yield _unknown(case, "exposure", parts, line, doubts=doubts)
    else:
        yield passed("exposure.sum_within_max", WORDS, _words(case, parts), _inputs(case, parts))


def _speaks_for_itself(members: Sequence[Substance], inside: Sequence[Part]) -> bool:
    """Whether it is one line's, of which D3 says by itself that nobody looked up what was given before."""
    return len(members) == 1 and not inside and not members[0].ingredient.is_diluent


def _before(case: Case, own: Iterable[int]) -> list[Exposure]:
    """What the same session had of any that adds up with them, since the earliest that any of them asks."""
    history = case.cocktail.history
    group = history.additive if history is not None else frozenset()
    after = min(counts_after(case, ids) for ids in (group, *({key} for key in own)))
    return [x for x in exposures(case, group) if x.at > after]


def _earlier(case: Case, before: Sequence[Exposure]) -> Iterator[Part]:
    """What was given of each product, and the most of that product by this route for this patient."""
    told = () if case.cocktail.history is None else case.cocktail.history.products
    products = {product.id: product for product in told}
    for key in dict.fromkeys(x.product_id for x in before):
        part = _given_before(case, [x for x in before if x.product_id == key], products.get(key))
        if part.dose is None or part.dose.steps > 0:
            yield part


def _given_before(case: Case, rows: Sequence[Exposure], product: Product | None) -> Part:
    if product is None:
        return Part("another one given before", None, None, Level.STOP, "unknown")
    dose, weight = _given(rows, product), case.patient.weight if case.patient is not None else None
    most, level = binding(case, ceilings(product, case.cocktail.route, weight, case.on), dose)
    held = "unknown" if dose is None else about(dose, case.mark)
    return Part(f"{product.ingredient.name} given before", dose, most, level, held)


def _given(rows: Sequence[Exposure], product: Product) -> Quantity | None:
    known = [x.amount for x in rows if x.amount is not None]
    dimension = product.ingredient.dimension
    if len(known) < len(rows) or any(amount.dimension != dimension for amount in known):
        return None
    return total(known, dimension)


def _doubts(case: Case, alone: AbstractSet[int]) -> Iterator[str]:
    """Why more may have been given than is counted; what is said of a single one is said of it alone."""
    history = case.cocktail.history
    if history is None:
        yield "nobody looked up what was given before"
        return
    if history.truncated:
        yield "more was given than was read"
    if codes := under_way(case, history.additive - alone):
        yield f"{joined(codes)} with one of them is released or being given and not closed"


def _share(parts: Sequence[Part]) -> Fraction:
    return sum((part.share for part in parts if part.share is not None), start=Fraction(0))


def _line(members: Sequence[Substance], inside: Sequence[Part]) -> int:
    if not members:
        return inside[0].line
    return max((x.largest for x in members), key=lambda x: x.volume.steps).number


def _too_much(case: Case, subject: str, parts: Sequence[Part], line: int) -> Finding:
    level = _level(parts) if subject == "dose" else min(_level(parts), Level.STOP)
    how = "Reduce one of them" if level is Level.BLOCK else f"Reduce one of them, {CO_SIGN}"
    return Finding(
        f"{subject}.sum_above_max",
        WORDS,
        _words(case, parts),
        f"{how.removesuffix('.')}.",
        level=level,
        line=line,
        source=SOURCE,
        inputs=_inputs(case, parts),
        rests_on=_rests_on(parts),
    )


def _level(parts: Sequence[Part]) -> Level:
    """The gravest level whose parts, with all that are graver, are too much by themselves.

    So a trace of a milder one makes nothing milder.
    """
    levels = sorted({part.level for part in parts if part.share}, reverse=True)
    return next(x for x in levels if _share([part for part in parts if part.level >= x]) > 1)


def _rests_on(parts: Sequence[Part]) -> tuple[tuple[str, str], ...]:
    return tuple((part.name, f"{part.held} of {part.most!r}") for part in parts)


def _words(case: Case, parts: Sequence[Part]) -> str:
    each = [f"{x.name} {show_percent(x.share, case.mark)}" for x in parts if x.share is not None]
    share = _share(parts)
    above = ": more than the most that is allowed of them together" if share > 1 else ""
    return (
        f"Of their maximum, {joined(each)} make {show_percent(share, case.mark)} of the {WORDS}"
        f" one session may hold{above}."
    )


def _inputs(case: Case, parts: Sequence[Part]) -> tuple[tuple[str, str], ...]:
    each = [
        (x.name, f"{about(x.dose, case.mark)} of {about(x.most, case.mark)}")
        for x in parts
        if x.dose is not None and x.most is not None
    ]
    return (*each, ("of the limit together", show_percent(_share(parts), case.mark)))


def _unknown(
    case: Case,
    subject: str,
    parts: Sequence[Part],
    line: int,
    *,
    doubts: Sequence[str] = (),
    accepted: str = "",
) -> Finding:
    names, why = joined([x.name for x in parts]), [*_missing(parts), *doubts]
    together = "adds" if len(parts) < TWO else "add"
    answer = unknown(
        f"{subject}.sum_unknown",
        WORDS,
        f"{capital(names)} {together} up, and {joined(why)}, "
        f"so nobody can tell what they come to{_so_far(case, parts)}.",
        f"Leave one out, {CO_SIGN}",
        source=SOURCE,
        line=line,
        inputs=tuple((x.name, x.held) for x in parts),
        accepted=accepted,
    )
    if subject == "dose":
        return answer
    return replace(answer, rests_on=(*_rests_on(parts), *(("doubt", doubt) for doubt in doubts)))


def _so_far(case: Case, parts: Sequence[Part]) -> str:
    """What is known of the sum: of the others where one is missing, of nothing where all are."""
    known = [part for part in parts if part.share is not None]
    if not known:
        return ""
    whose = "what is counted" if len(known) == len(parts) else "the others"
    return f" ({whose}: {show_percent(_share(parts), case.mark)})"


def _missing(parts: Sequence[Part]) -> Iterator[str]:
    if any(part.dose is None for part in parts):
        yield "how much of one of them is not known"
    if any(part.most is None and part.dose is not None for part in parts):
        yield "the limit of one of them by this route is not known"
