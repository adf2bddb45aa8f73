"""What the catalogue's files must hold: kinds, corrections, rules by number, and names that resolve."""

import re
import shutil
from decimal import Decimal

import pytest

from formulary import config
from formulary.rules.findings import Refused
from formulary.seed.cells import UNKNOWN
from formulary.seed.identifiers import is_cas, is_unii
from formulary.seed.shelf import read_shelf

PUBLISHED_RULES, ADDED = 40, 6
MUST_NOT = {
    "buflomedil",
    "calcium gluconate 10%",
    "acetylcysteine 20% inhalation/oral solution (NOT for injection)",
    "exosome products (any)",
}


def group(shelf, word):
    return {m.ingredient for m in shelf.members if m.word == word}


def test_every_identifier_passes_its_check_digit(shelf):
    uniis = [i.unii for i in shelf.ingredients if isinstance(i.unii, str)]
    numbers = [i.cas for i in shelf.ingredients if isinstance(i.cas, str)]
    assert (len(uniis), len(numbers)) == (57, 59)
    assert all(map(is_unii, uniis))
    assert all(map(is_cas, numbers))


def test_zero_is_the_limit_of_what_must_not_be_used(shelf):
    zeros = [limit for limit in shelf.limits if limit.amount == 0]
    assert {limit.product for limit in zeros} == MUST_NOT
    assert {(limit.kind, limit.level) for limit in zeros} == {("label_limit", "block")}
    assert all(limit.route for limit in zeros)


def test_only_a_label_limit_has_a_level(shelf):
    for limit in shelf.limits:
        assert (limit.level is not None) == (limit.kind == "label_limit"), limit


def test_no_trial_figure_is_a_limit(shelf):
    kinds = {(x.product, x.measure): x.kind for x in shelf.limits if x.window != "24 h"}
    assert kinds["tranexamic acid", "concentration"] == "highest_published"
    assert kinds["ascorbic acid (Ascor)", "dose"] == "other_route"
    assert kinds["hyaluronidase ovine (Vitrase)", "dose"] == "highest_published"
    assert kinds["tranexamic acid", "dose"] == "unknown"


def test_the_corrected_concentrations_of_local_anaesthetics_hold(shelf):
    found = {
        x.product: x.amount for x in shelf.limits if (x.measure, x.kind) == ("concentration", "label_limit")
    }
    assert found == {
        "lidocaine hydrochloride": Decimal(10),
        "lidocaine + epinephrine 1:100000": Decimal(10),
        "procaine hydrochloride": Decimal(5),
        "bupivacaine hydrochloride (plain)": Decimal("2.5"),
    }


ADDED_PRODUCTS = {
    "cysteine hydrochloride (Elcys)": "amino acid",
    "amino acids 15%": "amino acid mixture",
    "trace elements (Tralement)": "mineral mixture",
    "Traumeel injection solution": "homeopathic agent",
    "Ginkgo biloba extract injection": "plant extract",
    "melilotus extract + rutin (Esberiven ampoule)": "plant extract",
}


def test_the_kinds_that_articles_name_have_products_with_a_source_and_no_invented_identifier(shelf):
    added = {p.name: p for p in shelf.products if p.source_row is None}
    of = {i.name: i for i in shelf.ingredients}
    assert {name: of[p.ingredient].klass for name, p in added.items()} == ADDED_PRODUCTS
    assert all(product.source for product in added.values())
    assert {(of[p.ingredient].unii, of[p.ingredient].cas) for p in added.values()} == {(UNKNOWN, UNKNOWN)}
    assert {p.ph_low for n, p in added.items() if "Elcys" not in n} == {UNKNOWN}


def test_the_excipients_that_were_wanted_are_there_with_a_source(shelf):
    wanted = (
        "methylparaben propylparaben chlorobutanol polysorbate_80 monothioglycerol thimerosal "
        "acetone_sodium_bisulfite phenol m-cresol"
    )
    names = {f"{name.replace('_', ' ')} (excipient)" for name in wanted.split()}
    found = [i for i in shelf.ingredients if i.name in names]
    assert {(i.role, bool(i.source)) for i in found} == {("excipient", True)}
    held = {e.ingredient for e in shelf.excipients if e.ingredient in names}
    assert (len(found), names - held) == (9, {"m-cresol (excipient)"})


