"""Whether the conditions of a rule hold in a mixture: yes, no, or nobody knows, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from formulary.rules.compatibility.acidity import Window, onset_ph, ph_window
from formulary.rules.compatibility.selectors import ANY, is_active, keys_of
from formulary.rules.facts import Compatibility, Line, Strength
from formulary.rules.units import Quantity

Figures = tuple[tuple[str, Fraction], ...]


class Applies(StrEnum):
    """Whether a rule's conditions hold; MAYBE where a figure is not known, or only words could decide."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a condition holds; `unknown` names the figure that is wanted, `figures` what decided."""

    applies: Applies
    unknown: str = ""
    figures: Figures = ()


@dataclass(frozen=True)
class Mixture:
    """The lines of a cocktail with what is known of the whole: concentrations and volumes by line number.

    `kept_h` is the longest that it may be kept. What is missing is unknown, never zero.
    """

    lines: tuple[Line, ...]
    concentrations: Mapping[int, Strength | None] = field(default_factory=dict)
    volumes: Mapping[int, Quantity | None] = field(default_factory=dict)
    kept_h: Fraction | None = None

    @cached_property
    def window(self) -> Window | None:
        """The lowest and highest pH it can have, or None where a line's is not on record."""
        return ph_window(self.lines)

    @cached_property
    def keys(self) -> tuple[frozenset[str], ...]:
        """What each line answers to, in their order."""
        return tuple(keys_of(line.product) for line in self.lines)

    def holds(self, line: Line) -> bool:
        """Whether this line is one of its own, and not a diluent inside a vial."""
        return any(line is own for own in self.lines)

    def concentration(self, selector: str, among: Line | None) -> tuple[Strength | None, bool]:
        """The sum of what is known of a side's actives, and whether that is all there can be of it."""
        own = [line for line in self.lines if is_active(selector, line)]
        lines = own if selector != ANY or among is None else [among]
        known = [found for line in lines if (found := self.concentrations.get(line.number)) is not None]
        whole = len(known) == len(lines) and (among is None or any(among is line for line in lines))
        return _total(known), whole and bool(lines)

    def volume(self, selector: str) -> Quantity | None:
        """The volume of every line that answers to a selector, or None while one of them is not known."""
        own = zip(self.lines, self.keys, strict=True)
        found = [self.volumes.get(line.number) for line, keys in own if selector in keys]
        known = [volume for volume in found if volume is not None]
        return sum(known[1:], known[0]) if known and len(known) == len(found) else None


HOLDS = Answer(Applies.YES)
FAILS = Answer(Applies.NO)
Answers = tuple[Answer, ...]
"""What a condition says: one answer, or one for each of its figures."""


def answer(rule: Compatibility, a: Line, b: Line, mixture: Mixture) -> Answer:
    """Whether every condition of a rule holds between two lines of a mixture."""
    open_, figures = [], ()  # type: list[str], Figures
    for kind in rule.narrowed_by:
        for found in CONDITIONS[kind](rule, a, b, mixture):
            if found.applies is Applies.NO:
                return found
            figures += found.figures
            if found.applies is Applies.MAYBE:
                open_.append(found.unknown)
    words = " and ".join(dict.fromkeys(open_))
    return Answer(Applies.MAYBE if open_ else Applies.YES, words, figures)


def _in_words(rule: Compatibility, a: Line, b: Line, mixture: Mixture) -> Answers:
    """What only words could decide is open; what is only said needs no deciding."""
    return (Answer(Applies.MAYBE, rule.condition or "what the source does not say"),)


def _concentrations(rule: Compatibility, a: Line, b: Line, mixture: Mixture) -> Answers:
    name = f"the concentration of {a.product.ingredient.name}"
    found, whole = mixture.concentration(rule.a, a)
    least = _from(rule.concentration_from, found, name, whole=whole)
    return least, _below(rule.concentration_below, found, name, whole=whole)


def _also(rule: Compatibility, a: Line, b: Line, mixture: Mixture) -> Answers:
    """The third substance must be there, and as strong as the rule says."""
    lines = [line for line, keys in zip(mixture.lines, mixture.keys, strict=True) if rule.also in keys]
    if not lines:
        return (FAILS,)
    found, whole = mixture.concentration(rule.also, None)
    name = f"the concentration of {lines[0].product.ingredient.name}"
    return (_from(rule.also_from, found, name, whole=whole),)


