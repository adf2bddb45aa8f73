"""What the compose page shows: every figure of every line with its explanation, ready to print."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from types import MappingProxyType

from formulary.cocktails.labels.costs import LineCost
from formulary.cocktails.labels.estimates import Estimate, estimated
from formulary.cocktails.labels.history import Before, Usual, usual
from formulary.rules import checklist, formulation, lot_status, patch_test
from formulary.rules.beyond_use import BeyondUse, cocktail_until
from formulary.rules.facts import Cocktail, Line, Pin, Product, Stock, Strength
from formulary.rules.findings import Finding, Level, Report, Result, capital, joined
from formulary.rules.formulation import Explanation, Solution, Solved
from formulary.rules.units import Quantity, show

NOTHING: Mapping[int, Before] = MappingProxyType({})


@dataclass(frozen=True)
class Source:
    """What a line would be drawn from first, and its state in words."""

    lot: str
    lot_id: int
    state: str
    words: str


@dataclass(frozen=True)
class Row:
    """One line of the sheet; a figure that cannot be computed is None and shown as unknown."""

    number: int
    name: str
    product: str
    pin: Pin
    dose: Quantity | None
    volume: Quantity | None
    concentration: Strength | None
    explained: dict[str, Explanation]
    limit: Quantity | None
    of_limit: Fraction | None
    of_words: str
    level: str
    source: Source | None
    in_stock: Quantity | None
    test_state: str
    test_words: str
    before: Before | None = None
    limit_why: str = ""
    usual: Usual | None = None
    cost: LineCost | None = None


@dataclass(frozen=True)
class Sheet:
    """The whole page's figures: rows, totals, pairs, findings."""

    rows: tuple[Row, ...]
    solution: Solution
    total: Explanation
    pairs_known: int
    pairs_total: int
    report: Report
    at: datetime

    def estimate(self, about: str) -> Estimate | None:
        """What the checks say of one property of the mixture ("ph", "osmolality"); None where none asks."""
        return estimated(self.report.answers, about)

    @property
    def passed(self) -> tuple[Finding, ...]:
        """The checks that pass."""
        return tuple(answer for answer in self.report.answers if answer.result is Result.PASS)

    @property
    def accepted(self) -> tuple[Finding, ...]:
        """What the formula's approver has answered for: shown, not stopping."""
        return tuple(finding for finding in self.report.findings if finding.accepted)

    def row(self, number: int) -> Row | None:
        """The row of a line, or None where the line could not be read."""
        return next((row for row in self.rows if row.number == number), None)

    @property
    def pairs_state(self) -> str:
        """A pair without data is never drawn as known."""
        return "pass" if self.pairs_known == self.pairs_total else "unknown"

    @property
    def pairs_why(self) -> str:
        """Which pairs nobody has data on, as the checks say it."""
        own = [a.reason for a in self.report.answers if a.code == "pair.no_data"]
        return " ".join(own) or "The table has data on every pair."

    @property
    def pairs_words(self) -> str:
        """How many of all pairs the table knows."""
        return f"{self.pairs_known} of {self.pairs_total}"

    @property
    def may_sign(self) -> bool:
        """Whether signing is offered: nothing blocks (a STOP may be co-signed, a warning answered)."""
        return Level.BLOCK not in self.counts()

    @property
    def needs_cosigner(self) -> bool:
        """Whether a second person must answer for something."""
        return Level.STOP in self.counts()

    @property
    def readiness_state(self) -> str:
        """The class of the sentence beside the button."""
        return "pass" if not self.report.at_least(Level.WARN) else self.report.verdict

    @property
    def readiness(self) -> str:
        """Why it can or cannot be signed, in a sentence."""
        counts = self.counts()
        parts = [
            f"{counts[level]} {level.name if level > Level.WARN else level.name.lower()}"
            for level in counts
            if level > Level.INFO
        ]
        if not parts:
            return "Ready to sign."
        listed = joined(parts)
        if Level.BLOCK in counts:
            return f"Not ready to sign: {listed}. What blocks must be mended first."
        return f"{listed} need an answer before it is signed."

    def counts(self) -> dict[Level, int]:
        """How many open findings there are of each level, worst first."""
        levels = [finding.level or Level.INFO for finding in self.report.open]
        return {level: levels.count(level) for level in sorted(set(levels), reverse=True)}


def sheet(cocktail: Cocktail, report: Report, before: Mapping[int, Before] = NOTHING) -> Sheet:
    """Everything that the page shows for these facts and this report, and of `before` what was given last."""
    solution = formulation.solve_cocktail(cocktail)
    examined = checklist.examined(cocktail)
    return Sheet(
        rows=tuple(
            replace(_row(line, cocktail, solution, report), before=before.get(line.number))
            for line in cocktail.lines
        ),
        solution=solution,
        total=formulation.explain_total(solution, cocktail.policies.decimal_mark),
        pairs_known=examined.known,
        pairs_total=examined.total,
        report=report,
        at=cocktail.at,
    )


