"""What a line of what was done may be chosen from: preparers, benches and shelves, versions of formulas."""

from collections.abc import Collection

from formulary.accounts.models import Person, Site
from formulary.catalogue.models import Formula, FormulaVersion, Product
from formulary.cocktails.models import Revision
from formulary.db import db
from formulary.preparations.models import Attempt
from formulary.recalls.models import RecallScope
from formulary.stock.models import Place


def preparers() -> list[tuple[int, str]]:
    """Everybody who ever prepared, by name."""
    query = db.select(Person.id, Person.name).where(Person.id.in_(db.select(Attempt.preparer_id)))
    return [(key, name) for key, name in db.session.execute(query.order_by(Person.name, Person.id))]


def benches_and_shelves() -> list[tuple[int, str]]:
    """The places at which something is prepared or kept, of every site."""
    kinds = ("preparation", "storage", "in_use", "quarantine")
    query = db.select(Place.id, Place.name, Site.name).join(Site, Site.id == Place.site_id)
    rows = db.session.execute(query.where(Place.kind.in_(kinds)).order_by(Site.name, Place.name, Place.id))
    return [(key, f"{name}, {site}") for key, name, site in rows]


def formula_versions() -> list[tuple[int, str]]:
    """The versions of formulas that a cocktail was ever made by."""
    used = db.select(Revision.formula_version_id).where(Revision.formula_version_id.is_not(None))
    query = db.select(FormulaVersion.id, Formula.name, FormulaVersion.number)
    query = query.join(Formula, Formula.id == FormulaVersion.formula_id).where(FormulaVersion.id.in_(used))
    rows = db.session.execute(query.order_by(Formula.name, FormulaVersion.number))
    return [(key, f"{name} v{number}") for key, name, number in rows]


def named_in(lines: Collection[RecallScope]) -> dict[str, dict[int, str]]:
    """What these lines name by keys: `product`, `person`, `place` and `version`, each by its key."""
    keys = {
        name: {key for line in lines if (key := getattr(line, f"{name}_id")) is not None}
        for name in ("product", "preparer", "place", "formula_version")
    }
    places = db.select(Place.id, Place.name, Site.name).join(Site, Site.id == Place.site_id)
    versions = db.select(FormulaVersion.id, Formula.name, FormulaVersion.number)
    versions = versions.join(Formula, Formula.id == FormulaVersion.formula_id)
    at = db.session.execute(places.where(Place.id.in_(keys["place"])))
    by = db.session.execute(versions.where(FormulaVersion.id.in_(keys["formula_version"])))
    return {
        "product": _names(Product, keys["product"]),
        "person": _names(Person, keys["preparer"]),
        "place": {key: f"{name}, {site}" for key, name, site in at},
        "version": {key: f"{name} v{number}" for key, name, number in by},
    }


def _names(model: type[Product] | type[Person], keys: set[int]) -> dict[int, str]:
    rows = db.session.execute(db.select(model.id, model.name).where(model.id.in_(keys)))
    return {key: name for key, name in rows}
