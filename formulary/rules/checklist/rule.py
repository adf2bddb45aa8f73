"""What a rule of the checklist is, the case it looks at, and the words of its four answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from typing import TypeVar, cast

from formulary.rules.compatibility import (
    Examined,
    Mixture,
    Order,
    examine,
    order_of_addition,
    with_diluents,
)
from formulary.rules.facts import Cocktail, Line, Patient, Pin, SitePolicies, Stock, Strength
from formulary.rules.findings import Finding, Fix, Level, Result, Stage
from formulary.rules.formulation import Solution, Solved, achieved, solve_cocktail
from formulary.rules.lot_status import Bar, bars, day_of
from formulary.rules.units import Quantity

Inputs = Sequence[tuple[str, str]]
T = TypeVar("T")


@dataclass(frozen=True)
class Case:
    """One cocktail at one stage, with what the rules share computed once."""

    cocktail: Cocktail
    stage: Stage
    _shared: dict[str, object] = field(default_factory=dict, compare=False)

    def shared(self, name: str, compute: Callable[[Case], T]) -> T:
        """What several rules ask for, computed once under this name."""
        if name not in self._shared:
            self._shared[name] = compute(self)
        return cast(T, self._shared[name])

    @property
    def patient(self) -> Patient | None:
        """The patient, or None where a formula is checked for nobody."""
        return self.cocktail.patient

    @property
    def policies(self) -> SitePolicies:
        """What the site has decided."""
        return self.cocktail.policies

    @cached_property
    def on(self) -> date:
        """The site's day."""
        return day_of(self.cocktail.at, self.policies.zone)

    @property
    def due(self) -> datetime:
        """When it is to be given: now, or as planned where that is later; what is drawn is given now."""
        at, planned = self.cocktail.at, self.cocktail.planned_for
        return planned if planned is not None and planned > at and not self.final else at

    @property
    def mark(self) -> str:
        """The site's decimal mark."""
        return self.cocktail.policies.decimal_mark

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines in the order of their numbers."""
        return tuple(sorted(self.cocktail.lines, key=lambda line: line.number))

    @cached_property
    def planned(self) -> Solution:
        """The arithmetic as prescribed."""
        return solve_cocktail(self.cocktail)

    @property
    def final(self) -> bool:
        """Whether what was drawn counts, and no longer what was planned."""
        return self.stage in (Stage.FINAL, Stage.ADMINISTER)

    @cached_property
    def solution(self) -> Solution:
        """The arithmetic that counts at this stage: achieved from the final check on, else planned."""
        return achieved(self.planned, self.cocktail.draws) if self.final else self.planned

    @property
    def counted(self) -> tuple[Solved, ...]:
        """The lines whose figures count: in the end those that were drawn (C2 names the others)."""
        if not self.final:
            return self.solution.lines
        drawn = {draw.line for draw in self.cocktail.draws}
        return tuple(solved for solved in self.solution.lines if solved.number in drawn)

    @cached_property
    def examined(self) -> Examined:
        """What the compatibility table says, at the concentrations that count."""
        rules, mixture = self.cocktail.compatibilities, self.mixture
        examined = examine(rules, mixture, self.cocktail.answering)
        return with_diluents(examined, self.mixed_in, rules, mixture)

    @property
    def order(self) -> Order:
        """In which order the lines are added, as far as the table says."""
        return order_of_addition(self.lines, self.examined)

    @cached_property
    def mixture(self) -> Mixture:
        """The lines with the concentrations and volumes that count, and how long it may be kept."""
        lines = self.solution.lines
        found = {solved.number: self._concentration(solved) for solved in lines}
        return Mixture(self.lines, found, {s.number: self._volume(s) for s in lines}, self._kept_h)

    @cached_property
    def mixed_in(self) -> tuple[Line, ...]:
        """The diluents in what was drawn in the end, else in what was picked, under their lines' numbers."""
        if self.final:
            found = [(draw.line, draw.stock.diluent) for draw in self.cocktail.draws]
        else:
            picked = self.cocktail.picked
            own = ((line, stock) for line in self.lines for stock in picked)
            found = [(line.number, s.diluent) for line, s in own if s.product_id == line.product.id]
        keys = dict.fromkeys((number, diluent.product_id) for number, diluent in found if diluent is not None)
        products = {product.id: product for product in self.cocktail.diluents}
        return tuple(Line(number, products[key], Pin.QS) for number, key in keys)

    @cached_property
    def sources(self) -> tuple[tuple[Stock, tuple[Bar, ...]], ...]:
        """What was picked, or else all that may be drawn from, each with what stands against it now."""
        return tuple((stock, self.bars(stock)) for stock in self.cocktail.picked or self.cocktail.stock)

    def bars(self, stock: Stock) -> tuple[Bar, ...]:
        """What stands against drawing from this source now, for this patient and this cocktail."""
        cocktail, patient = self.cocktail, self.patient.id if self.patient is not None else None
        return bars(
            stock, at=cocktail.at, for_patient=patient, policies=cocktail.policies, for_ref=cocktail.ref
        )

    @property
    def _kept_h(self) -> Fraction | None:
        """The longest that it may be kept: the shorter of the site's limit and what the lines leave it."""
        limits = [self.policies.preparation_limit_h, *(x.product.mixture_stability_h for x in self.lines)]
        return min((limit for limit in limits if limit is not None), default=None)

    def _volume(self, solved: Solved) -> Quantity:
        return solved.achieved_volume if self.final else solved.volume

    def _concentration(self, solved: Solved) -> Strength | None:
        if self.final:
            return solved.achieved_concentration
        both = [c for c in (solved.concentration, solved.achieved_concentration) if c is not None]
        return max(both, key=lambda c: c.ratio, default=None)


