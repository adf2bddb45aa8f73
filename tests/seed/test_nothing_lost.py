"""The catalogue holds every cell of the table it was split from, and invents no figure beside it."""

from collections import Counter
from decimal import Decimal

from formulary.seed.cells import UNKNOWN

ROWS, EXCIPIENTS = 72, 3
AS_IT_STANDS = ("form", "diluent", "container", "storage", "route", "note", "source", "confidence")
FIGURES = {"ph_low": "pH_low", "ph_high": "pH_high"}
HOURS = ("after_puncture_h", "after_reconstitution_h", "mixture_stability_h")
IDENTIFIERS = {"unii": "UNII", "cas": "CAS", "atc": "ATC"}
# What an excipient's row says beyond the substance: no product, so no strength, no clock and no limit.
SAYS_NOTHING = {"", "unknown", "solution", "excipient"}


def same(ours, cell):
    """Whether a value of ours is what the cell says: unknown for unknown, nothing for nothing."""
    if cell == "unknown":
        return ours is UNKNOWN
    return ours is None if cell == "" else ours == Decimal(cell)


def split(shelf):
    """The products that come from the published table."""
    return [product for product in shelf.products if product.source_row is not None]


def test_every_row_is_a_product_or_an_excipient_exactly_once(shelf, published):
    assert len(published) == ROWS
    rows = Counter(product.source_row for product in split(shelf))
    rows += Counter(i.source_row for i in shelf.ingredients if i.source_row is not None)
    assert rows == Counter(range(1, ROWS + 1))
    assert len(split(shelf)) == ROWS - EXCIPIENTS


def test_the_words_of_a_product_are_those_of_its_row(shelf, published):
    for product in split(shelf):
        row = published[product.source_row - 1]
        assert product.name == row["name"]
        assert {name: getattr(product, name) for name in AS_IT_STANDS} == {
            name: row[name] for name in AS_IT_STANDS
        }
        assert product.strength_text == f"{row['strength_value']} {row['strength_unit']}"


def test_the_figures_of_a_product_are_those_of_its_row(shelf, published):
    for product in split(shelf):
        row = published[product.source_row - 1]
        for ours, theirs in FIGURES.items():
            assert same(getattr(product, ours), row[theirs]), (product.name, ours)
        for name in HOURS:
            assert same(getattr(product, name), row[name]), (product.name, name)


def test_the_pack_is_the_content_of_a_solution_and_the_diluent_of_a_powder(shelf, published):
    for product in split(shelf):
        pack = published[product.source_row - 1]["pack_volume_mL"]
        if product.form == "lyophilised":
            assert same(product.reconstitution_mL, pack), product.name
        else:
            assert same(product.content_amount, pack), product.name
            assert product.content_unit == "mL"


def test_light_keeps_its_answer_and_its_doubt(shelf, published):
    answers = {"yes": True, "no": False, "unknown": UNKNOWN}
    for product in split(shelf):
        said, _, doubt = published[product.source_row - 1]["light_sensitive"].partition(" ")
        assert product.light_sensitive is answers[said]
        assert bool(doubt) <= ("light_sensitive" in product.unconfirmed)


def test_the_identifiers_are_those_of_the_row(shelf, published):
    of_product = {p.source_row: p.ingredient for p in split(shelf)}
    of_excipient = {i.source_row: i.name for i in shelf.ingredients if i.source_row is not None}
    by_name = {i.name: i for i in shelf.ingredients}
    for number, row in enumerate(published, start=1):
        ingredient = by_name[(of_product | of_excipient)[number]]
        for ours, theirs in IDENTIFIERS.items():
            value = getattr(ingredient, ours)
            assert ("unknown" if value is UNKNOWN else value or "") == row[theirs], (row["name"], ours)
        assert ingredient.tall_man == row["tall_man"]
        assert ingredient.klass == row["class"]


def test_every_limit_of_a_row_is_there_with_its_kind(shelf, published):
    for product in split(shelf):
        row = published[product.source_row - 1]
        for measure, short in (("dose", "dose"), ("concentration", "conc")):
            assert any(
                limit.kind == row[f"{short}_kind"]
                and limit.unit_text == row[f"{short}_unit"]
                and same(limit.amount, row[f"{short}_value"])
                for limit in shelf.limits
                if (limit.product, limit.measure) == (product.name, measure)
            ), (product.name, measure)


def test_a_dose_per_kilogram_stands_beside_its_dose(shelf, published):
    for product in split(shelf):
        if per_kg := published[product.source_row - 1]["dose_per_kg"]:
            (limit,) = [x for x in shelf.limits if x.product == product.name and x.measure == "dose"]
            assert f"{limit.per_kg_amount} {limit.per_kg_unit}/kg" == per_kg


def test_an_excipient_row_says_nothing_that_a_product_would_have(shelf, published):
    mine = {"name", "UNII", "CAS", "ATC", "class", "tall_man", "source", "confidence", "note"}
    for ingredient in shelf.ingredients:
        if ingredient.source_row is not None:
            row = published[ingredient.source_row - 1]
            assert (ingredient.name, ingredient.source) == (row["name"], row["source"])
            assert {row[column] for column in row.keys() - mine} <= SAYS_NOTHING


def test_a_powder_holds_what_its_label_makes_of_it(shelf):
    by_name = {p.name: p for p in split(shelf)}
    powders = {
        "glutathione (reduced) lyophilised 600 mg": ("600", "mg", "4", Decimal(150)),
        "collagenase clostridium histolyticum-aaes (Qwo)": ("0.92", "mg", "4", Decimal("0.23")),
        "onabotulinumtoxinA (Botox Cosmetic)": ("100", "units", "2.5", Decimal(40)),
    }
    for name, (content, unit, volume, strength) in powders.items():
        product = by_name[name]
        assert (product.content_amount, product.content_unit) == (Decimal(content), unit)
        assert product.reconstitution_mL == product.strength_volume_mL == Decimal(volume)
        assert product.strength_amount / product.strength_volume_mL == strength


DOUBTS = {
    "pH background": "ph",
    "pack background": "content",
    "pack size background": "content",
    "strength background": "strength",
    "storage/pack background": "storage",
    "pharmacy-bulk in-use background": "after_puncture_h",
    "background only": "strength",
}


def test_what_the_source_calls_background_is_marked_so(shelf):
    for product in split(shelf):
        for words, field in DOUBTS.items():
            assert words not in product.source or field in product.unconfirmed, (product.name, words)
        assert "(background)" not in product.storage or "storage" in product.unconfirmed, product.name
