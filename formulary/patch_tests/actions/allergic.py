"""What is never put on a patient's skin: a product that holds what they had a grave reaction to."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from formulary.catalogue import facts as catalogue
from formulary.patients.facts import patient_facts
from formulary.rules.checklist import BY_ID, Case
from formulary.rules.facts import Cocktail, Line, Pin, SitePolicies
from formulary.rules.findings import Finding, Level, Refused, Result, Stage

REMEDY = "Do not test it. Where the allergy is disproved, end it on the patient's page first."


def refuse_grave_allergies(patient_id: int, product_ids: Iterable[int], at: datetime) -> None:
    """Refuse products that hold a substance of a severe allergy or anaphylaxis, as rule A1 finds them.

    A milder or unknown one does not stop a test: to look is what a test is for.
    """
    products = catalogue.products(product_ids)
    lines = tuple(Line(number, product, Pin.VOLUME) for number, product in enumerate(products.values(), 1))
    patient, policies = patient_facts(patient_id, at), SitePolicies(zone="UTC")
    asked = Cocktail(lines=lines, target=None, route="", policies=policies, at=at, patient=patient)
    found = BY_ID["A1"].answers(Case(asked, Stage.ADMINISTER))
    grave = [f for f in found if f.result is Result.FINDING and f.level is Level.BLOCK]
    if grave:
        raise Refused(*(_of_a_test(finding, lines) for finding in grave))


def _of_a_test(finding: Finding, lines: tuple[Line, ...]) -> Finding:
    """The finding of a line, in the words of a test."""
    told = dict(finding.inputs)
    name = next(line.product.name for line in lines if line.number == finding.line)
    through = "" if told["through"] == "itself" else f" ({told['through']})"
    reason = (
        f"The patient is allergic to {told['allergy']} ({told['severity']}), and {name} holds it{through}."
    )
    return replace(finding, reason=reason, remedy=REMEDY, line=None, fixes=())
