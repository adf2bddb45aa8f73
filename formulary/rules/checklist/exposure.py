"""D3: what this session adds to what was given before, of every product of the ingredient.

Counted is the patient's account: every session as far as it was given, top-ups, and patch tests (see
`facts.History` for what makes it incomplete). Each limit looks at its own time: a rolling window back from
when it is to be given (as planned, until it is drawn), or the whole course, which is all there is on record,
since nothing says when a course began. The most of one session is compared with what the same session had
before as well: what was given within a day, and for a top-up all since the session that it tops up
(`sessions`). Local anaesthetics add up with one another (`additive`).

Where nobody knows a limit over time and there was an earlier session, or there may have been one, a label
limit of the session leaves it at a note; else an approved formula answers for doses its approver signed, with
all that the same session had, or a second person does. A limit over time by a weight that is not on record
is unknown, and nobody's to accept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from formulary.rules.checklist.additive import with_earlier
from formulary.rules.checklist.doubts import doubts_about, doubts_of_sessions, had_sessions
from formulary.rules.checklist.rule import CO_SIGN, NO_PATIENT, Case, not_applicable, passed, unknown
from formulary.rules.checklist.sessions import (
    SAME_SESSION,
    counts_after,
    exposures,
    session_topped_up,
)
from formulary.rules.checklist.substances import (
    Substance,
    accepted_by,
    ceilings_of,
    prescribed,
    strength_unknown,
    substances,
)
from formulary.rules.facts import Exposure, Limit, LimitKind, LimitPer
from formulary.rules.findings import Finding, Level, capital, joined
from formulary.rules.formulation import Ceiling, about, field_of
from formulary.rules.units import Quantity, total

COMPLETE_IT = f"Complete the record, {CO_SIGN}"


@dataclass(frozen=True)
class Account:
    """What counts against one limit: the sum of what was given before, and why it may be more than that."""

    ceiling: Ceiling
    before: Quantity
    doubts: tuple[str, ...]
    topped: bool = False

    @property
    def limit(self) -> Limit:
        """The limit."""
        return self.ceiling.limit

    @property
    def over(self) -> str:
        """Over what time it is summed, in words."""
        if self.limit.per is LimitPer.COURSE:
            return "in all"
        if self.topped and self.limit.per is LimitPer.SESSION:
            return "with the session that it tops up"
        span = self.limit.within if self.limit.per is LimitPer.WINDOW else SAME_SESSION
        return f"within {_span(span or SAME_SESSION)}"


def cumulative(case: Case) -> Sequence[Finding]:
    """D3: with what was given before, nothing is above what a window, a course or one session may hold."""
    if case.patient is None:
        return [not_applicable("exposure.no_patient", "earlier doses", NO_PATIENT)]
    found = [answer for substance in substances(case) for answer in _answers(case, substance)]
    found += with_earlier(case)
    return found or [not_applicable("exposure.none", "earlier doses", "No line has a dose to add up.")]


def _answers(case: Case, substance: Substance) -> Iterator[Finding]:
    ceilings = ceilings_of(case, substance)
    if not ceilings and substance.ingredient.is_diluent:
        return
    dose = substance.dose
    if dose is None:
        yield strength_unknown("exposure.unknown", substance, "is of unknown strength, so nothing adds up")
        return
    accounts = [
        _account(case, substance, ceiling)
        for ceiling in ceilings
        if ceiling.most is not None and ceiling.most.dimension == dose.dimension
    ]
    yield _gravest(case, substance, dose, accounts, ceilings)


def _gravest(
    case: Case, substance: Substance, dose: Quantity, accounts: Sequence[Account], ceilings: Sequence[Ceiling]
) -> Finding:
    """Above one of them, else in doubt about one, else what stands where no limit over time is known."""
    above = [a for a in accounts if _most(a) < dose + a.before and a.before.steps > 0]
    if above:
        return _above(case, substance, dose, min(above, key=lambda a: (-a.limit.exceeded, _most(a).steps)))
    doubtful = next((a for a in accounts if a.doubts), None)
    if doubtful is not None:
        return _incomplete(case, substance, doubtful)
    if by_weight := [c for c in ceilings if c.needs_weight and c.limit.per is not LimitPer.SESSION]:
        return _unweighed(case, substance, by_weight[0])
    over_time = [a for a in accounts if a.limit.per is not LimitPer.SESSION]
    doubts = list(doubts_of_sessions(case, substance))
    if over_time or not (doubts or had_sessions(case, substance)):
        return _within(case, substance, dose, over_time)
    accepted = "" if ceilings else _accepted(case, substance, dose)
    return _no_limit(case, substance, doubts, by_label=bool(accounts), accepted=accepted)


def _most(account: Account) -> Quantity:
    most = account.ceiling.most
    assert most is not None  # noqa: S101 - accounts are made of ceilings that say how much
    return most


def _account(case: Case, substance: Substance, ceiling: Ceiling) -> Account:
    history, ingredient = case.cocktail.history, substance.ingredient
    most = ceiling.most
    assert most is not None  # noqa: S101 - the caller asked
    if history is None:
        return Account(ceiling, most * 0, ("nobody looked up what was given before",))
    counted = [x for x in exposures(case, {ingredient.id}) if _in_time(case, x, ceiling.limit)]
    known = [x.amount for x in counted if x.amount is not None and x.amount.dimension == most.dimension]
    doubts = tuple(doubts_about(case, substance, counted, ceiling))
    topped = session_topped_up(case, {ingredient.id}) is not None
    return Account(ceiling, total(known, most.dimension), doubts, topped)


def _in_time(case: Case, exposure: Exposure, limit: Limit) -> bool:
    """Whether it still counts when this one is to be given."""
    if limit.per is LimitPer.COURSE:
        return True
    if limit.per is LimitPer.WINDOW:
        return exposure.at > case.due - (limit.within or SAME_SESSION)
    return exposure.at > counts_after(case, {exposure.ingredient_id})


def _above(case: Case, substance: Substance, dose: Quantity, account: Account) -> Finding:
    most, before, mark = _most(account), account.before, case.mark
    after = dose + before
    shown, earlier, highest = about(dose, mark), about(before, mark), about(most, mark)
    return Finding(
        "exposure.above_max",
        substance.name,
        f"{capital(substance.name)} {shown} here and {earlier} before make {about(after, mark)} "
        f"{account.over}, {about(after - most, mark)} above the most ({highest}).",
        "Give a reason to go on, or reduce it." if _is_mild(account) else f"Reduce it or wait, {CO_SIGN}",
        level=Level.WARN if _is_mild(account) else Level.STOP,
        line=substance.largest.number,
        field=field_of(substance.largest.line),
        source=account.limit.source,
        inputs=(("dose", shown), ("before", earlier), ("over", account.over), ("limit", highest)),
        rests_on=_rests_on(case, substance, account),
    )


def _is_mild(account: Account) -> bool:
    return account.limit.exceeded <= Level.WARN


def _rests_on(case: Case, substance: Substance, account: Account) -> tuple[tuple[str, str], ...]:
    """What was prescribed, not what a syringe makes of it: an answer to it lives until that changes."""
    return (
        ("prescribed", prescribed("dose", substance, case.mark)),
        ("before", about(account.before, case.mark)),
        ("limit", about(_most(account), case.mark)),
    )


def _incomplete(case: Case, substance: Substance, account: Account) -> Finding:
    """An answer to it was given for one dose after one sum: it dies where more was given meanwhile."""
    most = about(_most(account), case.mark)
    doubts = [("doubt", doubt) for doubt in account.doubts]
    return unknown(
        "exposure.history_incomplete",
        substance.name,
        f"How much {substance.name} was given {account.over} is not known: {joined(account.doubts)}. "
        f"The most is {most}.",
        COMPLETE_IT,
        line=substance.largest.number,
        source=account.limit.source,
        inputs=(("over", account.over), ("limit", most), *doubts),
        rests_on=(*_rests_on(case, substance, account), *doubts),
    )


def _within(case: Case, substance: Substance, dose: Quantity, over: Sequence[Account]) -> Finding:
    name, line, mark = substance.name, substance.largest.number, case.mark
    if not over:
        return passed(
            "exposure.none_before", name, f"No session of {name} before this one is on record.", line=line
        )
    tight = max(over, key=lambda a: (dose + a.before) / _most(a))
    after, most = about(dose + tight.before, mark), about(_most(tight), mark)
    inputs = (("dose", about(dose, mark)), ("before", about(tight.before, mark)), ("limit", most))
    reason = f"{capital(name)} {after} {tight.over} of {most}, with what was given before."
    return passed("exposure.within_max", name, reason, inputs, line=line)


def _unweighed(case: Case, substance: Substance, found: Ceiling) -> Finding:
    """A limit over time that only a weight could tell: no default weight, and no formula answers for it."""
    return unknown(
        "exposure.limit_by_weight",
        substance.name,
        f"The limit of {substance.name} over time depends on the weight, and no weight is on record.",
        f"Weigh the patient, {CO_SIGN}",
        line=substance.largest.number,
        source=found.limit.source,
        rests_on=(("prescribed", prescribed("dose", substance, case.mark)),),
    )


def _accepted(case: Case, substance: Substance, dose: Quantity) -> str:
    """What a formula says of it: of all that this session gets, and only where that is known."""
    whole = Limit(LimitKind.UNKNOWN, case.cocktail.route, "")
    session = _account(case, substance, Ceiling(whole, dose, needs_weight=False))
    return "" if session.doubts else accepted_by(case, substance, before=session.before)


def _no_limit(
    case: Case, substance: Substance, doubts: Sequence[str], *, by_label: bool, accepted: str
) -> Finding:
    name, shown = substance.name, prescribed("dose", substance, case.mark)
    had = "was given before" if had_sessions(case, substance) else f"may have been given: {joined(doubts)}"
    where = f"{capital(name)} {had}, and no limit over time for {case.cocktail.route} use"
    inputs = (("dose", shown), ("limit over time", "unknown"), *(("doubt", doubt) for doubt in doubts))
    reason = f"{where} is on record; its label limits one session." if by_label else f"{where} is on record."
    return unknown(
        "exposure.limit_unknown",
        name,
        reason,
        "" if by_label or accepted else f"Follow an approved formula, {CO_SIGN}",
        line=substance.largest.number,
        level=Level.INFO if by_label else None,
        inputs=inputs,
        accepted=accepted,
    )


def _span(time: timedelta) -> str:
    hours = int(time.total_seconds() // 3600)
    days = time.days
    return f"{days} days" if hours > 48 else f"{hours} hours"  # noqa: PLR2004 - two days read as hours
