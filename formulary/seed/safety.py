"""Loading what speaks against a substance in a patient: answers, an allergen's relatives, schedules."""

from collections.abc import Mapping

from formulary.catalogue.models import Contraindication, CrossReactivity, Schedule
from formulary.seed.merging import Merge
from formulary.seed.shelf import Shelf
from formulary.seed.table import selector


def load_safety(shelf: Shelf, ids: Mapping[str, int], merge: Merge) -> None:
    """Three tables; selectors name ingredients by id."""
    for row in shelf.contraindications:
        key = {"word": row.word, "selector": selector(row.of, ids)}
        graded = {"source": shelf.cited(row.source), "confidence": row.confidence, "version": row.version}
        merge.row(Contraindication, key, {"level": row.level, "reason": row.reason} | graded)
    for group in shelf.cross_reactivity:
        graded = {"source": shelf.cited(group.source), "confidence": group.confidence}
        told = {"level": group.level, "evidence": group.evidence, "version": group.version} | graded
        merge.row(CrossReactivity, {"word": group.word}, told)
    for plan in shelf.schedules:
        told = {"interval": plan.interval, "unit": plan.unit, "most_sessions": plan.most_sessions}
        graded = {"source": shelf.cited(plan.source), "confidence": plan.confidence, "version": plan.version}
        merge.row(Schedule, {"ingredient_id": ids[plan.ingredient]}, told | graded)
