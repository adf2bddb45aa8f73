"""The words of a reaction: severity, outcome, onset, seriousness, who told of it."""

SEVERITY = {"mild": "Mild", "moderate": "Moderate", "severe": "Severe", "unknown": "Not known"}
OUTCOME = {
    "resolved": "Resolved",
    "recovering": "Recovering",
    "ongoing": "Ongoing",
    "resolved_with_sequelae": "Resolved with sequelae",
    "fatal": "Fatal",
    "unknown": "Not known",
}
ONSET = {"exact": "At this time", "about": "At about this time", "unknown": "Not known"}
SERIOUS = {"yes": "Serious", "no": "Not serious", "unknown": "Not known"}
REPORTER = {
    "patient": "The patient",
    "staff": "Seen by us",
    "relative": "A relative or carer",
    "clinician": "Another clinician",
    "other": "Somebody else",
}
STATE = {"mild": "info", "moderate": "warn", "severe": "stop", "unknown": "unknown"}
"""How a severity is drawn."""
SERIOUS_STATE = {"yes": "stop", "no": "info", "unknown": "unknown"}
TERMS = (
    "Severity: HL7 FHIR R4B, adverse-event-severity. Outcome: HL7 FHIR R4B, adverse-event-outcome. "
    "“Not known” is said where nobody has said. Serious is what you judge so, with your reason: this house "
    "holds no regulator’s list of criteria."
)
SUBJECT = {"ingredient": "Ingredient", "product": "Product", "lot": "Lot", "formula": "Formula"}
