"""The compatibility table matched over the lines of a cocktail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from formulary.rules.compatibility.conditions import Applies, Mixture, answer
from formulary.rules.compatibility.pairs import Examined, Match, pairs_of
from formulary.rules.compatibility.selectors import ANY, Holders, holders_of, keys_of, speaks_of
from formulary.rules.facts import Compatibility, Formula, Line

OF_TWO = frozenset({"pair", "alone", "compatible", "handling", "substitution"})


def relevant(lines: Sequence[Line], rules: Sequence[Compatibility]) -> tuple[Compatibility, ...]:
    """The rules whose two sides both occur in different lines, whatever their conditions."""
    if len(lines) < 2:  # noqa: PLR2004 - a pair is two
        return ()
    holders = holders_of(lines)
    both = (rule for rule in rules if rule.a in holders and rule.b in holders)
    return tuple(rule for rule in both if any(True for _ in _sides(rule, holders)))


def examine(rules: Sequence[Compatibility], mixture: Mixture, formula: Formula | None = None) -> Examined:
    """Match the rules about two lines over a mixture, by ingredient, group and excipient.

    A condition on a figure nobody knows may apply. Rules see two lines, never two substances of one vial. A
    rule that another loosens is left out between two lines of which the other surely speaks.
    """
    ordered = replace(mixture, lines=tuple(sorted(mixture.lines, key=lambda line: line.number)))
    holders = holders_of(ordered.lines)
    found = _without_loosened(
        match
        for rule in rules
        if rule.kind in OF_TWO and rule.a in holders and rule.b in holders
        for a, b in _sides(rule, holders)
        if speaks_of(rule, a, b) and (match := _match(rule, a, b, ordered)) is not None
    )
    matches = sorted((m for m in found if m.rule.kind != "compatible"), key=_order)
    agreeing = tuple(m for m in found if m.rule.kind == "compatible")
    pairs = tuple(pairs_of(ordered.lines, found, formula))
    return Examined(tuple(_together(_once(matches))), pairs, agreeing)


def with_diluents(
    examined: Examined, diluents: Sequence[Line], rules: Sequence[Compatibility], mixture: Mixture
) -> Examined:
    """The same, with what the table says of the diluents inside the vials beside the lines.

    A diluent makes no pair that data are wanted for, and what is about a line with any other was said. How
    much of it there is, nobody knows.
    """
    known = {line.product.id for line in mixture.lines}
    named = [r for r in rules if r.kind in OF_TWO and ANY not in (r.a, r.b) and r.kind != "compatible"]
    found = _without_loosened(
        match
        for diluent in diluents
        if diluent.product.id not in known
        for line in mixture.lines
        for a, b in ((line, diluent), (diluent, line))
        for rule in named
        if rule.a in keys_of(a.product) and rule.b in keys_of(b.product) and speaks_of(rule, a, b)
        if (match := _match(rule, a, b, mixture)) is not None
    )
    return replace(examined, matches=(*examined.matches, *found))


def _match(rule: Compatibility, a: Line, b: Line, mixture: Mixture) -> Match | None:
    found = answer(rule, a, b, mixture)
    if found.applies is Applies.NO:
        return None
    return Match(rule, a, (b,), found.applies, found.unknown, found.figures)


def _without_loosened(matches: Iterable[Match]) -> list[Match]:
    """Without a rule between two lines where one that loosens it is known to apply."""
    found = list(matches)
    loosened = {(m.rule.loosens, _two(m)) for m in found if m.rule.loosens and m.applies is Applies.YES}
    if not loosened:
        return found
    return [match for match in found if (match.rule.number, _two(match)) not in loosened]


def _two(match: Match) -> frozenset[tuple[int, int]]:
    return frozenset((line.number, line.product.id) for line in (match.a, match.others[0]))


def _once(matches: Sequence[Match]) -> list[Match]:
    """Each rule once for two lines, sure before perhaps: both lines may answer to both of its sides."""
    best: dict[tuple[str, frozenset[int]], Match] = {}
    for match in matches:
        key = (match.rule.number, frozenset((match.a.number, match.others[0].number)))
        if key not in best or (match.applies is Applies.YES and best[key].applies is Applies.MAYBE):
            best[key] = match
    return list(best.values())


def _together(matches: Sequence[Match]) -> Iterator[Match]:
    """What is about a line with any other is said once, of all the others."""
    seen: dict[tuple[str, int, Applies], list[Match]] = {}
    for match in matches:
        if match.rule.b != ANY:
            yield match
        else:
            seen.setdefault((match.rule.number, match.a.number, match.applies), []).append(match)
    for group in seen.values():
        yield replace(group[0], others=tuple(line for match in group for line in match.others))


def _order(match: Match) -> tuple[int, int, str]:
    return match.a.number, match.others[0].number, match.rule.number


def _sides(rule: Compatibility, holders: Holders) -> Iterator[tuple[Line, Line]]:
    """Each two lines a rule is about, with side a first."""
    for a in holders.get(rule.a, ()):
        for b in holders.get(rule.b, ()):
            if a.product.id != b.product.id:
                yield a, b
