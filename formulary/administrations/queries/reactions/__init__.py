"""The doors to reactions, to the follow-ups of a site, and to how often something was followed by one."""

from formulary.administrations.queries.reactions.grave import Standing, standing_of
from formulary.administrations.queries.reactions.listing import Behind, reactions_behind
from formulary.administrations.queries.reactions.rates import SUBJECTS, Rate, Rates, Span, rates
from formulary.administrations.queries.reactions.rows import (
    Inside,
    Treatment,
    after,
    after_session,
    after_test,
    coded,
    kinds,
    mixture,
    of_patient,
    of_patient_in_all,
    reaction,
    treatment_codes,
    treatment_of,
    treatments_of,
)
from formulary.administrations.queries.reactions.worklist import (
    follow_ups_due,
    follow_ups_in_all,
    lately,
    overdue,
)

__all__ = [
    "SUBJECTS",
    "Behind",
    "Inside",
    "Rate",
    "Rates",
    "Span",
    "Standing",
    "Treatment",
    "after",
    "after_session",
    "after_test",
    "coded",
    "follow_ups_due",
    "follow_ups_in_all",
    "kinds",
    "lately",
    "mixture",
    "of_patient",
    "of_patient_in_all",
    "overdue",
    "rates",
    "reaction",
    "reactions_behind",
    "standing_of",
    "treatment_codes",
    "treatment_of",
    "treatments_of",
]
