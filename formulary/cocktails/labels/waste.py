"""What would be thrown away if it were prepared now: the rests of the vials that this opens, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from formulary.cocktails.labels.sources import allocate_lines, is_countable
from formulary.rules.allocation import Allocation, Pick, Together
from formulary.rules.facts import Cocktail
from formulary.rules.findings import joined
from formulary.rules.formulation import Solution, Solved, about

TENTHS = 10


@dataclass(frozen=True)
class Waste:
    """The rests of all vials together, in vials, and line by line; `known` where every line could be told."""

    vials: Fraction
    known: bool
    lines: tuple[str, ...]
    mark: str = "."

    @property
    def words(self) -> str:
        """How much of how many vials, to a tenth; "at least" where something is not known."""
        tenths = int(self.vials * TENTHS + Fraction(1, 2))
        if not self.vials:
            return "nothing" if self.known else "unknown"
        shown = f"{tenths // TENTHS}{self.mark}{tenths % TENTHS}".removesuffix(f"{self.mark}0")
        counted = f"{shown if tenths else f'less than 0{self.mark}1'} vial{'s' if tenths > TENTHS else ''}"
        return counted if self.known else f"at least {counted}"

    @property
    def state(self) -> str:
        """What is not known is never drawn as nothing."""
        return "info" if self.known else "unknown"


def waste_today(cocktail: Cocktail, solution: Solution) -> Waste:
    """What each line would open and leave, by the allocator that reserves for it."""
    countable = [solved for solved in solution.lines if is_countable(solved)]
    found = allocate_lines(cocktail, countable, at=cocktail.at)
    by_line = {id(solved): each for solved, each in zip(countable, found.lines, strict=True)}
    told = [_line(solved, by_line.get(id(solved)), found, cocktail) for solved in solution.lines]
    vials = sum((share for _, share in told if share is not None), Fraction(0))
    mark = cocktail.policies.decimal_mark
    known = len(told) == len(cocktail.lines) and all(share is not None for _, share in told)
    return Waste(vials, known, tuple(words for words, _ in told), mark)


def _line(
    solved: Solved, found: Allocation | None, together: Together, cocktail: Cocktail
) -> tuple[str, Fraction | None]:
    if found is None:
        return f"{solved.name}: what it takes is not known", None
    if not found.complete:
        return f"{solved.name}: no usable source", None
    parts = [_pick(pick, together, cocktail) for pick in found.picks]
    shares = [share for _, share in parts if share is not None]
    words = dict.fromkeys([*(text for text, _ in parts), *_open_ones(found)])
    return f"{solved.name}: {joined(words)}", sum(shares, Fraction(0)) if len(shares) == len(parts) else None


def _pick(pick: Pick, together: Together, cocktail: Cocktail) -> tuple[str, Fraction | None]:
    """One container in words, and which share of a whole one is thrown away."""
    rest, mark = together.discarded(pick, cocktail.policies), cocktail.policies.decimal_mark
    whole, name = pick.stock.one_container, _container(pick)
    if rest is None or (whole is None and not rest.is_zero):
        return f"{name}, and what would be left is not known", None
    if rest.is_zero:
        return f"{name}, and nothing is thrown away", Fraction(0)
    assert whole is not None  # noqa: S101 - a rest of what nobody knows was told above
    return f"{name}, and {about(rest, mark)} of {about(whole, mark)} is thrown away", rest / whole


def _container(pick: Pick) -> str:
    stock = pick.stock
    if stock.opened_at is not None:
        return f"from open vial {stock.vial}"
    return (
        f"opens one of lot {stock.lot}"
        if pick.opens
        else f"from the one of lot {stock.lot} that is open then"
    )


def _open_ones(found: Allocation) -> Iterator[str]:
    """Why a vial that is open already does not serve, where a sealed one is opened."""
    if any(pick.opens for pick in found.picks):
        for refusal in (x for x in found.refusals if x.stock.opened_at is not None):
            yield f"open vial {refusal.stock.vial} does not serve ({refusal.why})"