def _ratio(rule: Compatibility, a: Line, b: Line, mixture: Mixture) -> Answers:
    """Parts of side a to one part of side b, by volume, over all lines of each."""
    own = mixture.holds(a) and mixture.holds(b)
    parts, one = (mixture.volume(rule.a), mixture.volume(rule.b)) if own else (None, None)
    if parts is None or one is None or one.is_zero:
        return (Answer(Applies.MAYBE, "the volumes of the two"),)
    ratio = parts / one
    yes = (rule.ratio_from is None or ratio >= rule.ratio_from) and (
        rule.ratio_below is None or ratio < rule.ratio_below
    )
    return (Answer(Applies.YES if yes else Applies.NO, figures=(("parts to one", ratio),)),)


def _acidity(rule: Compatibility, a: Line, b: Line, mixture: Mixture) -> Answers:
    return (ph_answer(rule, mixture.window),)


def ph_answer(rule: Compatibility, window: Window | None) -> Answer:
    """Whether the pH of a mixture is one that a rule is about, by the window its lines leave."""
    below, above, start = rule.ph_below, rule.ph_above, rule.ph_from
    if below is None and above is None and start is None:
        return HOLDS
    if window is None:
        return Answer(Applies.MAYBE, "the pH of the mixture")
    low, high = window
    sure = _inside(low, below, above, start) and _inside(high, below, above, start)
    if sure:
        return Answer(Applies.YES, figures=_ends(window))
    out = (below is not None and low >= below) or (above is not None and high <= above)
    if out or (start is not None and high < start):
        return Answer(Applies.NO)
    return Answer(Applies.MAYBE, "the pH of the mixture", _ends(window))


def _onset(rule: Compatibility, a: Line, b: Line, mixture: Mixture) -> Answers:
    """Below the pH at which this much acid falls out; the more of it, the higher that pH."""
    if rule.onset is None:
        return ()
    found, whole = mixture.concentration(rule.a, a)
    if found is None or not whole:
        return (Answer(Applies.MAYBE, f"the concentration of {a.product.ingredient.name}"),)
    ph = onset_ph(rule.onset, found)
    if ph is None:
        return (FAILS,)
    figures = (("falls out below pH", ph),)
    if mixture.window is None:
        return (Answer(Applies.MAYBE, "the pH of the mixture", figures),)
    low, high = mixture.window
    applies = Applies.NO if low >= ph else Applies.YES if high < ph else Applies.MAYBE
    return (Answer(applies, "the pH of the mixture", (*figures, *_ends(mixture.window))),)


def _kept(rule: Compatibility, a: Line, b: Line, mixture: Mixture) -> Answers:
    """How long the mixture may be kept; one that is used sooner is not known to be."""
    above, up_to, kept = rule.kept_above_h, rule.kept_up_to_h, mixture.kept_h
    if kept is None:
        return (Answer(Applies.MAYBE, "how long the mixture may be kept"),)
    yes = (above is None or kept > above) and (up_to is None or kept <= up_to)
    return (Answer(Applies.YES if yes else Applies.NO, figures=(("hours kept at most", kept),)),)


CONDITIONS: Mapping[str, Callable[[Compatibility, Line, Line, Mixture], Answers]] = {
    "concentration": _concentrations,
    "also": _also,
    "ratio": _ratio,
    "ph": _acidity,
    "onset": _onset,
    "kept": _kept,
    "words": _in_words,
}
"""How each kind of condition is answered; a rule is asked for those it has (`Compatibility.narrowed_by`)."""


def _from(least: Strength | None, found: Strength | None, name: str, *, whole: bool) -> Answer:
    if least is None:
        return HOLDS
    if found is not None and _alike(found, least) and found.ratio >= least.ratio:
        return HOLDS
    known = whole and found is not None and _alike(found, least)
    return Answer(Applies.NO) if known else Answer(Applies.MAYBE, name)


def _below(most: Strength | None, found: Strength | None, name: str, *, whole: bool) -> Answer:
    if most is None:
        return HOLDS
    if found is not None and _alike(found, most) and found.ratio >= most.ratio:
        return Answer(Applies.NO)
    known = whole and found is not None and _alike(found, most)
    return Answer(Applies.YES) if known else Answer(Applies.MAYBE, name)


def _alike(a: Strength, b: Strength) -> bool:
    return a.amount.dimension == b.amount.dimension


def _inside(ph: Fraction, below: Fraction | None, above: Fraction | None, start: Fraction | None) -> bool:
    return (below is None or ph < below) and (above is None or ph > above) and (start is None or ph >= start)


def _ends(window: Window) -> Figures:
    return (("lowest pH", window[0]), ("highest pH", window[1]))


def _total(found: Sequence[Strength]) -> Strength | None:
    """The sum of concentrations of one mixture; None where there is none, or they cannot be added."""
    if not found or any(not _alike(each, found[0]) for each in found):
        return None
    if len(found) == 1:
        return found[0]
    one = found[0].volume
    amount = found[0].amount
    for each in found[1:]:
        amount = amount + each.amount * (one / each.volume)
    return Strength(amount, one)
