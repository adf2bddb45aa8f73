"""What goes together: the compatibility table matched over the lines, and the pairs nobody has data on.

A pair is known when a rule of the table certainly applies to it. No data is never the same as compatible.
`checklist.examined` does it for a whole cocktail, at the concentrations of its arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import combinations

from formulary.rules.facts import Compatibility, Formula, Ingredient, Line, Product, Strength

ANY = "any"


class Applies(StrEnum):
    """Whether a rule's conditions hold; MAYBE where a concentration or a pH is not known."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Match:
    """One rule of the table, the line that is its side a, and the others: one, or all where side b is any."""

    rule: Compatibility
    a: Line
    others: tuple[Line, ...]
    applies: Applies


@dataclass(frozen=True, slots=True)
class Pair:
    """Two ingredients of the cocktail: known by the table, else perhaps accepted by the formula's approver.

    `only_when` is the worded condition under which the table calls them compatible.
    """

    a: Ingredient
    b: Ingredient
    known: bool
    accepted: bool
    only_when: str = ""

    @property
    def ids(self) -> frozenset[int]:
        """The two ingredients, in no order."""
        return frozenset((self.a.id, self.b.id))

    @property
    def words(self) -> str:
        """How a sentence names the pair: "glutathione with hyaluronic acid"."""
        return f"{self.a.name} with {self.b.name}"


@dataclass(frozen=True, slots=True)
class Examined:
    """What the table says of a cocktail: every rule that applies or may, and every pair."""

    matches: tuple[Match, ...]
    pairs: tuple[Pair, ...]

    @property
    def total(self) -> int:
        """How many pairs there are."""
        return len(self.pairs)

    @property
    def known(self) -> int:
        """How many pairs the table knows."""
        return sum(pair.known for pair in self.pairs)

    @property
    def without_data(self) -> tuple[Pair, ...]:
        """Pairs that neither the table nor an approved formula answers for."""
        return tuple(pair for pair in self.pairs if not pair.known and not pair.accepted)

    @property
    def accepted(self) -> tuple[Pair, ...]:
        """Pairs without data that the formula's approver signed for: shown, not stopping."""
        return tuple(pair for pair in self.pairs if not pair.known and pair.accepted)

    @property
    def words(self) -> str:
        """The count for people: "4 of 6 pairs known"."""
        return f"{self.known} of {self.total} pairs known"


def keys_of(product: Product) -> frozenset[str]:
    """Every selector that a product answers to: its ingredient, its excipients and the groups of both."""
    ingredients = (product.ingredient.id, *(excipient.ingredient_id for excipient in product.excipients))
    groups = product.ingredient.groups.union(*(excipient.groups for excipient in product.excipients))
    return frozenset(
        {ANY, *(f"ingredient:{id}" for id in ingredients), *(f"group:{word}" for word in groups)}
    )


def relevant(lines: Sequence[Line], rules: Sequence[Compatibility]) -> tuple[Compatibility, ...]:
    """The rules whose two sides both occur in different lines, whatever their conditions."""
    if len(lines) < 2:  # noqa: PLR2004 - a pair is two
        return ()
    keys = [keys_of(line.product) for line in lines]
    present = frozenset().union(*keys)
    near = (rule for rule in rules if rule.a in present and rule.b in present)
    return tuple(rule for rule in near if any(True for _ in _sides(rule, lines, keys)))


def examine(
    lines: Sequence[Line],
    rules: Sequence[Compatibility],
    concentrations: Mapping[int, Strength | None],
    formula: Formula | None = None,
) -> Examined:
    """Match the table over the lines, by ingredient, group and excipient, in the concentrations given by
    line number.

    A condition on a figure nobody knows may apply. Rules see two lines, never two substances of one vial.
    """
    ordered = sorted(lines, key=lambda line: line.number)
    keys = [keys_of(line.product) for line in ordered]
    window = ph_window(ordered)
    found = [
        Match(rule, a, (b,), applies)
        for rule in rules
        for a, b in _sides(rule, ordered, keys)
        if _speaks_of(rule, a, b)
        and (applies := _applies(rule, a, concentrations.get(a.number), window)) is not Applies.NO
    ]
    matches = sorted((m for m in found if m.rule.kind != "compatible"), key=_order)
    return Examined(tuple(_together(_once(matches))), tuple(_pairs(ordered, found, formula)))


def with_diluents(
    examined: Examined,
    lines: Sequence[Line],
    diluents: Sequence[Line],
    rules: Sequence[Compatibility],
    concentrations: Mapping[int, Strength | None],
) -> Examined:
    """The same, with what the table says of the diluents inside the vials beside the lines.

    A diluent makes no pair that data are wanted for, and what is about a line with any other was said.
    """
    window, known = ph_window(lines), {line.product.id for line in lines}
    named = [rule for rule in rules if ANY not in (rule.a, rule.b) and rule.kind != "compatible"]
    found = [
        Match(rule, a, (b,), applies)
        for diluent in diluents
        if diluent.product.id not in known
        for line in lines
        for a, b, strength in ((line, diluent, concentrations.get(line.number)), (diluent, line, None))
        for rule in named
        if rule.a in keys_of(a.product) and rule.b in keys_of(b.product)
        if (applies := _applies(rule, a, strength, window)) is not Applies.NO
    ]
    return replace(examined, matches=(*examined.matches, *found))


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