Check = Callable[[Case], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the checklist: what it asks, when, how far a finding stops, what unknown counts as.

    `at` holds levels that differ by stage. A rule without `check` is asked by the act named in `act`, with
    the facts of that act.
    """

    id: str
    version: int
    title: str
    stages: str
    level: Level
    unknown: Level | None
    check: Check | None
    source: str
    at: Mapping[Stage, Level] = field(default_factory=dict)
    act: str = ""

    def runs_at(self, stage: Stage) -> bool:
        """Whether it is asked at this stage."""
        return stage.value in self.stages.split()

    def stamp(self, answer: Finding, stage: Stage | None = None) -> Finding:
        """The answer under the rule's name, version and source, and its level where it brings none."""
        level = answer.level
        if level is None and answer.result is Result.FINDING:
            level = self._level_at(stage)
        if level is None and answer.result is Result.UNKNOWN:
            level = self.unknown if self.unknown is not None else self._level_at(stage)
        return answer.of_rule(self.id, self.version, answer.source or self.source, level)

    def _level_at(self, stage: Stage | None) -> Level:
        return self.level if stage is None else self.at.get(stage, self.level)

    def answers(self, case: Case) -> tuple[Finding, ...]:
        """What the rule says of the case: at least one answer, and never silence."""
        if self.check is None:
            return (self.stamp(not_applicable(f"act.{self.act}", self.title, "Asked when it happens.")),)
        return tuple(self.stamp(answer, case.stage) for answer in self.check(case))


def passed(code: str, subject: str, reason: str, inputs: Inputs = (), *, line: int | None = None) -> Finding:
    """Checked and fine."""
    return Finding(code, subject, reason, result=Result.PASS, inputs=tuple(inputs), line=line)


def not_applicable(code: str, subject: str, reason: str) -> Finding:
    """The question does not arise."""
    return Finding(code, subject, reason, result=Result.NOT_APPLICABLE)


def unknown(code: str, subject: str, reason: str, remedy: str = "", **more: object) -> Finding:
    """Nobody can tell: shown, and never counted as a pass."""
    return Finding(code, subject, reason, remedy, result=Result.UNKNOWN, **more)  # type: ignore[arg-type]


def remove(line: Line) -> Fix:
    """The edit that leaves a line out."""
    return Fix(f"Leave out {line.product.ingredient.name}", f"lines-{line.number}-remove", "1")


NO_PATIENT = "This is checked without a patient."
CO_SIGN = "or ask a second clinician to co-sign."
