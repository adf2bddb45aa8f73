"""What the rules are told of the catalogue: exact figures, only real limits, in a fixed number of queries."""

from fractions import Fraction

import pytest

from formulary.catalogue import facts
from formulary.catalogue.models import FormulaVersion
from formulary.db import Missing, db
from formulary.rules.compatibility import Mixture, examine
from formulary.rules.facts import Container, LimitKind, Line, Pin, Strength
from formulary.rules.formulation import factor_between
from formulary.rules.units import Quantity, show_concentration
from tests.support.builders import a_formula
from tests.support.counting import counting_queries

TXA, ASC = "tranexamic acid", "ascorbic acid (unapproved marketed vial)"
GSH, NACL = "glutathione (reduced) lyophilised 600 mg", "sodium chloride 0.9%"


def strength(amount, unit, volume="1"):
    return Strength(Quantity.of(amount, unit), Quantity.of(volume, "mL"))


def told(loaded, name):
    return facts.product(loaded.product(name).id)


def test_a_solution_is_told_with_its_strength_as_a_pair(loaded):
    product = told(loaded, TXA)
    assert product.strength == strength("100", "mg")
    assert (product.container, product.is_powder, product.after_puncture_h) == (
        Container.SINGLE_DOSE,
        False,
        0,
    )
    assert (product.ph_low, product.ph_high) == (Fraction("6.5"), Fraction(8))
    assert product.mixture_stability_h == 4
    assert product.routes == ("IV",)


def test_a_powder_is_told_with_what_its_label_makes_of_it(loaded):
    product = told(loaded, GSH)
    assert product.strength == strength("600", "mg", "4")
    assert product.is_powder
    assert (product.after_puncture_h, product.after_reconstitution_h) == (None, 2)


def test_what_is_unknown_is_told_as_none(loaded):
    product = told(loaded, "riboflavin")
    assert (product.strength, product.after_puncture_h, product.ph_low, product.limits) == (
        None,
        None,
        None,
        (),
    )
    assert product.container is Container.UNKNOWN
    assert not product.excipients_known


def test_each_toxin_and_enzyme_has_a_dimension_of_its_own(loaded):
    botox = told(loaded, "onabotulinumtoxinA (Botox Cosmetic)")
    ovine = told(loaded, "hyaluronidase ovine (Vitrase)")
    bovine = told(loaded, "hyaluronidase bovine (Amphadase)")
    dimensions = {x.ingredient.dimension for x in (botox, ovine, bovine)}
    assert len(dimensions) == 3
    assert botox.strength.amount.dimension == botox.ingredient.dimension
    assert show_concentration(botox.strength.amount, botox.strength.volume).startswith("40")


def test_only_label_limits_of_a_route_limit_and_a_list_of_routes_is_parted(loaded):
    caffeine = told(loaded, "caffeine and sodium benzoate")
    assert sorted({x.route for x in caffeine.limits}) == ["IM", "IV"]
    assert {x.dose for x in caffeine.limits} == {Quantity.of(250, "mg"), Quantity.of(1250, "mg")}
    assert {x.kind for x in told(loaded, TXA).limits} == {LimitKind.HIGHEST_PUBLISHED}


def test_zero_means_must_not_be_used_that_way(loaded):
    calcium = told(loaded, "calcium gluconate 10%")
    zeros = {x.route for x in calcium.limits if x.dose is not None and x.dose.is_zero}
    assert zeros == {"ID", "SC", "IM", "infiltration"}


def test_a_rule_against_a_route_becomes_a_limit_of_zero(loaded):
    oily = told(loaded, "dl-alpha-tocopheryl acetate")
    (limit,) = [x for x in oily.limits if x.kind is LimitKind.LABEL_LIMIT]
    assert (limit.route, limit.dose.is_zero, "table row 35" in limit.source) == ("ID", True, True)


def test_excipients_carry_their_groups(loaded):
    product = told(loaded, "lidocaine + epinephrine 1:100000")
    groups = {excipient.name: excipient.groups for excipient in product.excipients}
    assert groups["sodium metabisulfite (excipient)"] == {"sulfite"}
    assert "local_anaesthetic" in groups["lidocaine hydrochloride"]


def test_a_tall_man_form_is_the_name(loaded):
    assert told(loaded, "epinephrine").ingredient.name == "EPINEPHrine"


def test_the_rules_know_two_of_the_six_pairs_of_the_melasma_cocktail(loaded):
    products = [told(loaded, name) for name in (TXA, ASC, GSH, NACL)]
    lines = [Line(n, product, Pin.QS) for n, product in enumerate(products, start=1)]
    examined = examine(facts.compatibilities(), Mixture(tuple(lines)))
    assert examined.words == "2 of 6 pairs known"
    assert [(m.rule.number, m.rule.level, m.rule.kind) for m in examined.matches] == [
        ("17", "INFO", "handling")
    ]


def test_the_rules_are_fed_with_what_is_about_mixing(loaded):
    kinds = {rule.kind for rule in facts.compatibilities()}
    assert kinds == {"pair", "alone", "compatible", "handling", "substitution", "mixture"}


def test_saline_is_known_with_lidocaine_and_not_with_what_holds_lidocaine(loaded):
    saline = Line(1, told(loaded, NACL), Pin.QS)
    rules = facts.compatibilities()
    known = {
        name: examine(rules, Mixture((saline, Line(2, told(loaded, name), Pin.QS)))).known
        for name in ("lidocaine hydrochloride", "lidocaine + epinephrine 1:100000")
    }
    assert known == {"lidocaine hydrochloride": 1, "lidocaine + epinephrine 1:100000": 0}


