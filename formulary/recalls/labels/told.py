"""An answer ready to print: figures, lists, sheets, picture, in what the asker may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from formulary.accounts import RecallSight
from formulary.recalls.labels.lists import Listing, patient_lists, place_lists
from formulary.recalls.labels.picture import trace
from formulary.recalls.labels.sheet import Sheet, sheets
from formulary.recalls.labels.tiles import Tile, is_held, tiles
from formulary.recalls.labels.words import earlier_words
from formulary.recalls.queries import Lookup
from formulary.web.svg import px

ROUND = Fraction("238.8")


@dataclass(frozen=True)
class Complete:
    """How many uses name their lot: the share, the arc of its ring, and both figures in words."""

    share: Fraction
    arc: str
    words: str
    rest: str


@dataclass(frozen=True)
class Told:
    """The answer as the page shows it."""

    lookup: Lookup
    tiles: list[Tile]
    patients: list[Listing]
    places: list[Listing]
    sheets: list[Sheet]
    complete: Complete | None
    picture: Any
    held: bool
    earlier: Mapping[int, str]
    """The numbers that a lot had until each was corrected, in words, by its key."""


def told(lookup: Lookup, sight: RecallSight) -> Told:
    """The answer for somebody who sees so much of patients."""
    return Told(
        lookup, tiles(lookup), patient_lists(lookup, sight), place_lists(lookup), sheets(lookup),
        complete(lookup), trace(lookup), is_held(lookup),
        {lot.id: earlier_words(lot.earlier) for lot in lookup.lots.values() if lot.earlier},
    )  # fmt: skip


def complete(lookup: Lookup) -> Complete | None:
    """The completeness of the answer; None where nothing was used."""
    named, used = lookup.completeness
    if not used:
        return None
    share, open_ = Fraction(named, used), used - named
    words = f"{named:,} of {used:,} {'use names its lot' if used == 1 else 'uses name their lot'}"
    rest = f"The other {open_:,} {'is' if open_ == 1 else 'are'} in J." if open_ else "Nothing is left open."
    return Complete(share, f"{px(share * ROUND)} {px(ROUND)}", words, rest)
