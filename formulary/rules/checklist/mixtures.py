"""C3 C4: what is never mixed, what does not go together, the pairs nobody has data on, what goes in first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from formulary.rules.checklist.routes import off_label
from formulary.rules.checklist.rule import Case, not_applicable, passed, remove, unknown
from formulary.rules.compatibility import Applies, Before, Examined, Match, Pair
from formulary.rules.facts import Line
from formulary.rules.findings import Finding, Fix, Level, capital, joined
from formulary.rules.units import show_figure

TWO = 2


def never_mixed(case: Case) -> Sequence[Finding]:
    """C3: no line that its label forbids to mix, and each by a route that its label names."""
    return [*_mixed(case), *off_label(case)]


def _mixed(case: Case) -> Sequence[Finding]:
    if len(case.lines) < TWO:
        return [not_applicable("mix.single_line", "mixture", "One line given as supplied is not a mixture.")]
    found = [_not_mixed(line) for line in case.lines if line.product.ingredient.do_not_mix]
    return found or [passed("mix.allowed", "mixture", "No line is forbidden to mix.")]


def _not_mixed(line: Line) -> Finding:
    ingredient = line.product.ingredient
    return Finding(
        "mix.do_not_mix",
        ingredient.name,
        f"{capital(ingredient.name)} is never mixed or diluted.",
        "Leave it out; it can be given as supplied, on a line of its own.",
        level=Level.BLOCK,
        line=line.number,
        source=ingredient.do_not_mix_source,
        fixes=(remove(line),),
    )


def pairs(case: Case) -> Sequence[Finding]:
    """C4: what the compatibility table says of every two lines, and one line for all pairs without data."""
    if len(case.lines) < TWO:
        return [not_applicable("pair.single_line", "pairs", "One line makes no pair.")]
    examined = case.examined
    matched = [_matched(match, case.mark) for match in examined.matches]
    found = [*matched, *_without_data(case, examined)] or [
        passed("pair.compatible", "pairs", f"{capital(examined.words)}.", _inputs(examined.pairs))
    ]
    return [*found, *_order(case)]


_CODES = {Level.INFO: "pair.note", Level.WARN: "pair.caution"}
_REMEDIES = {
    Level.INFO: "",
    Level.WARN: "Give a reason to go on, or leave one out.",
    Level.STOP: "Leave one out, or ask a second clinician to co-sign.",
    Level.BLOCK: "Leave one out.",
}


def _matched(match: Match, mark: str) -> Finding:
    rule, level = match.rule, Level[match.rule.level.upper()]
    if match.applies is Applies.MAYBE:
        return _perhaps(match, min(level, Level.STOP), mark)
    condition = f" ({rule.condition})" if rule.condition else ""
    return Finding(
        "pair.alone" if rule.kind == "alone" else _CODES.get(level, "pair.incompatible"),
        _subject(match),
        f"{_names(match)}: {rule.mechanism}{condition}.",
        _REMEDIES[level],
        level=level,
        line=match.a.number,
        source=rule.source,
        inputs=_rule_inputs(match, mark),
        fixes=_leave_out(match) if level is Level.BLOCK else (),
    )


def _leave_out(match: Match) -> tuple[Fix, ...]:
    """Leave out either of two; where it is about one with all others, that one."""
    return (
        tuple(remove(line) for line in (*match.others, match.a))
        if len(match.others) == 1
        else (remove(match.a),)
    )


def _perhaps(match: Match, level: Level, mark: str) -> Finding:
    """A rule that depends on what nobody knows: it cannot be excluded, and a second person judges."""
    return unknown(
        "pair.may_be_incompatible",
        _subject(match),
        f"{_names(match)}: {match.rule.mechanism}. Whether it applies here depends on what nobody knows "
        f"({match.unknown}).",
        _REMEDIES[level],
        level=level,
        line=match.a.number,
        source=match.rule.source,
        inputs=_rule_inputs(match, mark),
    )


def _order(case: Case) -> Iterator[Finding]:
    """Which line goes in before which, one answer per rule; what stands otherwise, and what nobody states."""
    order = case.order
    for before in order.contradiction:
        yield _added(before, "The rules about the order contradict each other.", Level.STOP)
    for before in order.known:
        if before not in order.contradiction:
            broken = before in order.broken
            yield _added(
                before,
                "The lines stand the other way round." if broken else "",
                Level.WARN if broken else Level.INFO,
            )
    for before in order.open:
        names = f"{before.first.product.ingredient.name} and {before.then.product.ingredient.name}"
        yield unknown(
            "order.unknown",
            f"{names} (table row {before.rule.number})",
            f"{before.words}.",
            "Give a reason for the order, or leave one out.",
            level=Level.WARN,
            line=before.first.number,
            source=before.rule.source,
        )


def _added(before: Before, but: str, level: Level) -> Finding:
    first, then = before.first.product.ingredient.name, before.then.product.ingredient.name
    return Finding(
        "order.of_addition",
        f"{first} before {then} (table row {before.rule.number})",
        f"{before.words}. {but}".strip(),
        "Put the lines in that order." if but else "",
        level=level,
        line=before.first.number,
        source=before.rule.source,
    )


def _names(match: Match) -> str:
    others = joined([line.product.ingredient.name for line in match.others])
    return f"{capital(match.a.product.ingredient.name)} with {others}"


def _subject(match: Match) -> str:
    """Names the pair and the row of the table, so that clearing one row clears that row alone."""
    return f"{_names(match)} (table row {match.rule.number})"


def _rule_inputs(match: Match, mark: str) -> tuple[tuple[str, str], ...]:
    rule = match.rule
    return (
        ("table row", f"{rule.number} v{rule.version}"),
        ("lines", joined([str(line.number) for line in (match.a, *match.others)])),
        *((name, show_figure(value, mark)) for name, value in match.figures),
    )


def _without_data(case: Case, examined: Examined) -> Iterator[Finding]:
    """All pairs without data in one answer, and those that the formula's approver signed for in another."""
    formula, words = case.cocktail.formula, examined.words
    if examined.without_data:
        yield unknown(
            "pair.no_data",
            _list(examined.without_data),
            f"No data for {_list(examined.without_data)} ({words}).{_only_when(examined.without_data)}",
            "No data is not the same as compatible: give a reason to go on, or leave one out.",
            inputs=_inputs(examined.pairs),
        )
    if examined.accepted and formula is not None:
        yield unknown(
            "pair.no_data",
            _list(examined.accepted),
            f"No data for {_list(examined.accepted)} ({words}).",
            inputs=_inputs(examined.pairs),
            accepted=f"no data, accepted in formula {formula.label}",
        )


def _only_when(pairs: Sequence[Pair]) -> str:
    words = [f"{pair.words} goes together when {pair.only_when}" for pair in pairs if pair.only_when]
    return f" On record: {joined(words)}." if words else ""


def _list(pairs: Sequence[Pair]) -> str:
    return joined([pair.words for pair in pairs])


def _inputs(pairs: Sequence[Pair]) -> tuple[tuple[str, str], ...]:
    return tuple((pair.words, _answer(pair)) for pair in pairs)


def _answer(pair: Pair) -> str:
    if pair.known:
        return "known"
    return "no data, accepted in the formula" if pair.accepted else "no data"
