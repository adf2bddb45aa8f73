"""Rules that a clinic adds: cited, approved by another person, in versions, looser only when governed."""

import pytest

from formulary import clock
from formulary.accounts import Forbidden
from formulary.accounts import queries as accounts
from formulary.audit.models import AuditEntry
from formulary.catalogue import actions, facts, queries
from formulary.catalogue.models import CompatibilityRule
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from formulary.rules.units import Quantity
from tests.support.builders.accounts import PASSWORD

NEW = "/catalogue/compatibility/add"


@pytest.fixture
def sides(loaded):
    """Two substances of which the table says nothing."""
    return [f"ingredient:{loaded.ingredient(name).id}" for name in ("biotin", "levocarnitine")]


def terms(sides, **more):
    said = {"kind": "pair", "a": sides[0], "b": sides[1], "level": "warn", "mechanism": "it turns cloudy"}
    return actions.RuleTerms(**{**said, "source": "SOP 9, 2026", "confidence": "L"} | more)


def proposed(cast, sides, *, by="pharmacist", in_place_of=None, **more):
    old = in_place_of and in_place_of.id
    with transaction():
        return actions.propose_rule(terms(sides, **more), in_place_of=old, at=clock.now(), by=cast.actor(by))


def approved(cast, row, *, by="practitioner"):
    with transaction():
        return actions.approve_rule(row.id, at=clock.now(), by=cast.actor(by))


def asked(number):
    """What the rules are told of a row: its versions and levels."""
    return [(rule.version, rule.level) for rule in facts.compatibilities() if rule.number == number]


def refusal(act, *args, **more):
    with pytest.raises(Refused) as refused:
        act(*args, **more)
    return [finding.code for finding in refused.value.findings]


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_rule_is_asked_once_another_person_approved_it(cast, sides):
    row = proposed(cast, sides, kept_above_h=4, ratio_below="9", ph_from="7", concentration_from=5_000_000)
    assert (row.status, asked(row.number)) == ("draft", [])
    approved(cast, row)
    (rule,) = [rule for rule in facts.compatibilities() if rule.number == row.number]
    assert (rule.a, rule.b, rule.level, rule.source, rule.version) == (*sides, "WARN", "SOP 9, 2026", 1)
    assert (rule.kept_above_h, rule.ratio_below, rule.ph_from) == (4, 9, 7)
    assert rule.concentration_from.amount == Quantity.of(5, "mg")


def test_the_author_does_not_approve_a_rule(cast, sides):
    row = proposed(cast, sides)
    assert refusal(approved, cast, row, by="pharmacist") == ["rule.same_person"]
    assert asked(row.number) == []


def test_where_every_site_is_solo_the_author_approves_a_rule_and_it_says_so(cast, sides):
    with transaction():
        cast.site.solo = cast.other_site.solo = True
        db.session.info["audited"] = True
    row = approved(cast, proposed(cast, sides), by="pharmacist")
    assert [s.self_checked for s in accounts.signatures_on("compatibility_rule", row.id)] == [True]


@pytest.mark.parametrize("by", ["technician", "recall", "auditor", "admin"])
def test_others_neither_write_nor_approve_a_rule(cast, sides, by):
    with pytest.raises(Forbidden):
        proposed(cast, sides, by=by)
    with pytest.raises(Forbidden):
        approved(cast, proposed(cast, sides), by=by)


def test_a_change_is_a_new_version_and_the_old_one_is_kept(cast, sides):
    first = approved(cast, proposed(cast, sides))
    second = proposed(cast, sides, in_place_of=first, level="stop")
    assert asked(first.number) == [(1, "WARN")]
    approved(cast, second)
    assert asked(first.number) == [(2, "STOP")]
    kept = [(row.version, row.level, row.status) for row in queries.versions_of_rule(first)]
    assert kept == [(2, "stop", "in_use"), (1, "warn", "superseded")]


def test_one_version_waits_at_a_time_and_can_be_withdrawn(cast, sides):
    first = approved(cast, proposed(cast, sides))
    second = proposed(cast, sides, in_place_of=first, level="stop")
    assert refusal(proposed, cast, sides, in_place_of=first) == ["rule.another_waits"]
    with transaction():
        actions.withdraw_rule(second.id, reason="a slip", at=clock.now(), by=cast.actor("pharmacist"))
    assert (asked(first.number), refusal(approved, cast, second)) == ([(1, "WARN")], ["rule.not_waiting"])
    assert proposed(cast, sides, in_place_of=first).version == 3


def test_a_rule_ends_by_a_version_that_says_so(cast, sides):
    row = approved(cast, proposed(cast, sides))
    approved(cast, proposed(cast, sides, in_place_of=row, kind="superseded", reason="refuted"))
    assert asked(row.number) == []
    assert refusal(proposed, cast, sides, kind="superseded") == ["rule.nothing_to_end"]


