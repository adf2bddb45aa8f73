"""D5: where a limit is by weight, there is a weight, and it is of late; there is no default weight."""

from __future__ import annotations

from collections.abc import Sequence

from formulary.rules.checklist.rule import NO_PATIENT, Case, not_applicable, passed, unknown
from formulary.rules.checklist.substances import limits_of, substances
from formulary.rules.findings import Finding, joined
from formulary.rules.lot_status import day_words
from formulary.rules.units import show, unit

WEIGH = "Weigh the patient, then check again."
DECIDE = "Weigh the patient now, and let an administrator set the policy of the site."


def by_weight(case: Case) -> Sequence[Finding]:
    """D5: a weight on record, not older than the site accepts, wherever a limit depends on it."""
    if case.patient is None:
        return [not_applicable("weight.no_patient", "weight", NO_PATIENT)]
    names = [x.name for x in substances(case) if any(y.per_kg is not None for y in limits_of(case, x))]
    if not names:
        return [not_applicable("weight.not_asked", "weight", "No limit of it depends on the weight.")]
    return [_weighed(case, joined(names))]


def _weighed(case: Case, names: str) -> Finding:
    patient, within = case.patient, case.policies.weighed_within
    depends = f"The limit of {names} depends on the weight"
    if patient is None or patient.weight is None or patient.weighed_on is None:
        return unknown("weight.unknown", "weight", f"{depends}, and no weight is on record.", WEIGH)
    days, day = (case.on - patient.weighed_on).days, day_words(patient.weighed_on)
    weight = show(patient.weight, unit("kg"), case.mark)
    rests_on = (("weight", weight), ("weighed", patient.weighed_on.isoformat()))
    if within is None:
        reason = (
            f"{depends}; the patient was weighed on {day}, and the site has not said how long that holds."
        )
        return unknown("weight.policy_undecided", "weight", reason, DECIDE, rests_on=rests_on)
    if days > within.days:
        reason = f"{depends}; the last one is of {day}, and the site weighs again after {within.days} days."
        return Finding("weight.too_old", "weight", reason, WEIGH, rests_on=rests_on)
    return passed("weight.known", "weight", f"{weight} on {day}.", (("weight", weight), ("weighed", day)))
