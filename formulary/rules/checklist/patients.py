"""A1 A2 A3 P1: allergies to anything in the vial and to its relatives, when asked for, and consent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from formulary.rules.checklist.rule import CO_SIGN, NO_PATIENT, Case, not_applicable, passed, remove, unknown
from formulary.rules.facts import Allergy, AllergySeverity, Consent, CrossReactivity, Line, Patient
from formulary.rules.findings import Finding, Level, Result, capital, joined

ANOTHER_DILUENT = "Take another vial, mixed with a diluent without it."
_GRAVE = (AllergySeverity.SEVERE, AllergySeverity.ANAPHYLAXIS)


def allergies(case: Case) -> Sequence[Finding]:
    """A1: no ingredient or excipient is one the patient is allergic to, by substance, synonym or group."""
    patient = case.patient
    if patient is None:
        return [not_applicable("allergy.no_patient", "allergies", NO_PATIENT)]
    if not patient.allergies:
        return [_none_recorded(patient)]
    found = [answer for line in case.lines for answer in _allergic(line, patient)]
    found += [answer for line in case.mixed_in for answer in allergic_to_diluent(line, patient)]
    unmatched = [x for x in patient.allergies if _is_free_text(x) and not _matches_any(case, x)]
    found += [_not_coded(x) for x in unmatched]
    inputs = [(allergy.name, allergy.severity.value) for allergy in patient.allergies]
    return found or [passed("allergy.none_match", "allergies", "Nothing the patient is allergic to.", inputs)]


def _none_recorded(patient: Patient) -> Finding:
    if patient.allergies_asked_at is None:
        reason = "Allergies were never asked for, so nothing could be compared."
        return unknown(
            "allergy.never_asked", "allergies", reason, "Ask, and record the answer.", level=Level.INFO
        )
    return passed("allergy.none_recorded", "allergies", "Asked: none known.")


def _allergic(line: Line, patient: Patient) -> Iterator[Finding]:
    """What of a line the patient is allergic to, and what may be, while its excipients are not on record."""
    unmatched = []
    for allergy in patient.allergies:
        matched = _match(line, allergy)
        if matched is None:
            unmatched.append(allergy.name)
        else:
            yield _is_allergic(line, allergy, *matched)
    if unmatched and not line.product.excipients_known:
        yield _excipients_unknown(line, unmatched)


def allergic_to_diluent(line: Line, patient: Patient) -> Iterator[Finding]:
    """The same of a diluent in the vial of a line; what its label leaves open is said and stops nobody."""
    name, here = line.product.name, f"line {line.number} is"
    for answer in _allergic(line, patient):
        reason = answer.reason.replace(f"{here} {name}", f"{here} mixed with {name}")
        level = Level.INFO if answer.result is Result.UNKNOWN else answer.level
        yield replace(answer, reason=reason, remedy=ANOTHER_DILUENT, level=level, fixes=())


def _match(line: Line, allergy: Allergy) -> tuple[str, str] | None:
    """What of the line the allergy names, and the code of the finding; None is no match."""
    product = line.product
    ingredient = product.ingredient
    if _same(allergy, ingredient.id, (ingredient.name, product.name, *ingredient.synonyms)):
        return "allergy.ingredient", ""
    for excipient in product.excipients:
        if _same(allergy, excipient.ingredient_id, (excipient.name, *excipient.synonyms)):
            return "allergy.excipient", excipient.name
    if _in_group(allergy, ingredient.groups):
        return "allergy.group", ""
    member = next((e for e in product.excipients if _in_group(allergy, e.groups)), None)
    return None if member is None else ("allergy.group", member.name)


def _same(allergy: Allergy, ingredient_id: int, names: Sequence[str]) -> bool:
    if allergy.ingredient_id is not None and allergy.ingredient_id == ingredient_id:
        return True
    return plain_word(allergy.name) in map(plain_word, names)


def _in_group(allergy: Allergy, groups: frozenset[str]) -> bool:
    word = plain_word(allergy.group if allergy.group is not None else allergy.name)
    return word in map(plain_word, groups)


@lru_cache(maxsize=4096)
def plain_word(text: str) -> str:
    """A name as it is compared: without case, plural and the two spellings of sulfite."""
    word = " ".join(text.casefold().replace("_", " ").replace("sulph", "sulf").split())
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _is_allergic(line: Line, allergy: Allergy, code: str, via: str) -> Finding:
    grave = allergy.severity in _GRAVE
    name = line.product.name
    holds = f"{name} is one of them" if code == "allergy.group" else f"line {line.number} is {name}"
    holds = f"{name} contains {via}" if via else holds
    out = "Leave it out, or take a product without it"
    return Finding(
        code,
        line.product.ingredient.name,
        f"The patient is allergic to {allergy.name} ({_severity(allergy)}), and {holds}.",
        f"{out}." if grave else f"{out}, {CO_SIGN}",
        level=Level.BLOCK if grave else Level.STOP,
        line=line.number,
        inputs=(
            ("allergy", allergy.name),
            ("severity", allergy.severity.value),
            ("through", via or "itself"),
        ),
        fixes=(remove(line),),
    )


def _severity(allergy: Allergy) -> str:
    unknown_ = allergy.severity is AllergySeverity.UNKNOWN
    return "severity unknown" if unknown_ else allergy.severity.value


def _excipients_unknown(line: Line, allergic_to: Sequence[str]) -> Finding:
    names = joined(allergic_to)
    return unknown(
        "allergy.excipients_unknown",
        line.product.ingredient.name,
        f"What else is in {line.product.name} is not on record, and the patient is allergic to {names}.",
        f"Record its excipients from the label, {CO_SIGN}",
        line=line.number,
    )


def _is_free_text(allergy: Allergy) -> bool:
    return allergy.ingredient_id is None and allergy.group is None


def _matches_any(case: Case, allergy: Allergy) -> bool:
    return any(_match(line, allergy) is not None for line in (*case.lines, *case.mixed_in))


def _not_coded(allergy: Allergy) -> Finding:
    """Words that nobody could compare but by their spelling; a grave reaction is then for two people."""
    grave = allergy.severity in _GRAVE
    reason = f"The allergy to {allergy.name} is written in words only, so it was compared by its name alone."
    remedy = f"Choose the substance or group{f', {CO_SIGN}' if grave else '.'}"
    level = Level.STOP if grave else Level.INFO
    return unknown("allergy.words_only", allergy.name, reason, remedy, level=level)


def relatives(case: Case) -> Sequence[Finding]:
    """A2: nothing in it is of a group whose members may provoke an allergy the patient has to another member.

    Kept narrow: only groups of the catalogue's table; the very substance, and an allergy to the whole group,
    are A1's.
    """
    patient = case.patient
    if patient is None:
        return [not_applicable("allergy.no_patient", "allergies", NO_PATIENT)]
    lines = (*case.lines, *case.mixed_in)
    rows = case.cocktail.precautions.cross_reactivities
    found = [f for line in lines for x in patient.allergies for f in _related(line, x, rows)]
    if not found and patient.allergies_asked_at is None and not patient.allergies:
        return [_none_recorded(patient)]
    return found or [passed("allergy.no_relative", "allergies", "Nothing related to an allergen.")]


def _related(line: Line, allergy: Allergy, rows: Sequence[CrossReactivity]) -> Iterator[Finding]:
    if _match(line, allergy) is not None:
        return
    for row in rows:
        if row.word in allergy.groups and (member := _member(line, row.word)) is not None:
            yield _is_related(line, allergy, row, member)


def _member(line: Line, word: str) -> str | None:
    """What of the line belongs to the group: its ingredient, or an excipient."""
    ingredient = line.product.ingredient
    if word in ingredient.groups:
        return ingredient.name
    return next((e.name for e in line.product.excipients if word in e.groups), None)


def _is_related(line: Line, allergy: Allergy, row: CrossReactivity, member: str) -> Finding:
    group, name = row.word.replace("_", " "), line.product.name
    holds = (
        f"line {line.number} is {name}"
        if member == line.product.ingredient.name
        else f"{name} contains {member}"
    )
    level = Level[row.level]
    out = "Leave it out, or take a product without it"
    return Finding(
        "allergy.related",
        line.product.ingredient.name,
        f"The patient is allergic to {allergy.name} ({_severity(allergy)}), and {holds}: "
        f"both are of the group {group} ({row.evidence}).",
        f"{out}, {CO_SIGN}" if level is Level.STOP else f"{out}, or say why it is right for this patient.",
        level=level,
        line=line.number,
        source=row.source,
        inputs=(("allergy", allergy.name), ("severity", allergy.severity.value), ("through", member)),
        fixes=(remove(line),),
    )


def allergies_asked(case: Case) -> Sequence[Finding]:
    """A3: allergies were asked for, and not longer ago than the site accepts."""
    if case.patient is None:
        return [not_applicable("allergy.no_patient", "allergies", NO_PATIENT)]
    asked, within = case.patient.allergies_asked_at, case.policies.allergy_asked_within
    remedy = "Ask about allergies now, and record the answer, also if it is none."
    if asked is None:
        return [Finding("allergy.not_asked", "allergies", "Allergies were never asked for.", remedy)]
    days = max((case.cocktail.at - asked).days, 0)
    if within is None:
        reason = f"Allergies were asked for {_ago(days)}; the site has not said how long that holds."
        undecided = unknown("allergy.policy_undecided", "allergies", reason, remedy)
        return [replace(undecided, rests_on=_asked(asked))]
    if case.cocktail.at - asked > within:
        reason = f"Allergies were asked for {_ago(days)}, and the site asks again after {within.days}."
        return [Finding("allergy.asked_long_ago", "allergies", reason, remedy, rests_on=_asked(asked))]
    return [passed("allergy.asked", "allergies", f"Asked {_ago(days)}.")]


def _ago(days: int) -> str:
    return "1 day ago" if days == 1 else f"{days} days ago"


def _asked(at: datetime) -> tuple[tuple[str, str], ...]:
    """The days since are more every day; what an answer rests on is when they were asked for."""
    return (("asked", at.isoformat()),)


def consent(case: Case) -> Sequence[Finding]:
    """P1: a consent to the procedure, in the site's version, not withdrawn, that covers off-label lines."""
    if case.patient is None:
        return [not_applicable("consent.no_patient", "consent", NO_PATIENT)]
    policies = case.policies
    own = [c for c in case.patient.consents if c.procedure == policies.consent_procedure]
    given = [c for c in own if c.given_at <= case.cocktail.at]
    if policies.consent_version is None:
        reason = "The site has not said which version of the consent is current."
        remedy = "Let an administrator set the policy of the site."
        return [unknown("consent.policy_undecided", "consent", reason, remedy)]
    withdrawn = max(_withdrawals(case, own), default=None)
    asked = [_lacks(case, c, policies.consent_version, withdrawn) for c in given]
    problems = [problem for problem in asked if problem is not None]
    if len(problems) < len(given):
        return [passed("consent.given", "consent", f"Given in version {policies.consent_version}.")]
    missing = f"No consent to {policies.consent_procedure} is on record."
    return [problems[-1] if problems else _no_consent("consent.missing", missing)]


def _withdrawals(case: Case, consents: Sequence[Consent]) -> Iterator[datetime]:
    for c in consents:
        if c.withdrawn_at is not None and c.withdrawn_at <= case.cocktail.at:
            yield c.withdrawn_at


def _lacks(case: Case, c: Consent, version: str, withdrawn: datetime | None) -> Finding | None:
    """Why a consent does not count: only one given after the latest withdrawal of the procedure does."""
    if withdrawn is not None and c.given_at <= withdrawn:
        return _no_consent("consent.withdrawn", "The patient has withdrawn the consent.")
    if c.version != version:
        reason = f"The consent on record is version {c.version}, and the current one is {version}."
        return _no_consent("consent.wrong_version", reason)
    if case.cocktail.off_label and not c.covers_off_label:
        return _no_consent("consent.not_off_label", "The consent does not cover off-label use.")
    return None


def _no_consent(code: str, reason: str) -> Finding:
    return Finding(code, "consent", capital(reason), "Talk it through, and record the patient's consent.")