def _sides(
    rule: Compatibility, lines: Sequence[Line], keys: Sequence[frozenset[str]]
) -> Iterator[tuple[Line, Line]]:
    """Each two lines a rule is about, with side a first."""
    sides_a = [i for i, own in enumerate(keys) if rule.a in own]
    sides_b = [i for i, own in enumerate(keys) if rule.b in own] if sides_a else []
    for i in sides_a:
        for j in sides_b:
            if lines[i].product.id != lines[j].product.id:
                yield lines[i], lines[j]


def _speaks_of(rule: Compatibility, a: Line, b: Line) -> bool:
    """Whether a rule is about two lines: what goes together speaks of actives, never of excipients."""
    return rule.kind != "compatible" or (_is_active(rule.a, a) and _is_active(rule.b, b))


def _applies(
    rule: Compatibility, a: Line, concentration: Strength | None, window: tuple[Fraction, Fraction] | None
) -> Applies:
    answers = (
        _above(rule.concentration_above, a, rule, concentration),
        _ph(rule, window),
    )
    if Applies.NO in answers:
        return Applies.NO
    return Applies.MAYBE if Applies.MAYBE in answers else Applies.YES


def _above(limit: Strength | None, a: Line, rule: Compatibility, found: Strength | None) -> Applies:
    """Whether side a is more concentrated than the limit; an excipient's concentration is not known."""
    if limit is None:
        return Applies.YES
    if found is None or found.amount.dimension != limit.amount.dimension or not _is_active(rule.a, a):
        return Applies.MAYBE
    return Applies.YES if found.ratio > limit.ratio else Applies.NO


def _is_active(selector: str, line: Line) -> bool:
    ingredient = line.product.ingredient
    return selector in {ANY, f"ingredient:{ingredient.id}", *(f"group:{word}" for word in ingredient.groups)}


def ph_window(lines: Sequence[Line]) -> tuple[Fraction, Fraction] | None:
    """The lowest and highest pH the mixture can have by its lines, or None where one is not on record."""
    lows = [line.product.ph_low for line in lines]
    highs = [line.product.ph_high for line in lines]
    known_lows, known_highs = [x for x in lows if x is not None], [x for x in highs if x is not None]
    if not lines or len(known_lows) < len(lines) or len(known_highs) < len(lines):
        return None
    return min(known_lows), max(known_highs)


def _ph(rule: Compatibility, window: tuple[Fraction, Fraction] | None) -> Applies:
    if rule.ph_below is None and rule.ph_above is None:
        return Applies.YES
    if window is None:
        return Applies.MAYBE
    low, high = window
    below, above = rule.ph_below, rule.ph_above
    if (below is not None and low >= below) or (above is not None and high <= above):
        return Applies.NO
    sure = (below is None or high < below) and (above is None or low > above)
    return Applies.YES if sure else Applies.MAYBE


def _pairs(lines: Sequence[Line], found: Sequence[Match], formula: Formula | None) -> Iterator[Pair]:
    """Every two ingredients of the cocktail, in the order of its lines."""
    ingredients: dict[int, Ingredient] = {}
    for line in lines:
        ingredients.setdefault(line.product.ingredient.id, line.product.ingredient)
    accepted = _accepted(lines, formula)
    known = {_ids(match) for match in found if _makes_known(match)}
    when = {_ids(match): match.rule.condition for match in found if match.rule.kind == "compatible"}
    for a, b in combinations(ingredients.values(), 2):
        ids = frozenset((a.id, b.id))
        yield Pair(a, b, ids in known, ids in accepted, "" if ids in known else when.get(ids, ""))


def _accepted(lines: Sequence[Line], formula: Formula | None) -> frozenset[frozenset[int]]:
    """The pairs an approver signed for, of the products the formula names and of no others."""
    if formula is None or not formula.approved:
        return frozenset()
    others = {line.product.ingredient.id for line in lines if not formula.covers(line.product)}
    return frozenset(pair for pair in formula.accepted_pairs if pair.isdisjoint(others))


def _ids(match: Match) -> frozenset[int]:
    return frozenset((match.a.product.ingredient.id, match.others[0].product.ingredient.id))


def _makes_known(match: Match) -> bool:
    rule = match.rule
    worded = rule.kind == "compatible" and bool(rule.condition)
    sure = match.applies is Applies.YES and rule.kind != "handling" and not worded
    return sure and (rule.level.upper() == "BLOCK" or _of_actives(match))


def _of_actives(match: Match) -> bool:
    """Whether both sides are the actives of their vials: what is about an excipient leaves the pair open."""
    return _is_active(match.rule.a, match.a) and _is_active(match.rule.b, match.others[0])
