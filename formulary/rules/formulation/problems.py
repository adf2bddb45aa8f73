"""What keeps a set of lines from being solved, in words that name the lines and what would do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from formulary.rules.facts import Line, Pin, Strength
from formulary.rules.findings import Finding, Fix, Level, capital, joined
from formulary.rules.units import VOLUME, Quantity, Rounding, plain, show, total, unit, unit_words
from formulary.rules.units import natural_unit as natural

MOST_PLACES = 10**6
"""A number in a field has six places behind the mark, at most."""
FIELDS = {Pin.DOSE: "dose", Pin.VOLUME: "volume", Pin.CONCENTRATION: "concentration", Pin.QS: "pin"}


def field_of(line: Line) -> str:
    """The form field of a line's pinned value: `lines-<number>-<dose|volume|concentration|pin>`."""
    return f"lines-{line.number}-{FIELDS[line.pin]}"


def as_basis(line: Line) -> str:
    """What a figure of a line counts, behind it: " counted as zinc"; nothing where that is not on record."""
    return f" counted as {line.product.basis}" if line.product.basis and line.pin is not Pin.VOLUME else ""


def name_of(line: Line) -> str:
    """How a sentence names a line: "line 3, glutathione"."""
    return f"line {line.number}, {line.product.ingredient.name}"


def _block(code: str, line: Line, reason: str, remedy: str, rule: str = "C2") -> Finding:
    return Finding(
        code,
        line.product.ingredient.name,
        capital(reason),
        remedy,
        level=Level.BLOCK,
        rule=rule,
        line=line.number,
        field=field_of(line),
    )


def strength_of(line: Line) -> Strength | None:
    """The strength a line is computed with; what is dosed by volume holds 1 mL in 1 mL."""
    if line.product.ingredient.dimension == VOLUME:
        one = Quantity.of(1, "mL")
        return Strength(one, one)
    return line.drawn_at


def problems_of(line: Line, mark: str) -> Iterator[Finding]:
    """What is wrong with one line by itself: missing, pinned twice, of another dimension, not above zero."""
    needed, spare = _pinned(line)
    if line.pin is not Pin.QS and needed is None:
        yield _block("line.incomplete", line, f"{name_of(line)} has no {line.pin}.", f"Type its {line.pin}.")
    elif spare:
        yield _block(
            "line.pinned_twice",
            line,
            f"{name_of(line)} is pinned twice: by its {line.pin} and by another figure.",
            "Keep one of them; the rest follows.",
        )
    else:
        yield from _wrong_dimension(line)
        yield from _not_above_zero(line, mark)


def _pinned(line: Line) -> tuple[object, bool]:
    if line.pin is Pin.CONCENTRATION:
        return line.concentration, line.quantity is not None
    if line.pin is Pin.QS:
        return None, line.quantity is not None or line.concentration is not None
    return line.quantity, line.concentration is not None


def _wrong_dimension(line: Line) -> Iterator[Finding]:
    ingredient, strength = line.product.ingredient, strength_of(line)
    typed = line.concentration.amount if line.concentration is not None else line.quantity
    wanted = VOLUME if line.pin is Pin.VOLUME else ingredient.dimension
    if typed is not None and typed.dimension != wanted:
        yield _block(
            "dose.wrong_dimension",
            line,
            f"{name_of(line)} is typed in {unit_words(typed.dimension)}, not in {unit_words(wanted)}.",
            f"Type it in {unit_words(wanted)}; there is no general conversion.",
            rule="U1",
        )
    if strength is not None and strength.amount.dimension != ingredient.dimension:
        yield _block(
            "strength.wrong_dimension",
            line,
            f"The strength of {line.product.name} is in {unit_words(strength.amount.dimension)}, "
            f"and {ingredient.name} is measured in {unit_words(ingredient.dimension)}.",
            "Correct the product in the catalogue.",
            rule="U1",
        )
    if strength is None and line.pin in (Pin.DOSE, Pin.CONCENTRATION):
        yield _block(
            "strength.unknown",
            line,
            f"The strength of {line.product.name} is not on record, so its dose gives no volume.",
            "Record the strength from the label, or pin the volume.",
        )