def test_kybella_and_belkyra_are_two_products_of_one_acid(shelf):
    two = {p.name: p for p in shelf.products if p.ingredient == "deoxycholic acid"}
    assert set(two) == {"deoxycholic acid (Kybella)", "deoxycholic acid (Belkyra)"}
    inside = {name: {e.ingredient for e in shelf.excipients if e.product == name} for name in two}
    assert "benzyl alcohol (excipient)" in inside["deoxycholic acid (Kybella)"]
    assert "benzyl alcohol (excipient)" not in inside["deoxycholic acid (Belkyra)"]
    assert all(product.excipients_known for product in two.values())


def test_toxins_and_enzymes_are_measured_in_units_of_their_own(shelf):
    dimensions = {i.name: i.dimension for i in shelf.ingredients}
    own = group(shelf, "botulinum_toxin") | group(shelf, "hyaluronidase") | {"retinol palmitate"}
    assert {name for name, dimension in dimensions.items() if dimension == "units"} == own
    assert {name for name, d in dimensions.items() if d == "iu"} == {
        "calcitonin salmon",
        "dl-alpha-tocopheryl acetate",
    }


def test_toxins_are_never_mixed(shelf):
    never = {i.name: i.do_not_mix_source for i in shelf.ingredients if i.do_not_mix}
    assert group(shelf, "botulinum_toxin") | {"deoxycholic acid"} <= set(never)
    assert all(never.values())


def test_every_sulfite_is_caught_as_one(shelf):
    sulfites = group(shelf, "sulfite")
    holding = {e.product for e in shelf.excipients if e.ingredient in sulfites}
    assert holding == {
        "lidocaine + epinephrine 1:100000",
        "procaine hydrochloride",
        "articaine hydrochloride + epinephrine 1:100000",
        "amino acids 15%",
    }


def test_the_forty_rules_and_the_added_ones_are_all_there(shelf):
    numbers = [re.match(r"(M?)(\d+)", rule.number) for rule in shelf.rules if not rule.number.startswith("K")]
    assert {int(n[2]) for n in numbers if not n[1]} == set(range(1, PUBLISHED_RULES + 1))
    assert {int(n[2]) for n in numbers if n[1]} == set(range(1, ADDED + 1))
    assert len(shelf.rules) == 106


def test_a_superseded_rule_is_kept_and_names_the_one_that_holds(shelf):
    superseded = {rule.number: rule.superseded_by for rule in shelf.rules if rule.kind == "superseded"}
    assert superseded == {"3": "2", "33": "32"}


def test_the_corrected_rules_are_seeded_as_corrected(shelf):
    by_number = {rule.number: rule for rule in shelf.rules}
    assert by_number["2"].level == "block"
    assert (by_number["5a"].a, by_number["5a"].level) == ("ingredient:hyaluronidase bovine", "block")
    assert (by_number["5b"].a, by_number["5b"].level) == ("group:hyaluronidase", "warn")
    assert by_number["8"].level == "stop"
    assert (by_number["10b"].level, by_number["10b"].ph_from, by_number["10b"].ph_below) == ("warn", 5, 7)
    assert (by_number["10c"].level, by_number["10c"].ph_above) == ("block", 7)
    onset = by_number["23a"]
    assert [str(x) for x in (onset.onset_pka, onset.onset_solubility, onset.onset_share)] == [
        "4.20",
        "3.4",
        "0.847",
    ]
    assert (by_number["12a"].also, by_number["12a"].also_from) == ("ingredient:nicotinamide", Decimal(25))
    assert (by_number["25a"].level, by_number["25a"].ratio_below, by_number["K16"].ratio_from) == (
        "block",
        9,
        10,
    )
    assert by_number["27"].kept_above_h == 7 * 24
    assert by_number["35"].b == "route:ID"


def test_what_a_machine_cannot_decide_says_so_and_keeps_its_condition(shelf):
    for rule in shelf.rules:
        if not rule.decidable and rule.kind != "superseded":
            assert rule.condition, rule.number
    said = {rule.number for rule in shelf.rules if rule.level_if_met != rule.level}
    assert said == {"15a", "17", "22", "23b", "39"}
    assert {rule.kind for rule in shelf.rules if rule.number in said} == {"handling"}
    left = {r.number for r in shelf.rules if not r.decidable and r.kind == "pair"}
    assert left == {"6d", "21"}


