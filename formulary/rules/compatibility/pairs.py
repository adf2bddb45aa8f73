"""The pairs of a cocktail: which of them the table knows, and which an approver signed for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from formulary.rules.compatibility.conditions import Applies, Figures
from formulary.rules.compatibility.selectors import is_active
from formulary.rules.facts import Compatibility, Formula, Ingredient, Line


@dataclass(frozen=True, slots=True)
class Match:
    """One rule of the table, the line that is its side a, and the others: one, or all where side b is any.

    `unknown` names the figures that nobody knows where it only may apply, `figures` those that were compared.
    """

    rule: Compatibility
    a: Line
    others: tuple[Line, ...]
    applies: Applies
    unknown: str = ""
    figures: Figures = ()


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
    """What the table says of a cocktail: every rule that applies or may, and every pair.

    `agreeing` are the rules by which two of its lines go together.
    """

    matches: tuple[Match, ...]
    pairs: tuple[Pair, ...]
    agreeing: tuple[Match, ...] = ()

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


def pairs_of(lines: Sequence[Line], found: Sequence[Match], formula: Formula | None) -> Iterator[Pair]:
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
    return is_active(match.rule.a, match.a) and is_active(match.rule.b, match.others[0])