def test_a_version_that_is_no_longer_in_use_is_neither_changed_nor_ended(cast, sides):
    first = approved(cast, proposed(cast, sides))
    second = approved(cast, proposed(cast, sides, in_place_of=first, level="block"))
    for more in ({"level": "info"}, {"kind": "superseded", "reason": "read in an old tab"}):
        assert refusal(proposed, cast, sides, in_place_of=first, **more) == ["rule.not_in_use"]
    assert asked(first.number) == [(2, "BLOCK")]
    end = approved(cast, proposed(cast, sides, in_place_of=second, kind="superseded", reason="refuted"))
    assert refusal(proposed, cast, sides, in_place_of=end) == ["rule.not_in_use"]


def test_a_page_that_is_older_than_the_rule_says_why_nothing_was_saved(clients, cast, sides):
    first = approved(cast, proposed(cast, sides))
    approved(cast, proposed(cast, sides, in_place_of=first, level="block"))
    url, said = f"/catalogue/compatibility/{first.id}/change", typed(sides, level="info")
    page = clients("pharmacist").post_refused(url, said, at=url)
    words = f"Table row {first.number} v1 is not in use any more."
    assert [plain(error).startswith(words) for error in page.errors] == [True]


def test_what_cannot_be_is_refused_with_what_would_do(cast, sides):
    shipped = db.session.scalars(db.select(CompatibilityRule).filter_by(number="9")).one()
    cases = [
        ({"source": " "}, "rule.no_citation"),
        ({"a": "any"}, "rule.no_side"),
        ({"b": "any"}, "rule.no_other_side"),
        ({"a": "group:nonsense"}, "rule.unknown_side"),
        ({"b": "ingredient:99999999"}, "rule.unknown_side"),
        ({"in_place_of": shipped}, "rule.shipped"),
        ({"loosens": "9", "level": "info"}, "rule.loosens_nothing"),
    ]
    assert [refusal(proposed, cast, sides, **more) for more, _ in cases] == [[code] for _, code in cases]


def test_looser_than_a_shipped_row_only_as_a_governance_entry(cast, loaded):
    def levels():
        return [
            (rule.number, rule.level) for rule in facts.compatibilities() if {rule.a, rule.b} == set(sides)
        ]

    sides = [f"ingredient:{loaded.ingredient('bupivacaine hydrochloride').id}",
             f"ingredient:{loaded.ingredient('sodium bicarbonate 8.4%').id}"]  # fmt: skip
    assert levels() == [("26", "BLOCK")]
    for more in ({}, {"kind": "compatible"}):
        assert refusal(proposed, cast, sides[::-1], **more) == ["rule.looser"]
    assert refusal(proposed, cast, sides, loosens="26") == ["rule.no_reason"]
    row = proposed(cast, sides, loosens="26", reason="SOP 9 was validated", level="stop")
    assert levels() == [("26", "BLOCK")]
    approved(cast, row)
    assert levels() == [("26", "BLOCK"), (row.number, "STOP")]
    assert [rule.loosens for rule in facts.compatibilities() if rule.number == row.number] == ["26"]
    entry = db.session.scalars(db.select(AuditEntry).filter_by(action="catalogue.approve_rule")).one()
    assert (entry.new["content"]["loosens"], entry.new["content"]["reason"]) == ("26", "SOP 9 was validated")
    approved(cast, proposed(cast, sides, in_place_of=row, kind="superseded", reason="refuted"))
    assert levels() == [("26", "BLOCK")]


def typed(sides, **more):
    said = {"kind": "pair", "a": sides[0], "b": sides[1], "level": "stop", "mechanism": "it turns cloudy"}
    return {**said, "source": "SOP 9, 2026", "confidence": "M"} | more


def test_a_rule_is_written_approved_and_read_on_its_pages(clients, cast, sides):
    assert NEW in clients("pharmacist").get_ok("/catalogue/compatibility").html
    page = clients("pharmacist").post_ok(NEW, typed(sides, ratio_below="9", first="a"), at=NEW)
    assert "waits for approval" in plain(page.h1)
    row = db.session.scalars(db.select(CompatibilityRule).filter_by(origin="clinic")).one()
    url = f"/catalogue/compatibility/{row.id}"
    assert "another person approves it" in plain(
        clients("pharmacist").post_refused(f"{url}/approve", {"secret": PASSWORD}, at=url).text
    )
    page = clients("practitioner").post_ok(f"{url}/approve", {"secret": PASSWORD}, at=url)
    for words in (
        "approved by",
        "fewer than 9 parts to 1",
        "biotin first",
        "SOP 9, 2026",
        "added by the clinic",
    ):
        assert words in plain(page.text)
    page = clients("pharmacist").post_ok(f"{url}/change", typed(sides, level="block"), at=f"{url}/change")
    assert "v2" in plain(page.h1)


def test_the_table_says_which_row_is_not_asked_any_more(clients, cast, loaded):
    names = ("bupivacaine hydrochloride", "sodium bicarbonate 8.4%")
    sides = [f"ingredient:{loaded.ingredient(name).id}" for name in names]
    row = approved(cast, proposed(cast, sides, loosens="26", reason="SOP 9", level="stop"))
    page = plain(clients("auditor").get_ok("/catalogue/compatibility").text)
    assert f"row {row.number} stands in its place where that holds" in page
    assert "added by the clinic, in the place of row 26" in page


