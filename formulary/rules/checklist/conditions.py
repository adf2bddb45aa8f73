"""A4: what the patient answered about conditions and medicines, against what speaks against substances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from formulary.rules.checklist.rule import CO_SIGN, NO_PATIENT, Case, not_applicable, passed, remove, unknown
from formulary.rules.compatibility import ANY, keys_of
from formulary.rules.facts import ConditionAnswer, Contraindication, Line, Said
from formulary.rules.findings import Finding, Level, capital, joined

ASK = "Ask the patient, and record the answer"
DECIDE = "Let an administrator set the policy of the site"
QUESTIONS = "questions"


@dataclass(frozen=True)
class Question:
    """One question with all that a yes would mean for this cocktail, and what was answered."""

    word: str
    rows: tuple[Contraindication, ...]
    answer: ConditionAnswer | None

    @property
    def name(self) -> str:
        """How the question is put."""
        return self.rows[0].name

    @property
    def level(self) -> Level:
        """The gravest that a yes comes to."""
        return max(Level[row.level] for row in self.rows)


def contraindications(case: Case) -> Sequence[Finding]:
    """A4: no answer speaks against what is in it; a question that nobody answered is unknown, never no.

    So is an answer where the site has not decided for how long one holds.
    """
    if case.patient is None:
        return [not_applicable("condition.no_patient", QUESTIONS, NO_PATIENT)]
    asked = [question for question in _questions(case) if question.answer is not None]
    found = [_yes(case, q) for q in asked if q.answer and q.answer.said is Said.YES]
    found += [_not_known(q) for q in asked if q.answer and q.answer.said is Said.UNKNOWN]
    found += [*_not_asked(_questions(case)), *_asked_long_ago(case, asked)]
    return found or [
        passed("condition.none", QUESTIONS, "Nothing that the patient answered speaks against it.")
    ]


def _questions(case: Case) -> tuple[Question, ...]:
    return case.shared("contraindications", _about)


def _about(case: Case) -> tuple[Question, ...]:
    """The questions that are about this cocktail: those with a row for anything, or for what is in it."""
    answers = {answer.word: answer for answer in case.patient.answers} if case.patient else {}
    present = frozenset({ANY}).union(*(keys_of(line.product) for line in (*case.lines, *case.mixed_in)))
    rows: dict[str, list[Contraindication]] = {}
    for row in case.cocktail.precautions.contraindications:
        if row.selector in present:
            rows.setdefault(row.word, []).append(row)
    return tuple(Question(word, tuple(these), answers.get(word)) for word, these in rows.items())


def _yes(case: Case, question: Question) -> Finding:
    """One finding for the question, however many substances it is about."""
    level = question.level
    lines = _lines(case, question)
    told = joined(dict.fromkeys(_told(case, row) for row in question.rows))
    detail = f" (“{question.answer.detail}”)" if question.answer and question.answer.detail else ""
    return Finding(
        "condition.contraindicated",
        question.name,
        f"{capital(question.name)}: the patient said yes{detail}. {capital(told)}.",
        _remedy(level, lines),
        level=level,
        line=lines[0].number if len(lines) == 1 else None,
        source="; ".join(dict.fromkeys(row.source for row in question.rows)),
        rests_on=_rests_on(question),
        fixes=tuple(map(remove, lines)),
    )


def _lines(case: Case, question: Question) -> list[Line]:
    """The lines that a row is about by name; none where the gravest row is about everything."""
    gravest = [row for row in question.rows if Level[row.level] is question.level]
    if any(row.selector == ANY for row in gravest):
        return []
    return [line for line in case.lines if any(row.selector in keys_of(line.product) for row in gravest)]


def _told(case: Case, row: Contraindication) -> str:
    if row.selector == ANY:
        return row.reason
    holding = (line for line in (*case.lines, *case.mixed_in) if row.selector in keys_of(line.product))
    return f"{joined(dict.fromkeys(line.product.ingredient.name for line in holding))}: {row.reason}"


def _remedy(level: Level, lines: Sequence[Line]) -> str:
    out = (
        f"Leave out {joined(line.product.ingredient.name for line in lines)}" if lines else "Do not treat now"
    )
    return {
        Level.BLOCK: f"{out}.",
        Level.STOP: f"{out}, {CO_SIGN}",
        Level.WARN: f"{out}, or say why it is right for this patient.",
        Level.INFO: "",
    }[level]


def _rests_on(question: Question) -> tuple[tuple[str, str], ...]:
    said = (question.answer.said.value, question.answer.detail) if question.answer else ("not asked", "")
    rows = ((row.selector, f"{row.level} v{row.version}") for row in question.rows)
    return (("said", said[0]), ("detail", said[1]), *rows)


def _not_known(question: Question) -> Finding:
    """The patient does not know; what a yes would only inform of stops nobody."""
    reason = f"{capital(question.name)}: the patient does not know, and that is not a no."
    level = Level.INFO if question.level is Level.INFO else None
    answer = unknown("condition.not_known", question.name, reason, f"Find out, {CO_SIGN}", level=level)
    return replace(answer, rests_on=_rests_on(question))


def _not_asked(questions: Sequence[Question]) -> Iterator[Finding]:
    """All that was never asked in one answer, for one look at the patient answers it all."""
    open_ones = [question for question in questions if question.answer is None]
    for these, names, level in _by_gravity(open_ones):
        reason = f"Never asked: {names}. What was not asked is unknown, and unknown is not no."
        answer = unknown("condition.not_asked", QUESTIONS, reason, f"{ASK}, {CO_SIGN}", level=level)
        yield replace(answer, rests_on=tuple(("not asked", question.word) for question in these))


def _asked_long_ago(case: Case, asked: Sequence[Question]) -> Iterator[Finding]:
    """Answers that are older than the site accepts; how long they hold is unknown until it has decided."""
    within, at = case.policies.conditions_asked_within, case.cocktail.at
    if within is None:
        yield from _undecided(asked)
        return
    old = [q for q in asked if q.answer and at - q.answer.asked_at > within]
    for these, names, level in _by_gravity(old):
        reason = f"Asked more than {within.days} days ago: {names}. The site asks again after that."
        remedy = f"{ASK}, {CO_SIGN}"
        answer = Finding("condition.asked_long_ago", QUESTIONS, reason, remedy, level=level)
        yield replace(answer, rests_on=_asked_at(these))


def _undecided(asked: Sequence[Question]) -> Iterator[Finding]:
    """Answers of a site that has not said how long they hold; each is shown with all others."""
    for these, names, level in _by_gravity(asked):
        reason = f"The site has not said how long an answer holds, and these were given: {names}."
        remedy = f"{DECIDE}, {CO_SIGN}"
        answer = unknown("condition.policy_undecided", QUESTIONS, reason, remedy, level=level)
        yield replace(answer, rests_on=_asked_at(these))


def _by_gravity(questions: Sequence[Question]) -> Iterator[tuple[list[Question], str, Level | None]]:
    """Those that a yes would stop, then those that it would only inform of, which stop nobody."""
    mild = [question for question in questions if question.level is Level.INFO]
    grave = [question for question in questions if question.level is not Level.INFO]
    for these, level in ((grave, None), (mild, Level.INFO)):
        if these:
            yield these, joined(f"“{question.name}”" for question in these), level


def _asked_at(questions: Sequence[Question]) -> tuple[tuple[str, str], ...]:
    return tuple((q.word, q.answer.asked_at.isoformat()) for q in questions if q.answer)
