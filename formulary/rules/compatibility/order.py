"""Which line goes into the syringe before which, where a source says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from formulary.rules.compatibility.pairs import Examined, Match
from formulary.rules.facts import Compatibility, Line
from formulary.rules.findings import capital

OPEN = "unknown"


@dataclass(frozen=True, slots=True)
class Before:
    """One line goes in before another, by this rule; nobody knows which where it is not `stated`."""

    first: Line
    then: Line
    rule: Compatibility
    stated: bool = True

    @property
    def words(self) -> str:
        """For the bench: "Lidocaine goes into the syringe before bicarbonate"."""
        first, then = self.first.product.ingredient.name, self.then.product.ingredient.name
        if not self.stated:
            return f"Which of {first} and {then} goes in first matters, and no source says which"
        return f"{capital(first)} goes into the syringe before {then}"


@dataclass(frozen=True, slots=True)
class Order:
    """The lines in the order they are added: that of the cocktail, but for what sources say.

    `known` is what the sources say, `open` the pairs whose order matters and is not stated. A
    `contradiction` is left where the sources cannot all be followed.
    """

    lines: tuple[Line, ...]
    known: tuple[Before, ...] = ()
    open: tuple[Before, ...] = ()
    contradiction: tuple[Before, ...] = ()

    @property
    def given(self) -> bool:
        """Whether the order is given wherever it matters."""
        return not self.open and not self.contradiction

    @property
    def broken(self) -> tuple[Before, ...]:
        """What the numbers of the lines, taken as the order, do not follow."""
        return tuple(each for each in self.known if each.first.number > each.then.number)


def order_of_addition(lines: Sequence[Line], examined: Examined) -> Order:
    """In which order the lines are added: as they stand, but for what the table says of two of them."""
    ordered = sorted(lines, key=lambda line: line.number)
    found = list(_before(ordered, (*examined.matches, *examined.agreeing)))
    known = tuple(each for each in found if each.stated)
    free, left = list(ordered), []  # type: list[Line], list[Line]
    while free and (ready := next((line for line in free if _is_free(line, free, known)), None)) is not None:
        left.append(ready)
        free.remove(ready)
    stuck = tuple(each for each in known if each.first in free and each.then in free)
    return Order((*left, *free), known, tuple(each for each in found if not each.stated), stuck)


def _is_free(line: Line, among: Sequence[Line], known: Sequence[Before]) -> bool:
    """Whether nothing that is still to be added goes before this line."""
    waiting = {each.first.number for each in known if each.then.number == line.number}
    return not any(other.number in waiting for other in among)


def _before(lines: Sequence[Line], matches: Sequence[Match]) -> Iterator[Before]:
    own = {line.number for line in lines}
    for match in matches:
        rule = match.rule
        for other in match.others:
            if not rule.first or not {match.a.number, other.number} <= own or match.a.number == other.number:
                continue
            first, then = (other, match.a) if rule.first == "b" else (match.a, other)
            yield Before(first, then, rule, rule.first != OPEN)