def test_deoxycholic_acid_stands_alone_and_sulfite_meets_thiamine(loaded):
    lines = [
        Line(1, told(loaded, "thiamine hydrochloride"), Pin.QS),
        Line(2, told(loaded, "lidocaine + epinephrine 1:100000"), Pin.QS),
        Line(3, told(loaded, "deoxycholic acid (Kybella)"), Pin.QS),
    ]
    examined = examine(facts.compatibilities(), Mixture(tuple(lines)))
    found = {(m.rule.number, m.rule.level) for m in examined.matches}
    assert {("9", "BLOCK"), ("1", "BLOCK"), ("10a", "BLOCK")} <= found


def test_a_published_formula_answers_for_nothing(loaded):
    query = db.select(FormulaVersion).filter_by(status="published")
    version = db.session.scalars(query).first()
    told_of = facts.formula(version.id)
    assert (told_of.approved, told_of.ranges, told_of.accepted_pairs) == (False, (), frozenset())
    assert facts.formula(None) is None


def test_the_syringes_come_smallest_first_with_unknown_dead_space(loaded):
    sizes = [(s.capacity, s.graduation, s.dead_space) for s in facts.syringes()]
    expected = (("1", "0.01"), ("3", "0.1"), ("5", "0.2"), ("10", "0.5"))
    assert sizes == [(Quantity.of(a, "mL"), Quantity.of(b, "mL"), None) for a, b in expected]


def test_ten_products_take_as_many_queries_as_one(loaded):
    names = [TXA, ASC, GSH, NACL, "biotin", "riboflavin", "epinephrine", "levocarnitine", "pentoxifylline"]
    ids = [loaded.product(name).id for name in names]
    db.session.expunge_all()
    with counting_queries() as one:
        facts.Book(None).products(ids[1:2])
    db.session.expunge_all()
    with counting_queries() as many:
        facts.Book(None).products(ids)
    assert len(one) == len(many) <= 7


def test_a_product_that_is_not_there_is_missing(loaded):
    with pytest.raises(Missing):
        facts.products([2**31 - 1])


def test_an_excipient_is_known_by_its_plain_name_and_its_other_names(loaded):
    (alcohol,) = [e for e in told(loaded, "cyanocobalamin").excipients if "benzyl alcohol" in e.name]
    assert (alcohol.name, set(alcohol.synonyms)) == ("benzyl alcohol (excipient)", {"benzyl alcohol"})
    botox = told(loaded, "onabotulinumtoxinA (Botox Cosmetic)").excipients
    albumin = next(e.synonyms for e in botox if "albumin" in e.name)
    assert set(albumin) == {"human albumin", "albumin"}


def test_a_route_is_told_as_a_code_and_in_the_words_of_its_source(loaded):
    zinc, biotin = told(loaded, "zinc sulfate (as elemental zinc)"), told(loaded, "biotin")
    assert (zinc.routes, zinc.route_words) == (("IV",), "IV admix only; not for direct injection")
    assert [zinc.labelled_for(route) for route in ("IV", "iv", "ID")] == [True, True, False]
    assert (biotin.routes, biotin.labelled_for("ID")) == ((), None)


def test_a_formula_names_its_route_and_its_products(loaded):
    product = loaded.product(TXA)
    told_of = facts.formula(a_formula(product, route="SC").id)
    assert (told_of.route, told_of.products, told_of.any_product_of) == ("SC", {product.id}, frozenset())
    published = db.session.scalars(db.select(FormulaVersion).filter_by(status="published")).first()
    ingredients = {line.ingredient_id for line in published.lines}
    assert (facts.formula(published.id).products, facts.formula(published.id).any_product_of) == (
        frozenset(),
        ingredients,
    )


# What each product's strength counts, and one factor of it, as the sources write them.
BASES = [
    ("caffeine and sodium benzoate", "caffeine", "caffeine and sodium benzoate", Fraction(125, 250)),
    ("caffeine citrate", "caffeine", "caffeine citrate", Fraction(10, 20)),
    ("zinc sulfate (as elemental zinc)", "zinc", "zinc sulfate heptahydrate", 1 / Fraction("4.40")),
    ("zinc sulfate (as elemental zinc)", "zinc", "zinc sulfate monohydrate", 1 / Fraction("2.745")),
    ("zinc sulfate (as elemental zinc)", "zinc", "zinc sulfate, anhydrous", 1 / Fraction("2.469")),
    (GSH, "glutathione", "glutathione sodium", Fraction(600, 643)),
    (
        "lidocaine hydrochloride",
        "lidocaine hydrochloride, anhydrous",
        "lidocaine hydrochloride monohydrate",
        Fraction("270.8") / Fraction("288.82"),
    ),
]


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("name", "basis", "salt", "parts"), BASES, ids=lambda x: x if isinstance(x, str) else ""
)
def test_a_strength_says_what_it_counts_and_a_salt_how_much_of_it_it_holds(loaded, name, basis, salt, parts):
    product = told(loaded, name)
    assert (product.basis, factor_between(salt, basis, product.ingredient.factors).parts) == (basis, parts)


def test_aminophylline_counts_its_dihydrate_and_holds_theophylline(loaded):
    product = told(loaded, "aminophylline")
    (factor,) = product.ingredient.factors
    assert (product.basis, factor.to, factor.parts) == (factor.of, "theophylline", Fraction(197, 250))


def test_a_cap_that_the_label_gives_of_the_salt_limits_the_base_by_its_factor(loaded):
    caffeine = told(loaded, "caffeine and sodium benzoate")
    (cap,) = {(x.dose, x.basis, x.factor.parts) for x in caffeine.limits if x.factor}
    assert cap == (Quantity.of(1250, "mg"), "caffeine and sodium benzoate", Fraction(1, 2))
