"""How long an open vial and a cocktail may be used: which term decides, and what is not known."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulary.rules.beyond_use import BeyondUse, Term, cocktail_until, opened_until
from formulary.rules.facts import Container, Diluent, Formula
from formulary.rules.findings import Level, Result
from tests.rules.builders import (
    ASCORBIC,
    AT,
    GLUTATHIONE,
    SALINE,
    TRANEXAMIC,
    a_product,
    a_stock,
    q,
    some_policies,
)

ZONE = "Europe/Paris"
FAR = date(2027, 11, 30)
FAR_END = datetime(2027, 11, 30, 23, 0, tzinfo=UTC)


def vial(container: Container = Container.MULTI_DOSE, puncture=None, mixed=None):
    return a_product(
        container=container,
        after_puncture_h=None if puncture is None else Fraction(puncture),
        after_reconstitution_h=None if mixed is None else Fraction(mixed),
    )


def opened(rules, *, mixed_at: datetime | None = None, expires_on: date = FAR) -> BeyondUse:
    return opened_until(
        rules, opened_at=AT, reconstituted_at=mixed_at, expires_on=expires_on, zone=ZONE, name="vial V-0391"
    )


H = timedelta(hours=1)

# Hours: ascorbic acid 4 h after puncture [ASC1], glutathione 2 h after mixing at room temperature [GSH1],
# Botox 24 h after mixing [BTX1], multi-dose vials 28 days = 672 h; 0 is "discard" [TXA1].
OPENED = [
    # container, after puncture, after mixing, mixed?, until, limited by
    (Container.BULK, 4, None, False, AT + 4 * H, "vial V-0391"),
    (Container.SINGLE_DOSE, 4, None, False, AT + 4 * H, "vial V-0391"),
    (Container.MULTI_DOSE, 672, None, False, AT + 672 * H, "vial V-0391"),
    (Container.SINGLE_DOSE, 0, None, False, FAR_END, "expiry of vial V-0391"),
    (Container.SINGLE_DOSE, None, None, False, FAR_END, "expiry of vial V-0391"),
    (Container.UNKNOWN, None, None, False, FAR_END, "expiry of vial V-0391"),
    (Container.AMPOULE, 0, None, False, FAR_END, "expiry of vial V-0391"),
    (Container.AMPOULE, 24, None, False, FAR_END, "expiry of vial V-0391"),
    (Container.DEVICE, 0, None, False, FAR_END, "expiry of vial V-0391"),
    (Container.MULTI_DOSE, 0, None, False, FAR_END, "expiry of vial V-0391"),
    (Container.BULK, 0, None, False, FAR_END, "expiry of vial V-0391"),
    (Container.SINGLE_DOSE, None, 2, True, AT + 2 * H, "vial V-0391, reconstituted"),
    (Container.SINGLE_DOSE, 0, 2, True, AT + 2 * H, "vial V-0391, reconstituted"),
    (Container.SINGLE_DOSE, None, 24, True, AT + 24 * H, "vial V-0391, reconstituted"),
    (Container.MULTI_DOSE, 6, 24, True, AT + 6 * H, "vial V-0391"),
    (Container.MULTI_DOSE, 24, 6, True, AT + 6 * H, "vial V-0391, reconstituted"),
    (Container.MULTI_DOSE, None, 24, True, AT + 24 * H, "vial V-0391, reconstituted"),
    (Container.MULTI_DOSE, 6, 24, False, AT + 6 * H, "vial V-0391"),
    (Container.MULTI_DOSE, Fraction(3, 2), None, False, AT + timedelta(minutes=90), "vial V-0391"),
]


@pytest.mark.parametrize(
    ("rules", "is_mixed", "unknown"),
    [
        (
            vial(Container.MULTI_DOSE, None, 24),
            False,
            True,
        ),  # the time after mixing says nothing of a vial unmixed
        (vial(Container.MULTI_DOSE, None, 24), True, False),
        (vial(Container.MULTI_DOSE), False, True),
    ],
)
def test_what_nobody_says_of_an_open_vial_is_not_known(rules, is_mixed, unknown) -> None:
    assert bool(opened(rules, mixed_at=AT if is_mixed else None).unknown) is unknown


@pytest.mark.parametrize("row", OPENED, ids=lambda row: f"{row[0]}-{row[1]}-{row[2]}-{row[3]}")
def test_an_open_vial_is_limited_by_its_shortest_term(row) -> None:
    container, puncture, mixed, is_mixed, until, limited_by = row
    result = opened(vial(container, puncture, mixed), mixed_at=AT if is_mixed else None)
    assert (result.at, result.limited_by.name) == (until, limited_by)
    assert result.unknown == ()


UNKNOWN = [
    (Container.MULTI_DOSE, None, None, False),
    (Container.BULK, None, None, False),
    (Container.DEVICE, None, None, False),
    (Container.MULTI_DOSE, 672, None, True),
    (Container.SINGLE_DOSE, 0, None, True),
    (Container.UNKNOWN, None, None, True),
]


@pytest.mark.parametrize(("container", "puncture", "mixed", "is_mixed"), UNKNOWN)
def test_a_time_in_use_that_is_needed_and_missing_is_unknown(container, puncture, mixed, is_mixed) -> None:
    result = opened(vial(container, puncture, mixed), mixed_at=AT if is_mixed else None)
    (finding,) = result.unknown
    assert (result.at, finding.code, finding.result) == (None, "beyond_use.unknown", Result.UNKNOWN)
    assert (finding.level, finding.rule) == (Level.BLOCK, "B1")
    assert result.words(ZONE, AT) == "beyond use not known"
    assert result.terms


def test_opening_shortens_and_never_lengthens() -> None:
    result = opened(vial(Container.MULTI_DOSE, 672), expires_on=date(2026, 11, 30))
    assert result.at == datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    assert result.limited_by.name == "expiry of vial V-0391"


def test_a_vial_that_is_discarded_says_so_and_gives_no_term() -> None:
    result = opened(vial(Container.SINGLE_DOSE, 0))
    assert result.notes == ("vial V-0391: the remainder is discarded after this session",)
    assert [term.name for term in result.terms] == ["expiry of vial V-0391"]


def test_mixing_later_than_opening_counts_from_the_mixing() -> None:
    result = opened(vial(Container.SINGLE_DOSE, None, 2), mixed_at=AT + H)
    assert result.at == AT + 3 * H


def test_each_term_carries_formula_inputs_and_source() -> None:
    expiry, puncture, mixing = opened(vial(Container.MULTI_DOSE, 6, Fraction(3, 2)), mixed_at=AT + H).terms
    assert (expiry.formula, expiry.source) == ("end of the printed day", "printed on the pack")
    assert expiry.inputs == (("printed expiry", "30 Nov 2027"), ("zone", "Europe/Paris"))
    assert (puncture.formula, puncture.at) == ("opened + 6 h", AT + 6 * H)
    assert puncture.inputs == (("opened", "24 Nov 2026, 10:00"), ("time in use", "6 h"))
    assert puncture.source == "the product's record in the catalogue"
    assert (mixing.formula, mixing.inputs[0]) == ("mixed + 90 min", ("mixed", "24 Nov 2026, 11:00"))


def test_hours_count_through_the_night_when_clocks_change() -> None:
    start = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    result = opened_until(vial(Container.BULK, 4), opened_at=start, expires_on=FAR, zone=ZONE)
    assert result.at == datetime(2026, 10, 25, 3, 30, tzinfo=UTC)
    assert result.words(ZONE, start) == "use before 04:30, limited by vial"


def test_the_expiry_of_the_diluent_is_a_term_with_its_name() -> None:
    water = Diluent(57, "WFI-1", 57, date(2026, 11, 24))
    result = opened_until(
        vial(Container.SINGLE_DOSE, None, 24),
        opened_at=AT,
        reconstituted_at=AT,
        expires_on=FAR,
        zone=ZONE,
        diluent=water,
        name="vial V-0391",
    )
    assert (result.at, result.limited_by.name) == (
        datetime(2026, 11, 24, 23, 0, tzinfo=UTC),
        "expiry of the diluent in vial V-0391, lot WFI-1",
    )
    assert result.limited_by.on_label == "expiry of its diluent, lot WFI-1"


# --- cocktails ---

MELASMA = (TRANEXAMIC, ASCORBIC, GLUTATHIONE, SALINE)


def an_open(product, **more):
    facts = {"vial_id": product.id, "vial": f"V-{product.id}", "opened_at": AT, "remaining": q("4 mL")}
    return replace(a_stock(product), **{**facts, **more})


def cocktail(stock, products=(), **policies) -> BeyondUse:
    return cocktail_until(stock, products, prepared_from=AT, policies=some_policies(**policies))


def test_the_melasma_cocktail_is_limited_by_its_glutathione() -> None:
    # 600 mg + 4 mL water keeps about 2 h at room temperature [GSH1]; the site's Category 1 limit is 12 h.
    stock = [a_stock(product) for product in MELASMA]
    result = cocktail(stock, MELASMA)
    assert (result.at, result.limited_by.name) == (AT + 2 * H, "lot L3231, reconstituted")
    assert result.words(ZONE, AT) == "use before 12:00, limited by lot L3231, reconstituted"


def test_the_sites_limit_decides_where_nothing_is_shorter() -> None:
    result = cocktail([a_stock(TRANEXAMIC)], [TRANEXAMIC])
    assert (result.at, result.limited_by.name) == (AT + 12 * H, "Category 1")
    assert result.limited_by.source == "USP <797>, 1 Nov 2023"
    assert result.limited_by.formula == "start of preparation + 12 h"


def test_a_formula_shortens_the_time_and_never_lengthens_it() -> None:
    for written, at, name in ((4, 4, "formula Glow v2"), (48, 12, "Category 1")):
        followed = Formula(
            "Glow", 2, True, "ID", beyond_use_h=Fraction(written), beyond_use_source="own data"
        )
        result = cocktail_until(
            [a_stock(TRANEXAMIC)],
            [TRANEXAMIC],
            prepared_from=AT,
            policies=some_policies(),
            formula=followed,
        )
        assert (result.at, result.limited_by.name) == (AT + at * H, name)
        assert "own data" in [term.source for term in result.terms]


# The site's limit against each other term, one hour shorter: whichever is shortest is the one that is named.
NAMED = [
    # what is short, the name that limits, whose word it is
    ({"limit": 3}, "Category 1", "USP <797>, 1 Nov 2023"),
    ({"stability": 3}, "stability of tranexamic acid in a mixture", "the product's record in the catalogue"),
    ({"puncture": 3}, "vial V-1", "the product's record in the catalogue"),
    ({"written": 3}, "vial V-1", "the vial's record"),
    ({"mixing": 3}, "vial V-1, reconstituted", "the product's record in the catalogue"),
    ({"expires": date(2026, 11, 24), "limit": 48}, "expiry of vial V-1", "printed on the pack"),
]


@pytest.mark.parametrize(("short", "name", "source"), NAMED, ids=lambda x: x if isinstance(x, str) else "")
def test_the_beyond_use_date_names_its_limiting_term(short, name, source) -> None:
    product = replace(TRANEXAMIC, mixture_stability_h=Fraction(short.get("stability", 72)))
    source_of = an_open(
        product,
        container=Container.MULTI_DOSE,
        after_puncture_h=Fraction(short.get("puncture", 72)),
        after_reconstitution_h=Fraction(short["mixing"]) if "mixing" in short else None,
        reconstituted_at=AT if "mixing" in short else None,
        beyond_use_at=AT + 3 * H if "written" in short else None,
        expires_on=short.get("expires", FAR),
    )
    result = cocktail([source_of], [product], preparation_limit_h=Fraction(short.get("limit", 24)))
    assert (result.limited_by.name, result.limited_by.source) == (name, source)
    assert result.words(ZONE, AT).endswith(f"limited by {name}")


def test_a_limit_whose_text_was_not_read_says_so_in_name_and_source() -> None:
    limit = {"preparation_limit_h": Fraction(1), "preparation_limit_unconfirmed": True}
    result = cocktail([a_stock(TRANEXAMIC)], [TRANEXAMIC], **limit)
    assert result.words(ZONE, AT) == "use before 11:00, limited by Category 1 (unconfirmed)"
    assert result.limited_by.source == "USP <797>, 1 Nov 2023; unconfirmed: its text was not read"


def test_without_the_sites_limit_nothing_is_known() -> None:
    result = cocktail([a_stock(product) for product in MELASMA], MELASMA, preparation_limit_h=None)
    assert (result.at, [f.code for f in result.unknown]) == (None, ["beyond_use.policy_unknown"])
    assert result.limited_by.name == "lot L3231, reconstituted"


def test_a_stability_that_is_known_is_a_term_of_its_own() -> None:
    # Diluted tranexamic acid keeps 4 h at room temperature [TXA2].
    tranexamic = replace(TRANEXAMIC, mixture_stability_h=Fraction(4))
    result = cocktail([a_stock(tranexamic)], [tranexamic])
    assert (result.at, result.limited_by.name) == (AT + 4 * H, "stability of tranexamic acid in a mixture")
    assert result.notes == ("lot L1231: the remainder is discarded after this session",)


def test_no_stability_data_is_printed_for_each_ingredient_but_the_diluent() -> None:
    note = "no stability data for tranexamic acid, ascorbic acid, glutathione in a mixture"
    assert cocktail([], MELASMA).notes == (note,)
    assert cocktail([], [SALINE]).notes == ()


def test_an_expiring_lot_limits_by_the_end_of_its_day_at_the_site() -> None:
    result = cocktail(
        [a_stock(TRANEXAMIC, expires_on=date(2026, 11, 24))], [TRANEXAMIC], preparation_limit_h=Fraction(24)
    )
    assert result.at == datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
    assert result.limited_by.name == "expiry of lot L1231"


def test_an_open_vials_diluent_limits_the_cocktail() -> None:
    water = Diluent(57, "WFI-1", 57, date(2026, 11, 24))
    mixed = an_open(GLUTATHIONE, reconstituted_at=AT, diluent=water, remaining=q("600 mg"))
    keeps = replace(mixed, after_reconstitution_h=Fraction(24))
    result = cocktail([keeps], [GLUTATHIONE], preparation_limit_h=Fraction(24))
    assert result.limited_by.name == "expiry of the diluent in vial V-3, lot WFI-1"


BEGUN = [
    # container, hours after puncture, what the site's limit of 12 h counts from
    (Container.AMPOULE, 0, "opening of vial V-1 + 12 h", 4),
    (Container.SINGLE_DOSE, None, "opening of vial V-1 + 12 h", 4),
    (Container.SINGLE_DOSE, 24, "start of preparation + 12 h", 12),
    (Container.MULTI_DOSE, 672, "start of preparation + 12 h", 12),
]


@pytest.mark.parametrize(("container", "puncture", "formula", "left"), BEGUN)
def test_the_sites_limit_counts_from_the_opening_of_what_is_not_kept(
    container, puncture, formula, left
) -> None:
    rules = {"container": container, "after_puncture_h": None if puncture is None else Fraction(puncture)}
    before = an_open(TRANEXAMIC, opened_at=AT - 8 * H, **rules)
    result = cocktail([before], [TRANEXAMIC])
    limit = next(term for term in result.terms if term.name == "Category 1")
    assert (limit.formula, limit.at) == (formula, AT + left * H)


def test_of_several_openings_the_first_counts_and_none_after_the_start() -> None:
    early, late = (an_open(TRANEXAMIC, vial=v, opened_at=AT + h * H) for v, h in (("V-1", -2), ("V-2", 1)))
    assert cocktail([late], [TRANEXAMIC]).limited_by.formula == "start of preparation + 12 h"
    assert cocktail([late, early], [TRANEXAMIC]).limited_by.formula == "opening of vial V-1 + 12 h"


def test_what_is_written_on_an_open_vial_counts_and_names_the_vial() -> None:
    written = AT + timedelta(minutes=70)
    result = cocktail([an_open(ASCORBIC, beyond_use_at=written)], [ASCORBIC])
    assert (result.at, result.limited_by.name) == (written, "vial V-2")
    assert result.limited_by.inputs == (("written on it", "24 Nov 2026, 11:10"),)


def test_an_open_vial_without_anything_written_on_it_is_computed() -> None:
    bulk = a_product(5, "ascorbic acid", container=Container.BULK, after_puncture_h=Fraction(4))
    result = cocktail([an_open(bulk, opened_at=AT - 3 * H)], [bulk])
    assert (result.at, result.limited_by.name) == (AT + H, "vial V-5")
    unknown = replace(bulk, after_puncture_h=None)
    assert cocktail([an_open(unknown)], [unknown]).at is None


def test_two_terms_that_end_together_name_the_first() -> None:
    terms = tuple(Term(name, AT, "", (), "") for name in ("first", "second"))
    assert BeyondUse(terms).limited_by.name == "first"
    assert BeyondUse(()).at is None


@given(st.lists(st.integers(min_value=0, max_value=10**4), min_size=1, max_size=6), st.integers(1, 10**4))
def test_it_is_never_later_than_any_term(starts: list[int], limit: int) -> None:
    stock = [an_open(ASCORBIC, beyond_use_at=AT + timedelta(minutes=m)) for m in starts]
    result = cocktail(stock, [ASCORBIC], preparation_limit_h=Fraction(limit, 60))
    assert result.at == min(term.at for term in result.terms)
    assert result.at <= AT + timedelta(minutes=min(limit, *starts))


def test_a_time_on_a_vial_that_was_never_opened_says_nothing() -> None:
    bulk = a_product(5, "ascorbic acid", container=Container.BULK, after_puncture_h=Fraction(4))
    sealed = replace(an_open(bulk), opened_at=None, beyond_use_at=AT + H)
    result = cocktail([sealed], [bulk])
    assert (result.at, result.limited_by.formula) == (AT + 4 * H, "opened + 4 h")


def test_a_limit_without_name_and_source_says_so() -> None:
    bare = {"preparation_limit_name": "", "preparation_limit_source": ""}
    result = cocktail([a_stock(TRANEXAMIC)], [TRANEXAMIC], **bare)
    assert (result.limited_by.name, result.limited_by.source) == (
        "the site's preparation limit",
        "the site's policy, no source given",
    )


@pytest.mark.parametrize(
    ("container", "puncture", "mixed", "is_mixed", "discarded"),
    [
        (Container.SINGLE_DOSE, 0, None, False, True),
        (Container.SINGLE_DOSE, 0, 2, True, False),  # a powder made up: its own hours say how long
        (Container.AMPOULE, None, None, False, True),
        (Container.MULTI_DOSE, 0, None, False, True),
        (Container.MULTI_DOSE, 6, None, False, False),
        (Container.BULK, 4, None, False, False),
    ],
)
def test_only_what_is_discarded_after_the_session_says_so(
    container, puncture, mixed, is_mixed, discarded
) -> None:
    result = opened(vial(container, puncture, mixed), mixed_at=AT if is_mixed else None)
    note = "vial V-0391: the remainder is discarded after this session"
    assert result.notes == ((note,) if discarded else ())


def test_each_time_that_is_missing_is_named() -> None:
    result = opened(vial(Container.MULTI_DOSE), mixed_at=AT)
    assert [f.reason for f in result.unknown] == [
        "How long vial V-0391 may be used after opening is not on record.",
        "How long vial V-0391 may be used after reconstitution is not on record.",
    ]
