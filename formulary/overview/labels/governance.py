"""What the page of the rules says: shares, and which rules are to be looked at again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from formulary.overview.queries import RuleCount
from formulary.rules.checklist import RULES

WINDOW = timedelta(days=90)
TOO_OFTEN = Fraction(80, 100)
"""A rule whose findings are overridden more often than this is looked at again."""


@dataclass(frozen=True)
class Line:
    """A rule or one of its codes: how often shown and overridden, and whether it is to be reviewed."""

    rule: str
    title: str
    code: str
    shown: int
    overridden: int

    @property
    def share(self) -> Fraction | None:
        """How much of what was shown was overridden; None where nothing was shown."""
        return Fraction(self.overridden, self.shown) if self.shown else None

    @property
    def on_review(self) -> bool:
        """Whether it is overridden so often that nobody may read it any more."""
        return self.share is not None and self.share > TOO_OFTEN


def governed(rules: Iterable[RuleCount], codes: Iterable[RuleCount]) -> list[Line]:
    """Every rule of the list in its order, with its codes beneath it; what was never shown counts nought."""
    counted = {row.rule: row for row in rules}
    beneath: dict[str, list[RuleCount]] = {}
    for row in codes:
        beneath.setdefault(row.rule, []).append(row)
    return [line for rule in RULES for line in _lines(rule.id, rule.title, counted, beneath)]


def _lines(
    rule: str, title: str, counted: dict[str, RuleCount], beneath: dict[str, list[RuleCount]]
) -> Iterable[Line]:
    total = counted.get(rule, RuleCount(rule, "", 0, 0))
    yield Line(rule, title, "", total.shown, total.overridden)
    for row in beneath.get(rule, []):
        yield Line(rule, title, row.code, row.shown, row.overridden)