def test_what_was_typed_wrong_is_said_at_its_field(clients, cast, sides):
    wrong = typed(sides, source="", ratio_below="1:9", ph_from="high", kept_above_h="-1", level="")
    page = clients("pharmacist").post_refused(NEW, wrong, at=NEW)
    for words in ("Cite it", "“1:9”", "“high”", "“-1”", "Choose one."):
        assert words in plain(page.text)
    assert db.session.scalars(db.select(CompatibilityRule).filter_by(origin="clinic")).all() == []


def test_a_shipped_row_has_a_page_and_no_change(clients, loaded):
    row = db.session.scalars(db.select(CompatibilityRule).filter_by(number="9")).one()
    page = clients("pharmacist").get_ok(f"/catalogue/compatibility/{row.id}")
    assert "It came with the catalogue" in plain(page.text)
    clients("pharmacist").get_page(f"/catalogue/compatibility/{row.id}/change", status=404)
    clients("technician").get_page(NEW, status=403)


@pytest.fixture
def governed(loaded):
    """The sides of shipped row 26, which blocks."""
    names = ("bupivacaine hydrochloride", "sodium bicarbonate 8.4%")
    return [f"ingredient:{loaded.ingredient(name).id}" for name in names]


LOOSENING = {"loosens": "26", "reason": "SOP 9", "level": "stop"}


@pytest.mark.parametrize("kind", ["compatible", "handling", "alone"])
def test_what_loosens_a_row_is_of_its_kind_and_its_sides(cast, governed, kind):
    code = "rule.loosens_nothing" if kind == "alone" else "rule.another_kind"
    assert refusal(proposed, cast, governed, **LOOSENING | {"kind": kind}) == [code]


@pytest.mark.parametrize(
    "figures",
    [
        {"ph_from": "7", "ph_below": "7"},
        {"ratio_from": "10", "ratio_below": "9.5"},
        {"concentration_from": 5_000_000, "concentration_below": 1_000_000},
    ],
)
def test_a_rule_between_whose_figures_nothing_lies_is_refused(cast, sides, figures):
    assert refusal(proposed, cast, sides, **figures) == ["rule.never_applies"]


def governance(clients, row):
    """The status in the heading, and what the page says of the row that is loosened."""
    page = clients("pharmacist").get_ok(f"/catalogue/compatibility/{row.id}")
    said = [plain(text) for text in page.texts("p") if "governance entry" in text]
    return plain(page.h1).partition(": ")[2], [text.removeprefix("governance entry ") for text in said]


def test_the_page_of_a_governance_entry_says_what_holds_at_each_step(clients, cast, governed):
    row = proposed(cast, governed, **LOOSENING)
    until = "Once approved, it stands in the place of table row 26, which is stricter and asked until then."
    assert governance(clients, row) == ("waits for approval", [until])
    approved(cast, row)
    meanwhile = "It stands in the place of table row 26, which is stricter and not asked meanwhile."
    assert governance(clients, row) == ("in use", [meanwhile])
    end = proposed(cast, governed, in_place_of=row, kind="superseded", **LOOSENING)
    again = "Once approved, table row 26 is asked again in its own place."
    assert governance(clients, end) == ("waits for approval, to end it", [again])
    approved(cast, end)
    ended = "It ended the entry in the place of table row 26, which is asked again."
    assert governance(clients, end) == ("ended, and not asked any more", [ended])
    assert governance(clients, row) == (
        "superseded", ["It stood in the place of table row 26, and no longer does."],
    )  # fmt: skip


def test_the_page_of_one_with_figures_says_that_the_row_is_asked_elsewhere(clients, cast, governed):
    row = approved(cast, proposed(cast, governed, **LOOSENING, ratio_from="9"))
    elsewhere = "asked wherever its figures do not hold"
    said = f"It stands in the place of table row 26, which is stricter and {elsewhere}."
    assert governance(clients, row) == ("in use", [said])


def test_a_draft_that_is_withdrawn_is_called_that(clients, cast, governed):
    row = proposed(cast, governed, **LOOSENING)
    with transaction():
        actions.withdraw_rule(row.id, reason="a slip", at=clock.now(), by=cast.actor("pharmacist"))
    never = "It never stood in the place of table row 26."
    assert governance(clients, row) == ("withdrawn, and was never asked", [never])


def test_the_page_says_where_a_rule_would_never_be_asked(clients, cast, governed):
    row = proposed(cast, governed, **LOOSENING)
    with transaction():
        db.session.scalars(db.select(CompatibilityRule).filter_by(number="26")).one().status = "superseded"
        db.session.info["audited"] = True
    page = clients("pharmacist").get_ok(f"/catalogue/compatibility/{row.id}")
    assert "it would never apply Table row 26, which it loosens, is not in use." in plain(page.text)
