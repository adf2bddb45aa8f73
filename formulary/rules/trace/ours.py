"""Our lots in the free text of notices: each number is read once, and looked for in any number of texts."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import accumulate

from formulary.rules.lot_status import near, normalise
from formulary.rules.trace.notices import Span, as_read, counting, spans

SHORT = 4
"""A number shorter than this must stand alone: it would be found inside nearly any text."""
RUN = re.compile("[A-Z0-9]+")
BARE = re.compile(r"[\W_]+")
LETTER, FIGURE = re.compile("[A-Z]"), re.compile("[0-9]")
LAST_OF_ALL = "\U0010ffff"
Keys = dict[str, list[int]]


class Ours:
    """Numbers of lots by their keys, made ready: what a text costs goes by its own length."""

    def __init__(self, numbers: Iterable[tuple[int, str, str]]) -> None:
        """Of (key, number, number as a tired eye reads it), as `normalise` and `near` write them."""
        self._exact, self._near, self._short = Keys(), Keys(), Keys()
        for key, plain, alike in numbers:
            if plain:
                self._exact.setdefault(plain, []).append(key)
            if len(plain) >= SHORT:
                self._near.setdefault(alike, []).append(key)
            elif bare := BARE.sub("", plain):
                self._short.setdefault(bare, []).append(key)
        self._lengths = sorted({len(alike) for alike in self._near})

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._exact)

    @cached_property
    def _shaped(self) -> dict[str, list[str]]:
        """In order, by their shapes."""
        found: dict[str, list[str]] = {}
        for plain in self._sorted:
            found.setdefault(_shape(plain), []).append(plain)
        return found

    @cached_property
    def _counting(self) -> dict[tuple[str, str], list[tuple[int, int, str]]]:
        """In the order of what counts up in them, by what stands before and behind it."""
        found: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
        for plain in self._exact:
            if parts := counting(plain):
                before, digits, behind = parts
                found.setdefault((before, behind), []).append((int(digits), len(digits), plain))
        for rows in found.values():
            rows.sort()
        return found

    def mentioned(self, text: str) -> dict[int, str]:
        """Which of them, by key, the text may mean: `exact`, inside a `range`, or `near` (looks alike).

        Finds too much rather than too little: "123" is found in "ABC-1234".
        """
        found = {key: "near" for plain in self._in(near(text)) for key in self._near.get(plain, ())}
        found |= dict.fromkeys(self.inside(spans(text)), "range")
        found |= {key: "exact" for plain in self._in(normalise(text)) for key in self._exact.get(plain, ())}
        alone = (bare for bare in _standing_alone(as_read(text)) if bare in self._short)
        return found | {key: "exact" for bare in alone for key in self._short[bare]}

    def inside(self, stretches: Iterable[Span]) -> set[int]:
        """Which of them, by key, lie in one of these stretches."""
        return {key for span in stretches for plain in self._inside(span) for key in self._exact[plain]}

    def _in(self, whole: str) -> Iterator[str]:
        """Every stretch of the text that is as long as one of the numbers that may stand inside another."""
        for length in self._lengths:
            yield from {whole[at : at + length] for at in range(len(whole) - length + 1)}

    def _inside(self, span: Span) -> Iterator[str]:
        if span.stem:
            yield from self._beginning(span)
            return
        if span.low and span.high:
            yield from self._alike(span)
        yield from self._counted(span)

    def _beginning(self, span: Span) -> Iterator[str]:
        first, last = bisect_left(self._sorted, span.stem), bisect_left(self._sorted, span.stem + LAST_OF_ALL)
        for plain in self._sorted[first:last]:
            if span.length in (None, len(plain)):
                yield plain

    def _alike(self, span: Span) -> Iterator[str]:
        """Of one shape with both ends, in the order of their characters."""
        if _shape(span.low) == _shape(span.high):
            rows = self._shaped.get(_shape(span.low), [])
            yield from rows[bisect_left(rows, span.low) : bisect_right(rows, span.high)]

    def _counted(self, span: Span) -> Iterator[str]:
        """Alike but for their last digits, which lie between those of the ends, and are as many."""
        low, high = counting(span.low), counting(span.high)
        ends = low or high
        if ends is None or (low and high and (low[0], low[2]) != (high[0], high[2])):
            return
        rows = self._counting.get((ends[0], ends[2]), [])
        least, most = (int(low[1]) if low else 0), (int(high[1]) if high else None)
        wide = [len(end[1]) for end in (low, high) if end]
        for value, width, plain in rows[bisect_left(rows, (least,)) :]:
            if most is not None and value > most:
                return
            if min(wide) <= width <= max(wide) or not (low and high):
                yield plain


def mentioned(text: str, numbers: Mapping[int, str]) -> dict[int, str]:
    """The same for one text, and numbers as packs print them: see `Ours.mentioned`."""
    return ours(numbers).mentioned(text)


def ours(numbers: Mapping[int, str]) -> Ours:
    """These numbers, as packs print them, made ready."""
    return Ours((key, normalise(number), near(number)) for key, number in numbers.items())


def _standing_alone(told: str) -> set[str]:
    """Short runs of letters and digits, and those beside each other as one: "A-1" is A1."""
    runs = RUN.findall(told)
    beside = (runs[at : at + SHORT - 1] for at in range(len(runs)))
    return {joined for some in beside for joined in accumulate(some) if len(joined) < SHORT}


def _shape(number: str) -> str:
    return FIGURE.sub("9", LETTER.sub("A", number))
