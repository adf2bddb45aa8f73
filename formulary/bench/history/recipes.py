"""What the invented clinic mixes: a few recipes of its catalogue in which the table finds no stop."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random

from formulary.bench.history.wares import Ware, actives
from formulary.catalogue import facts as catalogue
from formulary.rules import facts
from formulary.rules.compatibility import Mixture, examine

RECIPES, TRIES = 12, 600
TENTH = 100_000
"""A tenth of a millilitre, in nL."""
STOPS = ("stop", "block")
TARGET = 50 * TENTH


@dataclass(frozen=True, eq=False)
class Recipe:
    """Products with the volumes one draws of them; the last is the diluent that fills up to the target."""

    lines: tuple[tuple[Ware, int], ...]

    @property
    def tested(self) -> list[Ware]:
        """What a patient is patch-tested with before it."""
        return [ware for ware, _ in self.lines[:-1]]

    @property
    def diluent(self) -> Ware:
        """What fills it up."""
        return self.lines[-1][0]

    @property
    def target(self) -> int:
        """The whole, in nL."""
        return sum(volume for _, volume in self.lines)


def make_recipes(wares: Sequence[Ware], dice: Random) -> list[Recipe]:
    """Up to a dozen recipes of five draws each; every fifth mixes a powder, whose draw is two rows."""
    rules, diluent = catalogue.compatibilities(), _diluent(wares)
    powders = [ware for ware in wares if ware.is_powder]
    tries = (_try(wares, powders if n % 5 == 0 else [], dice) for n in range(TRIES))
    good = (chosen for chosen in tries if _goes_together([*chosen, diluent], rules))
    found = list(islice(good, RECIPES)) or [_try(wares, [], dice)]
    return [_recipe(chosen, diluent, dice) for chosen in found]


def _diluent(wares: Sequence[Ware]) -> Ware:
    """The one that is named first among those that fill one target from a single container."""
    diluents = [ware for ware in wares if ware.is_diluent]
    return next((w for w in diluents if w.strength and w.content >= TARGET), diluents[0])


def _try(wares: Sequence[Ware], powders: Sequence[Ware], dice: Random) -> list[Ware]:
    solutions = actives(wares)
    if powders:
        return [dice.choice(powders), *dice.sample(solutions, 2)]
    return dice.sample(solutions, 4)


def _goes_together(chosen: Sequence[Ware], rules: Sequence[facts.Compatibility]) -> bool:
    if len({ware.fact.ingredient.id for ware in chosen}) < len(chosen):
        return False
    lines = [facts.Line(n, ware.fact, facts.Pin.VOLUME) for n, ware in enumerate(chosen, 1)]
    matches = examine(rules, Mixture(tuple(lines))).matches
    return not any(match.rule.level in STOPS for match in matches)


def _recipe(chosen: Sequence[Ware], diluent: Ware, dice: Random) -> Recipe:
    lines = [(ware, _volume(ware, dice)) for ware in chosen]
    rest = min(TARGET - sum(volume for _, volume in lines), diluent.content)
    return Recipe((*lines, (diluent, rest)))


def _volume(ware: Ware, dice: Random) -> int:
    """Between 0.3 and 0.9 mL, as much as a container holds."""
    holds = (ware.mixed_with or 0) if ware.is_powder else ware.content
    return min(dice.randint(3, 9) * TENTH, holds)
