"""P3: whoever prescribes, prepares or injects is entitled to it on that day."""

from __future__ import annotations

from collections.abc import Sequence

from formulary.rules.checklist.rule import Case, not_applicable, passed, unknown
from formulary.rules.facts import Credential, CredentialKind, Practitioner
from formulary.rules.findings import Finding, Stage
from formulary.rules.lot_status import day_of, day_words

ASKED_AT = {
    Stage.DRAFT: CredentialKind.PRESCRIBE,
    Stage.SIGN: CredentialKind.PRESCRIBE,
    Stage.CLAIM: CredentialKind.PREPARE,
    Stage.ADMINISTER: CredentialKind.INJECT,
}
RECORD = "Let an administrator record one that is valid, on the page of the person."
SUBJECT = "credential"


def entitled(case: Case) -> Sequence[Finding]:
    """P3: a credential of the kind that this act needs, on record, begun, and not lapsed on this day."""
    person, kind = case.cocktail.acting, ASKED_AT.get(case.stage)
    if person is None or kind is None:
        reason = "Nobody is about to act; whoever does is asked for."
        return [not_applicable("credential.nobody_acts", SUBJECT, reason)]
    own = [credential for credential in person.credentials if credential.kind is kind]
    today = day_of(case.cocktail.at, case.policies.zone)
    valid = [credential for credential in own if credential.valid_from <= today <= credential.valid_to]
    if valid:
        last = max(credential.valid_to for credential in valid)
        reason = f"{person.name} may {kind} through {day_words(last)}."
        return [passed("credential.valid", SUBJECT, reason)]
    if not own:
        reason = f"No credential of {person.name} to {kind} is on record."
        return [unknown("credential.unknown", SUBJECT, reason, RECORD)]
    begun = [credential for credential in own if credential.valid_from <= today]
    return [_lapsed(person, kind, begun) if begun else _not_begun(person, kind, own)]


def _lapsed(person: Practitioner, kind: CredentialKind, own: Sequence[Credential]) -> Finding:
    last = max(own, key=lambda credential: credential.valid_to)
    reason = (
        f"The credential of {person.name} to {kind} ({last.authority}) lapsed on {day_words(last.valid_to)}."
    )
    return Finding("credential.lapsed", SUBJECT, reason, RECORD)


def _not_begun(person: Practitioner, kind: CredentialKind, own: Sequence[Credential]) -> Finding:
    first = min(own, key=lambda credential: credential.valid_from)
    begins = day_words(first.valid_from)
    reason = f"The credential of {person.name} to {kind} ({first.authority}) begins on {begins}."
    return Finding("credential.not_begun", SUBJECT, reason, RECORD)