def _not_above_zero(line: Line, mark: str) -> Iterator[Finding]:
    typed = line.concentration.amount if line.concentration is not None else line.quantity
    per = line.concentration.volume if line.concentration is not None else None
    if any(q is not None and q.steps <= 0 for q in (typed, per)):
        shown = show(typed, mark=mark) if typed is not None else ""
        yield _block(
            "number.not_above_zero",
            line,
            f"{name_of(line)} is {shown}.",
            "Type a number above zero, or leave the line out.",
            rule="U2",
        )


def no_lines() -> Finding:
    """A cocktail of nothing."""
    reason, remedy = "The cocktail has no lines.", "Add an ingredient."
    return Finding("mix.no_lines", "cocktail", reason, remedy, level=Level.BLOCK, rule="C2")


def two_make_up(lines: Sequence[Line]) -> Finding:
    """Two lines that both make up to the target: nothing says how they share."""
    names = joined([name_of(line) for line in lines])
    return _block(
        "mix.two_make_up",
        lines[1],
        f"{names} both make up to the target volume, and nothing says how they share it.",
        "Let one make up; pin the volume of the other.",
    )


def no_target(lines: Sequence[Line]) -> Finding:
    """Lines that need the target volume while there is none."""
    names = joined([name_of(line) for line in lines])
    return _block(
        "target.missing",
        lines[0],
        f"{names} cannot be computed without a target volume.",
        "Type the target volume.",
    )


def bad_target(target: Quantity, mark: str) -> Finding:
    """A target volume that is none."""
    reason = f"The target volume is {show(target, mark=mark)}."
    remedy = "Type a volume above zero."
    return Finding(
        "target.not_above_zero", "target volume", reason, remedy, level=Level.BLOCK, rule="C2", field="target"
    )


def too_much(
    volumes: Mapping[int, Quantity], lines: Sequence[Line], target: Quantity, mark: str, *, made_up: bool
) -> Finding:
    """More volume than the target holds: names the lines to trim and by how much.

    `made_up`: another line takes what is left, so that a figure may be rounded; else it must fit exactly.
    """
    needed = sum(volumes.values(), start=Quantity.zero(VOLUME))
    excess = needed - target
    named = trimmable(volumes, lines, excess)
    alone = volumes[named[0].number] > excess
    worst = named[0]
    return Finding(
        "volume.above_target",
        worst.product.ingredient.name,
        f"The lines need {about(needed, mark)} and the target is {about(target, mark)}: "
        f"{about(excess, mark)} too much.",
        _trim_words(named, volumes, excess, alone, mark),
        level=Level.BLOCK,
        rule="C2",
        line=worst.number,
        field=field_of(worst),
        inputs=tuple((name_of(x), about(volumes[x.number], mark)) for x in named),
        fixes=(
            *(f for x in named if alone for f in _trim(x, volumes[x.number] - excess, mark, made_up)),
            *_another_target("Raise", _filled(volumes, lines, target), mark, made_up),
        ),
    )


def trimmable(volumes: Mapping[int, Quantity], lines: Sequence[Line], excess: Quantity) -> list[Line]:
    """The lines that could be trimmed, largest first: each that suffices alone, or else all of them."""
    pinned = sorted(
        (x for x in lines if x.number in volumes), key=lambda x: (-volumes[x.number].steps, x.number)
    )
    return [x for x in pinned if volumes[x.number] > excess] or pinned


def _trim_words(
    named: Sequence[Line], volumes: Mapping[int, Quantity], excess: Quantity, alone: bool, mark: str
) -> str:
    if alone:
        words = [f"{name_of(x)} to {about(volumes[x.number] - excess, mark)}" for x in named]
        return f"Trim {about(excess, mark)}: {joined(words, 'or')}. Or raise the target volume."
    words = [f"{name_of(x)} ({about(volumes[x.number], mark)})" for x in named]
    return f"Trim {about(excess, mark)} in all from {joined(words)}, or raise the target volume."


