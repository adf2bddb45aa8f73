"""Sites and policies: changed by an administrator, signed, with old and new value; undecided is unknown."""

from datetime import date, timedelta

import pytest

from formulary.accounts import Operator, actions, queries
from formulary.accounts.actions import clinic
from formulary.accounts.facts import site_policies
from formulary.accounts.labels import POLICIES
from formulary.accounts.models import Organisation, Policy, StaffRole
from formulary.audit.queries import entries_about
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from tests.support.builders import a_policy, saved
from tests.support.builders.accounts import PASSWORD

BY = Operator("the tests")
SIGNED = {"secret": PASSWORD}


@pytest.fixture
def admin(clients):
    """The administrator's browser."""
    return clients("admin")


def decide(admin, site, kind, **values):
    return admin.post_ok(f"/accounts/sites/{site.id}/policies/{kind}", values | SIGNED)


def test_a_new_site_gets_its_places_and_asks_for_second_persons(admin):
    values = SIGNED | {"name": "Nantes", "zone": "Europe/Paris", "decimal_mark": ","}
    page = admin.post_ok("/accounts/sites/add", values)
    assert page.flashes == ["Nantes is open. Give people their roles there."]
    site = next(site for site in queries.sites() if site.name == "Nantes")
    assert (site.decimal_mark, site.verify, site.release, site.solo) == (
        ",",
        True,
        True,
        False,
    )


def test_what_must_be_made_with_a_site_is_made_in_the_same_act(app, watch, monkeypatch):
    seen = []
    monkeypatch.setattr(clinic, "_openers", [lambda site, *, at, by: seen.append((site.name, at, by))])
    with transaction():
        actions.add_site(name="Nantes", zone="Europe/Paris", at=watch.now(), by=BY)
    assert seen == [("Nantes", watch.now(), BY)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"zone": "Europe/Pari"}, "“Europe/Pari” is no zone."),
        ({"zone": "../etc/passwd"}, "“../etc/passwd” is no zone."),
        ({"name": "les tilleuls, LYON"}, "There is a site “les tilleuls, LYON” already."),
        ({"name": ""}, "Name is not filled in."),
        ({"secret": ""}, "This is signed. Type your password."),
        ({"secret": "wrong"}, "The name and the password do not belong together"),
    ],
)
def test_a_site_that_will_not_do_is_told(admin, cast, changes, words):
    page = admin.post_refused(f"/accounts/sites/{cast.site.id}", SIGNED | changes)
    assert page.errors[0].startswith(words)
    assert queries.site(cast.site.id).zone == "Europe/Paris"


def test_switching_verification_off_is_signed_and_audited(admin, cast):
    admin.post_ok(f"/accounts/sites/{cast.site.id}", SIGNED | {"verify": None})
    site = queries.site(cast.site.id)
    assert (site.verify, site.release) == (False, True)
    entry = entries_about("site", site.id)[0]
    assert (entry.action, entry.old["verify"], entry.new["verify"]) == (
        "accounts.change_site_facts",
        True,
        False,
    )
    assert [(s.meaning, s.person_name) for s in queries.signatures_on("site", site.id)] == [
        ("policy", "Alix Bernard")
    ]


def test_a_stale_change_of_a_site_is_told(admin, cast, watch):
    page = admin.get_ok(f"/accounts/sites/{cast.site.id}")
    with transaction():
        actions.change_site_facts(
            queries.site(cast.site.id), {"solo": True}, at=watch.now(), by=cast.actor("admin")
        )
    answer = admin.submit(page, SIGNED | {"name": "Other"}, to=f"/sites/{cast.site.id}")
    assert answer.status_code == 409


def test_there_is_one_organisation(app, watch):
    with pytest.raises(Refused) as refused, transaction():
        actions.found_organisation("Another", at=watch.now(), by=BY)
    assert [finding.code for finding in refused.value.findings] == ["organisation.exists"]
    assert db.session.scalar(db.select(db.func.count(Organisation.id))) == 1


def test_what_is_not_decided_is_unknown(admin, cast, watch):
    assert queries.policy(cast.site.id, "tolerances", watch.now()) is None
    page = admin.get_ok(f"/accounts/sites/{cast.site.id}/policies")
    assert page.texts("span", class_="state unknown") == ["not decided"] * len(POLICIES)


