"""A strength that counts something else from now on changes no limit, no range and nothing that was given."""

from fractions import Fraction

from formulary import clock, config
from formulary.audit.models import AuditEntry
from formulary.catalogue import actions, facts
from formulary.db import db, transaction
from formulary.rules.units import Quantity
from formulary.seed.catalogue import load_catalogue
from formulary.seed.shelf import read_shelf
from tests.catalogue import test_limits as limits
from tests.catalogue.test_statements import BASIS, FACTOR, approved, product, proposed
from tests.support.builders import act
from tests.support.builders.catalogue import a_formula, a_limit, steps

__all__ = ["product"]


def restated(cast, of, basis, **more):
    return approved(cast, proposed(cast, of, **BASIS | {"basis": basis, "reason": "read again"} | more))


def told(product):
    """What the rules are told of each limit: what it counts, and its mg as the strength counts them."""
    limits = facts.product(product.id).limits
    return [(row.basis, None if row.dose is None else Fraction(row.dose.steps) / 10**6) for row in limits]


def test_a_changed_basis_leaves_a_limit_what_it_counted(cast, product):
    restated(cast, product, "zinc sulfate", basis_kind="salt")
    a_limit(product, "12 mg", route="ID")
    waiting = limits.proposed(cast, product, 9)
    of_volume = limits.proposed(cast, product, figures=actions.Figures(volume=Quantity.of(3, "mL")))
    restated(cast, product, "zinc")
    assert told(product) == [("zinc sulfate", None)]
    assert (waiting.basis, of_volume.basis) == ("zinc sulfate", "")
    approved(
        cast, proposed(cast, product.ingredient, **FACTOR | {"basis": "zinc sulfate", "to_basis": "zinc"})
    )
    assert told(product) == [("zinc sulfate", Fraction(120, 44))]
    acts = db.session.scalars(
        db.select(AuditEntry).filter_by(action="catalogue.keep_basis").order_by(AuditEntry.id)
    ).all()
    assert [(act.object_kind, act.new) for act in acts] == [
        ("catalogue_limit", {"basis": "zinc sulfate"}),
        ("catalogue_limit", {"basis": "zinc sulfate"}),
    ]


@act()
def signed_for(product):
    """A formula of which 1 mg to 2 mg of the product, 1 mg/mL to 2 mg/mL, were accepted."""
    version = a_formula(product)
    (line,) = version.lines
    line.accepted_dose_low = line.accepted_concentration_low = steps("1 mg")
    line.accepted_dose_high = line.accepted_concentration_high = steps("2 mg")
    return version


def test_what_is_stated_first_is_what_the_limits_count(cast, product):
    a_limit(product, "12 mg", route="ID")
    restated(cast, product, "zinc")
    assert told(product) == [("", 12)]


def test_a_changed_basis_leaves_an_accepted_range_what_it_counted(cast, product):
    restated(cast, product, "zinc sulfate", basis_kind="salt")
    version = signed_for(product)
    restated(cast, product, "zinc")
    (line,) = version.lines
    assert line.accepted_basis == "zinc sulfate"
    assert facts.formula(version.id).ranges[0].basis == "zinc sulfate"


def test_loading_the_files_again_leaves_a_limit_what_it_counted(cast, loaded):
    vial = loaded.product("deoxycholic acid (Belkyra)")
    for basis in ("the acid", "its salt"):
        restated(cast, vial, basis)
    kept = {row.id: row.basis for row in vial.limits}
    with transaction():
        load_catalogue(read_shelf(config.seed_folder()), at=clock.now())
    db.session.expire_all()
    assert {row.id: row.basis for row in vial.limits} == kept
    assert "the acid" in kept.values()