def _trim(line: Line, left: Quantity, mark: str, made_up: bool) -> Iterator[Fix]:
    """The edit that leaves a line this volume; none where no number that a field takes does."""
    strength, name = strength_of(line), line.product.ingredient.name
    if line.pin is Pin.DOSE and strength is not None:
        left = Quantity(left.steps * strength.ratio, strength.amount.dimension)
    value = _typed(left, mark, made_up)
    if value is None:
        return
    if line.pin is Pin.CONCENTRATION:
        yield Fix(f"Pin {name} at {about(left, mark)}", f"lines-{line.number}-volume", value)
    else:
        yield Fix(f"Reduce {name} to {about(left, mark)}", field_of(line), value)


def _filled(volumes: Mapping[int, Quantity], lines: Sequence[Line], target: Quantity) -> Quantity | None:
    """The target that the lines fill: a mixture takes its share of any, the others stay. None: none does."""
    mixed = total((volumes[x.number] for x in lines if x.pin is Pin.CONCENTRATION), VOLUME)
    fixed = total(volumes.values(), VOLUME) - mixed
    left = 1 - mixed / target
    return None if left <= 0 or fixed.is_zero else fixed / left


def _another_target(how: str, filled: Quantity | None, mark: str, made_up: bool) -> Iterator[Fix]:
    value = None if filled is None else _typed(filled, mark, made_up, up=True)
    if filled is not None and value is not None:
        yield Fix(f"{how} the target to {about(filled, mark)}", "target", value)


def _typed(q: Quantity, mark: str, made_up: bool, *, up: bool = False) -> str | None:
    """A figure as a field takes it: rounded where a line makes up for that, else exact; None: neither."""
    if made_up:
        value = value_of(q, mark, up=up)
        return value if any(digit in value for digit in "123456789") else None
    chosen = unit("mL") if q.dimension == VOLUME else natural(q)
    if q.steps % 1 or q.in_unit(chosen) * MOST_PLACES % 1:
        return None
    return f"{plain(q, chosen, mark)} {chosen.code}"


def too_little(
    volumes: Mapping[int, Quantity], lines: Sequence[Line], target: Quantity, mark: str
) -> Finding:
    """Every line is pinned and they do not reach the target: one of the figures is one too many."""
    made = sum(volumes.values(), start=Quantity.zero(VOLUME))
    names = joined([name_of(x) for x in lines])
    return Finding(
        "volume.below_target",
        "target volume",
        f"{capital(names)} make {about(made, mark)} and the target is {about(target, mark)}: "
        f"{about(target - made, mark)} is missing.",
        "Let one line make up to the target, or lower the target.",
        level=Level.BLOCK,
        rule="C2",
        field="target",
        fixes=tuple(_another_target("Lower", _filled(volumes, lines, target), mark, made_up=False)),
    )


@lru_cache(maxsize=4096)
def about(q: Quantity, mark: str) -> str:
    """The quantity for a sentence: exact where three decimals hold it, else "about" and three decimals."""
    step = Quantity(natural(q).steps, q.dimension) / 1000
    near = q.rounded(step)
    if near == q or near.is_zero:
        return show(q, mark=mark)
    return f"about {show(near, natural(q), mark=mark)}"


def value_of(q: Quantity, mark: str, *, up: bool = False) -> str:
    """The quantity as a field takes it, "675 mg", rounded down (or up) to a thousandth of its unit."""
    chosen = unit("mL") if q.dimension == VOLUME else natural(q)
    step = Quantity(chosen.steps, q.dimension) / 1000
    return f"{plain(q.rounded(step, Rounding.CEILING if up else Rounding.FLOOR), chosen, mark)} {chosen.code}"