def test_a_known_pair_has_no_condition_and_a_source(shelf):
    compatible = [rule for rule in shelf.rules if rule.kind == "compatible"]
    assert len(compatible) == 19
    assert all(rule.source and rule.level == "info" for rule in compatible)
    assert {rule.number for rule in compatible if rule.condition} == {"K17", "K18"}


def test_the_melasma_protocol_is_published_in_full_and_copied_with_ranges(shelf):
    published = [x for x in shelf.formula_lines if x.formula == "Melasma A (Iraji 2019)"]
    assert [(x.ingredient, x.amount, x.unit) for x in published] == [
        ("tranexamic acid", Decimal(4), "mg"),
        ("ascorbic acid", Decimal(30), "mg"),
        ("glutathione", Decimal(20), "mg"),
    ]
    copy = [x for x in shelf.formula_lines if x.formula == "Melasma cocktail"]
    assert [x.amount for x in copy] == [Decimal(4), Decimal(30), Decimal(20), None]
    assert all(x.dose_high is not None and x.concentration_high is not None and x.reason for x in copy)
    (version,) = [x for x in shelf.formulas if x.status == "approved"]
    assert (version.name, version.target_mL, version.author, version.approver) == (
        "Melasma cocktail", Decimal(5), "practitioner", "pharmacist",
    )  # fmt: skip


def test_every_published_entry_is_a_formula(shelf):
    assert {row.facts_entry for row in shelf.formulas} == set(range(1, 20))


def test_the_ten_millilitre_syringe_takes_the_coarser_graduation(shelf):
    sizes = {str(d.capacity_mL): str(d.graduation_mL) for d in shelf.devices}
    assert sizes == {"1": "0.01", "3": "0.1", "5": "0.2", "10": "0.5"}
    assert {d.dead_space_mL for d in shelf.devices} == {UNKNOWN}


def test_every_short_name_of_a_source_stands_for_something(shelf):
    cited = [x.source for rows in (shelf.rules, shelf.groups, shelf.excipients, shelf.formulas) for x in rows]
    used = {code for text in cited for code in re.findall(r"\[([A-Z0-9][A-Za-z0-9-]+)\]", text)}
    assert used <= {row.code for row in shelf.sources}
    assert shelf.cited("[KYB2]") == "120ty.net id=35740 (2015 label copy) [KYB2]"


PLANTED = [
    ("ingredients.csv", "6T84R30KC1", "6T84R30KC2", "row 5, column unii"),
    ("ingredients.csv", "6493-05-6", "5/6/93", "column cas"),
    (
        "products.csv",
        "tranexamic acid,5,tranexamic acid",
        "tranexamic acid,5,transexamic acid",
        "row 6, column ingredient",
    ),
    ("products.csv", ",100 mg/mL,100,mg,1,10,mL", ',100 mg/mL,"100,0",mg,1,10,mL', "column strength_amount"),
    ("limits.csv", "label_limit,100,mg", "trial,100,mg", "row 2, column kind"),
    ("compatibility.csv", "group:sulfite", "group:sulphite", "column b"),
    ("compatibility.csv", "40,storage", "39,storage", "compatibility.csv"),
    ("ingredient_groups.csv", "glutathione,thiol", "glutathione,thyol", "column word"),
    ("formula_pairs.csv", "tranexamic acid,ascorbic acid", "tranexamic acid,ascorbic", "column b"),
]


@pytest.mark.parametrize(("file", "was", "is_now", "where"), PLANTED)
def test_a_planted_fault_is_refused_by_name(tmp_path, file, was, is_now, where):
    shutil.copytree(config.seed_folder() / "catalogue", tmp_path / "catalogue")
    path = tmp_path / "catalogue" / file
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, is_now, 1), encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_shelf(tmp_path)
    subjects = [finding.subject for finding in refusal.value.findings]
    assert any(subject.startswith(file) and where in subject for subject in subjects), subjects