CASES = [
    (
        "patch_test",
        {"required": "yes", "bound_to_lot": "no", "valid_days": "365"},
        {"required": True, "bound_to_lot": False, "valid_days": "365"},
    ),
    ("patch_test", {"required": "no", "bound_to_lot": "unknown", "valid_days": ""}, {"required": False}),
    ("allergy_asked_within_days", {"answer": "180"}, 180),
    ("weighed_within_days", {"answer": "90"}, 90),
    ("conditions_asked_within_days", {"answer": "180"}, 180),
    ("duplicate_order_within_days", {"answer": "7"}, 7),
    ("top_up_within_days", {"answer": "10"}, 10),
    (
        "consent",
        {"procedure": "mesotherapy", "version": "2026-1"},
        {"procedure": "mesotherapy", "version": "2026-1"},
    ),
    (
        "preparation_limit",
        {
            "name": "Category 1, ISO 5 device",
            "room_h": "12",
            "fridge_h": "24",
            "unconfirmed": "unknown",
            "limits_products": "no",
        },
        {"name": "Category 1, ISO 5 device", "room_h": "12", "fridge_h": "24", "limits_products": False},
    ),
    (
        "preparation_limit",
        {"name": "Immediate use", "room_h": "4", "fridge_h": "", "unconfirmed": "yes"}
        | {"limits_products": "yes", "most_products": "3"},
        {"name": "Immediate use", "room_h": "4", "unconfirmed": True}
        | {"limits_products": True, "most_products": "3"},
    ),
    (
        "tolerances",
        {"dose": "5", "volume": "2.5", "smallest_fill": "20"},
        {"dose": "0.05", "volume": "0.025", "smallest_fill": "0.2"},
    ),
    ("shared_single_dose", {"air": "ISO 5", "hours": "6"}, {"air": "ISO 5", "hours": "6"}),
    ("self_check_after_minutes", {"answer": "10"}, 10),
    ("manual_entry_second_person", {"answer": "yes"}, True),
    ("manual_entry_second_person", {"answer": "no"}, False),
    ("first_receipt_quarantine", {"required": "no"}, {"required": False}),
    ("undo_within_minutes", {"answer": "30"}, 30),
    ("emergency_signed_within_hours", {"answer": "24"}, 24),
    ("waste_witness", {"required": "yes"}, {"required": True}),
    (
        "count_variance",
        {"share": "2.5", "containers": "1", "volume": "0.2"},
        {"share": "0.025", "containers": "1", "volume": "0.2"},
    ),
    ("currency", {"answer": "EUR"}, "EUR"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_a_decision_is_kept_as_the_rooms_read_it(admin, cast, watch, case):
    kind, typed, stored = case
    decide(admin, cast.site, kind, **typed)
    assert queries.policy(cast.site.id, kind, watch.now()) == stored
    assert queries.policies_in_force(cast.site.id, watch.now()) == {kind: stored}


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_the_form_opens_with_what_is_in_force(admin, cast, case):
    kind, typed, _ = case
    decide(admin, cast.site, kind, **typed)
    fields = admin.get_ok(f"/accounts/sites/{cast.site.id}/policies/{kind}").form(to=kind).fields
    assert {name: fields[name][0] for name in typed} == typed


def test_every_kind_of_policy_has_its_cases():
    assert {kind for kind, _, _ in CASES} == set(POLICIES)


def test_a_comma_site_reads_and_shows_commas(app, cast, watch, clients):
    with transaction():
        user = cast.user("admin")
        saved(StaffRole(user_id=user.id, site_id=cast.other_site.id, role="administrator"))
    admin = clients("admin")
    place = cast.other_site
    decide(admin, place, "tolerances", dose="5", volume="2,5", smallest_fill="20")
    assert queries.policy(place.id, "tolerances", watch.now())["volume"] == "0.025"
    page = admin.post_refused(f"/accounts/sites/{place.id}/policies/tolerances", SIGNED | {"volume": "2.5"})
    assert "decimals with a comma" in page.errors[0]


# What a form refuses is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("typed", ["x", "1e3", "-1", "1_0", "NaN", "Infinity", "１", "5 %"])
def test_numbers_are_read_by_the_one_grammar(admin, cast, typed):
    page = admin.post_refused(f"/accounts/sites/{cast.site.id}/policies/tolerances", SIGNED | {"dose": typed})
    assert len(page.errors) == 1


def test_an_unconfirmed_limit_says_so_wherever_it_is_named(admin, cast, watch):
    answers = {"name": "Immediate use", "room_h": "4", "unconfirmed": "yes"}
    decide(admin, cast.site, "preparation_limit", edition="USP <797>, 2023", source="not at hand", **answers)
    for path in ("policies", "policies/preparation_limit"):
        page = admin.get_ok(f"/accounts/sites/{cast.site.id}/{path}")
        assert "unconfirmed" in page.texts("span", class_="unknown")
    told = site_policies(cast.site, watch.now())
    assert (told.preparation_limit_h, told.preparation_limit_unconfirmed) == (4, True)
    assert told.preparation_limit_source == "USP <797>, 2023: not at hand"


def test_a_limit_that_is_changed_keeps_the_decision_before_it_in_sight(admin, cast, watch):
    for hours in ("12", "6"):
        decide(admin, cast.site, "preparation_limit", name="Category 1", room_h=hours, edition=f"SOP {hours}")
    page = admin.get_ok(f"/accounts/sites/{cast.site.id}/policies/preparation_limit")
    assert ("SOP 12" in page.text, "SOP 6" in page.text) == (True, True)
    assert site_policies(cast.site, watch.now()).preparation_limit_source == "SOP 6"
    assert [row.edition for row in queries.policy_history(cast.site.id, "preparation_limit")] == [
        "SOP 6",
        "SOP 12",
    ]


def test_the_newest_decision_that_is_in_force_counts(app, cast, watch):
    today = watch.now().date()
    a_policy(cast.site, "allergy_asked_within_days", 100, valid_from=today - timedelta(days=9))
    a_policy(cast.site, "allergy_asked_within_days", 200, valid_from=today - timedelta(days=1))
    a_policy(cast.site, "allergy_asked_within_days", 300, valid_from=today + timedelta(days=1))
    assert queries.policy(cast.site.id, "allergy_asked_within_days", watch.now()) == 200
    watch.move(days=1)
    assert queries.policy(cast.site.id, "allergy_asked_within_days", watch.now()) == 300
    assert queries.policy(cast.site.id, "allergy_asked_within_days", watch.now() - timedelta(days=5)) == 100


def test_of_one_day_the_last_entered_counts(app, cast, watch):
    a_policy(cast.site, "allergy_asked_within_days", 100)
    a_policy(cast.site, "allergy_asked_within_days", 200)
    assert queries.policy(cast.site.id, "allergy_asked_within_days", watch.now()) == 200


def test_a_day_begins_at_the_sites_midnight(app, cast, watch):
    a_policy(cast.site, "allergy_asked_within_days", 100, valid_from=date(2026, 11, 25))
    paris_midnight = watch.now().replace(hour=23, minute=0)
    assert (
        queries.policy(cast.site.id, "allergy_asked_within_days", paris_midnight - timedelta(seconds=1))
        is None
    )
    assert queries.policy(cast.site.id, "allergy_asked_within_days", paris_midnight) == 100


def test_a_decision_can_be_undone_and_is_unknown_again(admin, cast, watch):
    decide(admin, cast.site, "consent", procedure="mesotherapy", version="1")
    decide(admin, cast.site, "consent", undecided="y")
    assert queries.policy(cast.site.id, "consent", watch.now()) is None
    page = admin.get_ok(f"/accounts/sites/{cast.site.id}/policies/consent")
    assert "Version in use: 1" in page.text
    assert "not decided" in page.text


def test_nothing_and_not_on_purpose_is_no_decision(admin, cast):
    page = admin.post_refused(f"/accounts/sites/{cast.site.id}/policies/consent", SIGNED)
    assert page.errors == ["Nothing is decided. Give an answer, or tick that there is none."]


def test_a_decision_is_signed_with_edition_and_source_and_audited(admin, cast):
    decide(
        admin, cast.site, "consent", procedure="mesotherapy", version="1", edition="SOP 7", source="Binder 2"
    )
    row = db.session.scalars(db.select(Policy).filter_by(site_id=cast.site.id, kind="consent")).one()
    assert (row.edition, row.source, row.entered_by_id) == (
        "SOP 7",
        "Binder 2",
        cast.actor("admin").person_id,
    )
    assert [s.meaning for s in queries.signatures_on("policy", row.id)] == ["policy"]
    entry = entries_about("policy", row.id)[0]
    assert entry.new["value"] == {"procedure": "mesotherapy", "version": "1"}
    assert "SOP 7" in admin.get_ok(f"/accounts/sites/{cast.site.id}/policies").text


def test_a_wrong_password_decides_nothing(admin, cast):
    values = {"procedure": "mesotherapy", "version": "1", "secret": "wrong"}
    admin.post_refused(f"/accounts/sites/{cast.site.id}/policies/consent", values)
    assert db.session.scalar(db.select(db.func.count(Policy.id)).filter_by(site_id=cast.site.id)) == 0


@pytest.mark.parametrize("url", ["sites/999", "sites/999/policies", "sites/1/policies/unheard_of"])
def test_what_is_not_there_is_no_page(admin, url):
    admin.get_page(f"/accounts/{url}", 404)
