"""What the pages of one cocktail tell: its steps, its reports, its answers, and how it differs from its
formula.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.accounts import Actor
from formulary.accounts import queries as accounts
from formulary.catalogue import facts as catalogue
from formulary.cocktails import queries
from formulary.cocktails.labels import how_composed
from formulary.cocktails.labels.deviating import deviating, subjects
from formulary.cocktails.labels.since import Since, since_last
from formulary.cocktails.models import (
    Amendment,
    CheckReport,
    Cocktail,
    Override,
    Revision,
    Transition,
    Verification,
)


@dataclass(frozen=True)
class Story:
    """One cocktail as its page tells it."""

    cocktail: Cocktail
    revision: Revision
    steps: list[Transition]
    reports: list[CheckReport]
    overrides: list[Override]
    verifications: list[Verification]
    names: dict[int, str]
    at: datetime
    amendments: list[Amendment]

    @property
    def heading(self) -> str:
        """By which formula it is composed, or how else."""
        return heading_of(self.cocktail, self.revision)


@dataclass(frozen=True)
class Review:
    """What the verifier sees before the doses: differences, answers, unknowns, earlier blind entries."""

    story: Story
    formula: str
    outside_formula: tuple[str, ...]
    deviates: tuple[str, ...]
    products: list[str]
    since: Since
    answers: list[dict[str, Any]]
    differs: list[dict[str, str]]
    inputs_hash: str


def heading_of(cocktail: Cocktail, revision: Revision) -> str:
    """By which formula it is composed, as supplied, or line by line."""
    return str(revision.formula_version or how_composed(cocktail))


def story(cocktail: Cocktail, *, at: datetime) -> Story:
    """Everything about a cocktail, in a fixed number of queries."""
    revision = queries.revision(cocktail)
    steps, reports = queries.transitions(cocktail.id), queries.reports(revision.id)
    overrides = list(queries.overrides(revision.id).values())
    entries, amended = queries.verifications(revision.id), queries.amendments(cocktail.id)
    people = (
        {s.by_id for s in steps}
        | {o.by_id for o in overrides}
        | {o.cosigner_id for o in overrides}
        | {v.by_id for v in entries}
        | {a.by_id for a in amended}
    )
    signers = {revision.prescriber_id, revision.verifier_id, revision.saved_by_id}
    names = accounts.person_names({p for p in people | signers if p is not None})
    return Story(cocktail, revision, steps, reports, overrides, entries, names, at, amended)


def review(checked: Any, *, at: datetime, by: Actor) -> Review:
    """What stands on the verifier's page, unknowns first; no dose among it until an entry was made."""
    told = story(checked.cocktail, at=at)
    formula = catalogue.formula(checked.revision.formula_version_id)
    open_answers = [
        a for a in (told.reports[0].answers if told.reports else []) if a["result"] in ("finding", "unknown")
    ]
    return Review(
        story=told,
        formula=formula.label if formula else "",
        outside_formula=tuple(f.reason for f in checked.report.open if f.code.endswith("outside_formula")),
        deviates=subjects(deviating(checked.revision.formula_version_id, checked.gathered.cocktail, ".")),
        products=[checked.gathered.products[line.product_id].name for line in checked.revision.lines],
        since=since_last(checked.cocktail, checked.revision, by),
        answers=sorted(open_answers, key=lambda answer: answer["result"] != "unknown"),
        differs=told.verifications[0].mismatches
        if told.verifications and not told.verifications[0].agreed
        else [],
        inputs_hash=checked.report.inputs_hash,
    )
