"""What speaks against a substance in a patient, as the rules are told."""

from formulary.catalogue import queries
from formulary.catalogue.models import Schedule
from formulary.rules import facts


def precautions() -> facts.Precautions:
    """Contraindications, cross-reactivity and schedules, in three queries; questions are named by word."""
    return facts.Precautions(
        tuple(
            facts.Contraindication(
                row.word,
                row.word.replace("_", " "),
                row.selector,
                row.level.upper(),
                row.reason,
                row.source,
                row.version,
            )
            for row in queries.contraindications()
        ),
        tuple(
            facts.CrossReactivity(row.word, row.level.upper(), row.evidence, row.source, row.version)
            for row in queries.cross_reactivities()
        ),
        tuple(map(_schedule, queries.schedules())),
    )


def _schedule(row: Schedule) -> facts.Schedule:
    return facts.Schedule(
        row.ingredient_id,
        days=row.interval if row.unit == "days" else None,
        months=row.interval if row.unit == "months" else None,
        most_sessions=row.most_sessions,
        source=row.source,
        version=row.version,
    )
