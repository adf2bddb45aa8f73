"""The solver: each line pins one figure and the rest follows, exactly, in any order of entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from formulary.rules.facts import SMALLEST_FILL, Cocktail, Line, Pin, Strength, Syringe
from formulary.rules.findings import Finding
from formulary.rules.formulation import devices, limits, problems
from formulary.rules.formulation.problems import strength_of
from formulary.rules.formulation.solution import NONE, Solution, Solved, known, share_given
from formulary.rules.lot_status import day_of
from formulary.rules.units import VOLUME, Quantity, total


@dataclass(frozen=True, slots=True)
class Setting:
    """What stands around the lines: route, weight, devices, what is prepared on top, mark, day."""

    route: str = ""
    weight: Quantity | None = None
    syringes: tuple[Syringe, ...] = ()
    overfill: Quantity | None = None
    dead_space: Quantity | None = None
    smallest_fill: Fraction = SMALLEST_FILL
    mark: str = "."
    on: date | None = None

    @property
    def on_top(self) -> Quantity:
        """What is prepared beside the volume prescribed; an unknown dead space adds nothing."""
        return known(self.overfill) + known(self.dead_space)


_BARE = Setting()


def solve_cocktail(cocktail: Cocktail) -> Solution:
    """The arithmetic of a cocktail from its own facts; see `solve`."""
    policies, patient = cocktail.policies, cocktail.patient
    setting = Setting(
        cocktail.route,
        patient.weight if patient else None,
        cocktail.syringes,
        cocktail.overfill,
        cocktail.dead_space,
        policies.smallest_fill,
        policies.decimal_mark,
        day_of(cocktail.at, policies.zone),
    )
    return solve(cocktail.lines, cocktail.target, setting)


def solve(lines: Sequence[Line], target: Quantity | None, setting: Setting = _BARE) -> Solution:
    """Dose, volume and concentration of every line, what is drawn for it, and what does not fit.

    `target` None lets the volume follow from the lines. A line that cannot be computed is left out and
    named in `findings`; `Solution.or_refuse` turns them into a refusal. Nothing is rounded but at the
    device.
    """
    ordered = sorted(lines, key=lambda line: line.number)
    if len({line.number for line in ordered}) < len(ordered):
        raise ValueError("Two lines have one number")
    found = _volumes(ordered, target, setting.mark)
    return _solution(ordered, found, setting)


@dataclass
class _Volumes:
    target: Quantity | None
    of: dict[int, Quantity] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def _volumes(lines: Sequence[Line], target: Quantity | None, mark: str) -> _Volumes:
    wrong = {line.number: tuple(problems.problems_of(line, mark)) for line in lines}
    found = _Volumes(target, findings=[finding for each in wrong.values() for finding in each])
    sound = [line for line in lines if not wrong[line.number]]
    if not lines:
        found.findings.append(problems.no_lines())
    make_up = [line for line in sound if line.pin is Pin.QS]
    pinned = [line for line in sound if line.pin is not Pin.QS]
    if len(make_up) > 1:
        found.findings.append(problems.two_make_up(make_up))
    if target is not None and target.steps <= 0:
        found.findings.append(problems.bad_target(target, mark))
        found.target = None
    _pinned_volumes(found, pinned, make_up)
    if found.target is not None and not any(wrong.values()):
        _fit(found, pinned, make_up, mark)
    return found


def _pinned_volumes(found: _Volumes, pinned: Sequence[Line], make_up: Sequence[Line]) -> None:
    """Volumes of dose and volume pins; those of concentrations as soon as the whole volume is known."""
    shares = {line.number: share for line in pinned if (share := _share(line)) is not None}
    found.of = {line.number: _volume(line) for line in pinned if line.number not in shares}
    if found.target is None and not found.findings:
        found.target = _derived(found.of, shares, make_up)
    if found.target is not None:
        found.of |= {number: found.target * share for number, share in shares.items()}
    elif not found.findings and (shares or make_up):
        found.findings.append(problems.no_target([x for x in pinned if x.number in shares] + list(make_up)))


def _volume(line: Line) -> Quantity:
    strength = strength_of(line)
    assert line.quantity is not None  # noqa: S101 - problems_of has named a line without its figure
    if line.pin is Pin.VOLUME or strength is None:
        return line.quantity
    return Quantity(line.quantity.steps / strength.ratio, VOLUME)


def _share(line: Line) -> Fraction | None:
    """A pinned concentration over the strength: the share of the whole that this line's volume is."""
    strength = strength_of(line)
    if line.pin is not Pin.CONCENTRATION or line.concentration is None or strength is None:
        return None
    return line.concentration.ratio / strength.ratio