def _row(line: Line, cocktail: Cocktail, solution: Solution, report: Report) -> Row:
    solved = solution.line(line.number)
    mark = cocktail.policies.decimal_mark
    stock = [s for s in cocktail.stock if s.product_id == line.product.id]
    state, words = test_words(line, cocktail)
    return Row(
        number=line.number,
        name=line.product.ingredient.name,
        product=line.product.name,
        pin=line.pin,
        dose=solved.dose if solved else None,
        volume=solved.volume if solved else None,
        concentration=solved.concentration if solved else None,
        explained=_explained(solved, mark),
        limit=solved.dose_limit if solved else None,
        of_limit=solved.of_dose_limit if solved else None,
        of_words=f"of {show(solved.dose_limit, mark=mark)}"
        if solved and solved.dose_limit is not None
        else "",
        level=_level(line.number, report),
        limit_why=_limit_why(line, report),
        usual=usual(line, solved, cocktail),
        source=_source(line, cocktail),
        in_stock=_in_stock(stock, cocktail),
        test_state=state,
        test_words=words,
    )


def _explained(solved: Solved | None, mark: str) -> dict[str, Explanation]:
    if solved is None:
        return {}
    return {
        "dose": formulation.explain_dose(solved, mark),
        "volume": formulation.explain_volume(solved, mark),
        "concentration": formulation.explain_concentration(solved, mark),
    }


def _limit_why(line: Line, report: Report) -> str:
    """What the check of the most per session says of a line's ingredient, and by whose word."""
    own = (a for a in report.answers if a.rule == "D1" and a.subject == line.product.ingredient.name)
    answer = next(own, None)
    return "" if answer is None else f"{answer.reason} {answer.source}".strip()


def _level(number: int, report: Report) -> str:
    """The worst that is open on this line, as the word of its class; pass where nothing is."""
    worst = max((f.level or Level.INFO for f in report.open if f.line == number), default=None)
    return "pass" if worst is None else worst.name.lower()


def _usable(stock: list[Stock], cocktail: Cocktail) -> list[Stock]:
    asked = {
        "at": cocktail.at,
        "for_patient": cocktail.patient.id if cocktail.patient else None,
        "policies": cocktail.policies,
        "for_ref": cocktail.ref,
    }
    return [s for s in stock if not lot_status.usable(s, **asked)]


def first_source(line: Line, cocktail: Cocktail) -> Stock | None:
    """What a line would be drawn from first: an open vial, else what expires next; None where nothing is
    usable.
    """
    usable = _usable([s for s in cocktail.stock if s.product_id == line.product.id], cocktail)
    return min(usable, key=lambda s: (s.vial_id is None, s.expires_on, s.lot_id), default=None)


def prepared_now(cocktail: Cocktail) -> BeyondUse:
    """Until when it could be used if it were prepared now from what would be drawn first.

    Not known while a product has nothing usable; the terms that are known stand all the same.
    """
    sources = {line.product: first_source(line, cocktail) for line in cocktail.lines}
    found = [source for source in sources.values() if source is not None]
    begun, followed = cocktail.at, cocktail.formula
    known = cocktail_until(
        found, list(sources), prepared_from=begun, policies=cocktail.policies, formula=followed
    )
    missing = (_without_source(product) for product, source in sources.items() if source is None)
    return replace(known, unknown=(*known.unknown, *missing))


def _without_source(product: Product) -> Finding:
    reason = f"{capital(product.name)} has no usable source, so until when the mixture keeps is not known."
    return Finding("beyond_use.unknown", product.ingredient.name, reason, result=Result.UNKNOWN)


def _source(line: Line, cocktail: Cocktail) -> Source | None:
    first = first_source(line, cocktail)
    if first is None:
        return None
    words = (
        f"vial {first.vial} open" if first.vial_id else f"expires {lot_status.day_words(first.expires_on)}"
    )
    return Source(first.lot, first.lot_id, "open" if first.vial_id else "usable", words)


def _in_stock(stock: list[Stock], cocktail: Cocktail) -> Quantity | None:
    """What is usable and free for this cocktail, as L6 counts it; None where nothing is usable."""
    free = [lot_status.free(s, cocktail.ref) for s in _usable(stock, cocktail)]
    return sum(free[1:], free[0]) if free else None


def test_words(line: Line, cocktail: Cocktail) -> tuple[str, str]:
    """The state of the patient's patch test for a line, and the words for it."""
    ingredient = line.product.ingredient
    if cocktail.patient is None or ingredient.is_diluent or not ingredient.patch_test_required:
        return "", ""
    cleared = patch_test.clears(
        cocktail.patient.tests,
        ingredient.id,
        line.product.id,
        None,
        at=cocktail.at,
        policy=cocktail.policies.patch_test,
        zone=cocktail.policies.zone,
    )
    return cleared.state, cleared.words
