"""What the page of the rules says: shares, and which rules are to be looked at again."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import timedelta
from fractions import Fraction

from formulary.overview.queries import RuleCount
from formulary.rules.checklist import RULES

WINDOW = timedelta(days=90)
TOO_OFTEN = Fraction(80, 100)
"""A rule whose findings are overridden more often than this is looked at again."""


@dataclass(frozen=True)
class Line:
    """A rule or one of its codes: how often shown, overridden, followed by a reaction; to review or not."""

    rule: str
    title: str
    code: str
    shown: int
    overridden: int
    given: int = 0
    followed: int = 0
    overridden_given: int = 0
    overridden_followed: int = 0

    @property
    def share(self) -> Fraction | None:
        """How much of what was shown was overridden; None where nothing was shown."""
        return Fraction(self.overridden, self.shown) if self.shown else None

    @property
    def is_too_often(self) -> bool:
        """Whether it is overridden so often that nobody may read it any more."""
        return self.share is not None and self.share > TOO_OFTEN

    @property
    def on_review(self) -> bool:
        """Whether it is overridden too often, or a reaction followed where it was overridden."""
        return self.is_too_often or self.overridden_followed > 0


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
    yield _line(counted.get(rule, RuleCount(rule, "", 0, 0)), title)
    for row in beneath.get(rule, []):
        yield _line(row, title)


def _line(row: RuleCount, title: str) -> Line:
    told = {field.name: getattr(row, field.name) for field in fields(row)}
    return Line(title=title, **told)