def _derived(
    volumes: Mapping[int, Quantity], shares: Mapping[int, Fraction], make_up: Sequence[Line]
) -> Quantity | None:
    """The whole volume where nobody typed it: pinned volumes over what the concentrations leave for them."""
    left = 1 - sum(shares.values())
    if make_up or not volumes or left <= 0:
        return None
    return total(volumes.values(), VOLUME) / left


def _fit(found: _Volumes, pinned: Sequence[Line], make_up: Sequence[Line], mark: str) -> None:
    assert found.target is not None  # noqa: S101 - the caller asked
    rest = found.target - total(found.of.values(), VOLUME)
    if rest.steps < 0:
        found.findings.append(problems.too_much(found.of, pinned, found.target, mark, made_up=bool(make_up)))
    elif len(make_up) == 1:
        found.of[make_up[0].number] = rest
    elif rest.steps > 0 and not make_up and pinned:
        found.findings.append(problems.too_little(found.of, pinned, found.target, mark))


def _solution(lines: Sequence[Line], found: _Volumes, setting: Setting) -> Solution:
    made = total(found.of.values(), VOLUME)
    prepared = None if found.target is None else found.target + setting.on_top
    scale = Fraction(1) if prepared is None or found.target is None else prepared / found.target
    planned = {number: volume * scale for number, volume in found.of.items()}
    drawn, final = _drawn(lines, planned, prepared, setting)
    achieved = total((measured.volume for measured in drawn.values()), VOLUME)
    whole = found.target if found.target is not None else made
    given = share_given(achieved, whole, setting.dead_space)
    mixture = _Mixture(whole, achieved, given, setting)
    return Solution(
        tuple(
            mixture.solved(x, found.of[x.number], planned[x.number], drawn[x.number])
            for x in lines
            if x.number in planned
        ),
        found.target,
        prepared,
        scale,
        made,
        achieved,
        tuple(found.findings),
        final,
        setting.dead_space,
        setting.overfill,
    )


def _drawn(
    lines: Sequence[Line],
    planned: Mapping[int, Quantity],
    prepared: Quantity | None,
    setting: Setting,
) -> tuple[dict[int, devices.Measured], Syringe | None]:
    """What the devices make of every draw; the line that makes up comes last and takes the remainder."""
    syringes = devices.sorted_syringes(setting.syringes)
    final = None if prepared is None else devices.final_syringe(prepared, syringes, setting.smallest_fill)
    drawn: dict[int, devices.Measured] = {}
    for line in sorted(lines, key=lambda x: x.pin is Pin.QS):
        if line.number not in planned:
            continue
        if line.pin is Pin.QS and prepared is not None:
            rest = max(prepared - total((m.volume for m in drawn.values()), VOLUME), NONE)
            drawn[line.number] = devices.make_up(rest, final, syringes, setting.smallest_fill)
        else:
            down = limits.has_hard_maximum(line.product, setting.route)
            volume = planned[line.number]
            drawn[line.number] = devices.measure(volume, syringes, setting.smallest_fill, ties_down=down)
    return drawn, final


@dataclass(frozen=True, slots=True)
class _Mixture:
    whole: Quantity
    achieved: Quantity
    given: Fraction
    setting: Setting

    def solved(self, line: Line, volume: Quantity, planned: Quantity, drawn: devices.Measured) -> Solved:
        strength, setting = strength_of(line), self.setting
        dose, held = amount(volume, strength), amount(drawn.volume, strength)
        concentration = _in(dose, self.whole)
        by_dose = limits.ceilings(line.product, setting.route, setting.weight, setting.on)
        by_concentration = limits.concentration_limits(line.product, setting.route, setting.on)
        return Solved(
            line,
            volume,
            dose,
            concentration,
            planned,
            drawn.syringe,
            drawn.times,
            drawn.to_mark,
            drawn.too_little,
            drawn.volume,
            held,
            _in(held, self.achieved),
            None if held is None else held * self.given,
            Fraction(0) if planned.is_zero else drawn.volume / planned - 1,
            limits.lowest_dose(by_dose, dose),
            limits.lowest_concentration(by_concentration, concentration),
        )


def amount(volume: Quantity, strength: Strength | None) -> Quantity | None:
    """How much of the ingredient a volume holds, exactly; None while the strength is unknown."""
    return None if strength is None else Quantity(volume.steps * strength.ratio, strength.amount.dimension)


def _in(dose: Quantity | None, whole: Quantity) -> Strength | None:
    return None if dose is None or whole.is_zero else Strength(dose, whole)


def ledger_amount(volume: Quantity, strength: Strength | None, *, is_powder: bool) -> Quantity:
    """What a draw takes from its source's ledger: the volume, or the powder in it, rounded to one smallest
    step.

    Rounding is half to even. Raises ValueError for a powder whose strength is not on record: nothing is
    assumed.
    """
    held = amount(volume, strength) if is_powder else volume
    if held is None:
        raise ValueError("A powder without a recorded strength has no mass in a volume")
    return held.to_step()
