"""People and their accounts: added, given roles, closed and opened by an administrator, and audited."""

import pytest

from formulary.accounts import Operator, Role, actions, queries
from formulary.accounts.models import Person, User
from formulary.audit.models import AuditEntry
from formulary.audit.queries import entries_about
from formulary.db import Stale, db, transaction
from formulary.rules.findings import Refused
from tests.accounts.conftest import enter, is_inside
from tests.support.builders.accounts import PASSWORD

PAGES = ("/accounts/people", "/accounts/people/add", "/accounts/clinic")
BY = Operator("the tests")


@pytest.fixture
def admin(clients):
    """The administrator's browser."""
    return clients("admin")


def codes(refused):
    return [finding.code for finding in refused.value.findings]


def newest(user_id):
    return entries_about("user_account", user_id)[0]


def test_everybody_with_an_account_is_listed_with_the_roles_of_each_site(admin):
    text = admin.get_ok("/accounts/people").text
    assert "Claire Morel pharmacist pharmacistLes Tilleuls, Paris prepare open" in text
    assert "Lea Garnier practitioner3 practitionerLes Tilleuls, Lyon inject, prepare, prescribe open" in text


# Who may enter is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("username", ["pharmacist", "practitioner", "recall", "auditor", "technician"])
@pytest.mark.parametrize("url", PAGES)
def test_these_pages_are_the_administrators_alone(signed_in, username, url):
    page = signed_in(username).get_page(url, 403)
    assert "manage people, sites, places and policies" in page.text


def test_a_person_is_added_and_waits_for_a_link(admin, cast):
    values = {
        "name": "Ines Faure",
        "username": "I.Faure",
        "site_id": cast.site.id,
        "roles": ["technician", "recall_officer"],
    }
    page = admin.post_ok("/accounts/people/add", values)
    assert page.h1 == "Ines Faure"
    assert page.flashes == ["Ines Faure has an account. Make a one-time link and hand it over."]
    user = queries.user_named("i.faure")
    assert queries.roles_of(user.id) == {cast.site.id: {Role.TECHNICIAN, Role.RECALL_OFFICER}}
    entry = newest(user.id)
    assert (entry.action, entry.person_name) == ("accounts.add_user", "Alix Bernard")
    assert entry.new == {
        "username": "i.faure",
        "roles": {"Les Tilleuls, Paris": ["recall_officer", "technician"]},
    }


def test_a_double_click_adds_one(admin, cast):
    page = admin.get_ok("/accounts/people/add")
    values = {"name": "Ines Faure", "username": "i.faure", "site_id": cast.site.id, "roles": ["technician"]}
    answers = [admin.submit(page, values, to="/people/add") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert db.session.scalar(db.select(db.func.count(Person.id)).filter_by(name="Ines Faure")) == 1


@pytest.mark.parametrize(
    ("username", "words"),
    [
        ("pharmacist", "“pharmacist” is taken."),
        ("PHARMACIST", "“pharmacist” is taken."),
        ("two words", "“two words” cannot be a name to sign in with."),
        ("-dash", "“-dash” cannot be a name to sign in with."),
        ("é.faure", "“é.faure” cannot be a name to sign in with."),
        ("", "Name to sign in with is not filled in."),
    ],
)
def test_a_name_that_will_not_do_is_told(admin, cast, username, words):
    values = {"name": "Ines Faure", "username": username, "site_id": cast.site.id, "roles": ["technician"]}
    page = admin.post_refused("/accounts/people/add", values)
    assert page.errors[0].startswith(words)


def test_roles_that_do_not_exist_are_not_given(admin, cast):
    values = {
        "name": "Ines Faure",
        "username": "i.faure",
        "site_id": cast.site.id,
        "roles": ["technician", "owner"],
    }
    admin.post_refused("/accounts/people/add", values)
    assert queries.user_named("i.faure") is None


def test_what_a_form_does_not_ask_is_ignored(admin, cast):
    page = admin.get_ok("/accounts/people/add")
    data = page.form(to="/add").filled(
        {"name": "I", "username": "i.faure", "site_id": cast.site.id, "roles": ["auditor"]}
    )
    admin.post(
        "/accounts/people/add",
        data | {"password": PASSWORD, "password_hash": "x", "is_active": "0", "id": "1"},
    )
    user = queries.user_named("i.faure")
    assert (user.password_hash, user.is_active) == ("", True)


def test_roles_are_changed_at_one_site(admin, cast):
    user = cast.user("technician")
    url = f"/accounts/people/{user.id}/roles/{cast.other_site.id}"
    admin.post_ok(url, {"roles": ["pharmacist", "practitioner"]})
    held = queries.roles_of(user.id)
    assert held == {cast.site.id: {Role.TECHNICIAN}, cast.other_site.id: {Role.PHARMACIST, Role.PRACTITIONER}}
    entry = newest(user.id)
    assert entry.old["roles"] == {"Les Tilleuls, Paris": ["technician"]}
    assert entry.new["roles"]["Les Tilleuls, Lyon"] == ["pharmacist", "practitioner"]


def test_roles_can_be_taken_away(admin, cast):
    user = cast.user("technician")
    admin.post_ok(f"/accounts/people/{user.id}/roles/{cast.site.id}", {"roles": []})
    assert queries.roles_of(user.id) == {}


def test_the_last_administrator_stays_one(admin, cast):
    user = cast.user("admin")
    page = admin.post_refused(f"/accounts/people/{user.id}/roles/{cast.site.id}", {"roles": ["pharmacist"]})
    assert page.errors == [
        "Nobody would be left who may manage people and sites. Make somebody else one first."
    ]
    assert queries.roles_of(user.id)[cast.site.id] == {Role.ADMINISTRATOR}
    admin.post_refused(f"/accounts/people/{user.id}/close", {"reason": "leaves"})
    assert queries.user(user.id).is_active
    assert [entry.outcome for entry in db.session.scalars(entries("refused"))] == ["refused", "refused"]


def entries(outcome):
    return db.select(AuditEntry).filter_by(outcome=outcome, person_name="Alix Bernard")


def test_a_stale_change_of_roles_is_told(admin, cast, watch):
    user = cast.user("technician")
    url = f"/accounts/people/{user.id}/roles/{cast.site.id}"
    page = admin.get_ok(url)
    watch.move(seconds=1)
    with transaction():
        actions.change_roles(queries.user(user.id), cast.site.id, {Role.AUDITOR}, at=watch.now(), by=BY)
    answer = admin.read(admin.submit(page, {"roles": ["pharmacist"]}, to=url), url, 409)
    assert answer.h1 == "This was changed meanwhile"
    assert "the tests changed it at 13:00." in answer.text
    assert queries.roles_of(user.id)[cast.site.id] == {Role.AUDITOR}


def test_a_closed_account_lets_nobody_in_and_an_opened_one_needs_a_link(admin, signed_in, client, cast):
    user, theirs = cast.user("technician"), signed_in("technician")
    page = admin.post_ok(f"/accounts/people/{user.id}/close", {"reason": "leaves"})
    assert page.flashes == ["The account is closed; its sessions ended."]
    assert not is_inside(theirs)
    client.post_refused("/accounts/sign-in", {"username": "technician", "password": PASSWORD})
    assert (newest(user.id).action, newest(user.id).reason) == ("accounts.sign_in", "")
    admin.post_ok(f"/accounts/people/{user.id}/open", {"reason": "is back"})
    client.post_refused("/accounts/sign-in", {"username": "technician", "password": PASSWORD})
    assert queries.user(user.id).password_hash == ""


def test_closing_asks_why(admin, cast):
    page = admin.post_refused(f"/accounts/people/{cast.user('technician').id}/close", {"reason": ""})
    assert page.errors == ["Say why, in a few words."]


def test_a_name_is_changed_and_the_trail_knows_both(admin, cast):
    user = cast.user("technician")
    admin.post_ok(f"/accounts/people/{user.id}/name", {"name": "Tom Girard-Roux"})
    entry = newest(user.id)
    assert entry.action == "accounts.rename"
    assert (entry.old, entry.new) == ({"name": "Tom Girard"}, {"name": "Tom Girard-Roux"})


def test_two_who_rename_one_person_do_not_overwrite_each_other_unseen(admin, cast, watch):
    user = cast.user("technician")
    url = f"/accounts/people/{user.id}/name"
    page = admin.get_ok(url)
    with transaction():
        actions.rename(queries.user(user.id), "Tom Girard-Roux", at=watch.now(), by=BY)
    answer = admin.read(admin.submit(page, {"name": "Thomas Girard"}, to=url), url, 409)
    assert answer.h1 == "This was changed meanwhile"
    assert "the tests changed it at 13:00." in answer.text
    assert queries.user(user.id).person.name == "Tom Girard-Roux"


@pytest.mark.parametrize("number", [999_999, 2**31 - 1, 2**31, 10**20, 0, -1, "x", "1x", "٣", "9" * 5000])
def test_a_person_who_is_not_there_is_no_page(admin, number):
    admin.get_page(f"/accounts/people/{number}", 404)


def test_an_action_knows_a_stale_version(app, cast, watch):
    user = cast.user("technician")
    with pytest.raises(Stale), transaction():
        actions.close_account(
            queries.user(user.id), reason="x", at=watch.now(), by=BY, version=user.row_version + 1
        )


def test_a_password_can_be_given_by_a_program_alone_and_is_checked(app, cast, watch):
    new = {"name": "I", "roles": {cast.site.id: {Role.AUDITOR}}, "at": watch.now(), "by": BY}
    with pytest.raises(Refused) as refused, transaction():
        actions.add_user(username="i.faure", password="short", **new)
    assert codes(refused) == ["password.length"]
    with transaction():
        actions.add_user(username="i.faure", password="four-words-of-no-use", **new)
    assert db.session.scalar(db.select(User.password_hash).filter_by(username="i.faure")).startswith(
        "$argon2id"
    )


def test_nobody_is_added_to_a_site_that_is_not_there(app, watch):
    with pytest.raises(LookupError), transaction():
        actions.add_user(username="i.faure", name="I", roles={99: {Role.AUDITOR}}, at=watch.now(), by=BY)


def test_names_of_persons_come_in_one_query(app, cast):
    me, you = cast.actor("pharmacist").person_id, cast.actor("technician").person_id
    assert queries.person_names([me, you, None, 99_999, me]) == {me: "Claire Morel", you: "Tom Girard"}
    assert queries.person_names([]) == {}


def test_an_actor_is_found_by_name_for_the_terminal(app, cast):
    assert queries.actor("Pharmacist") == cast.actor("pharmacist")
    assert queries.actor("practitioner3", cast.other_site.id) == cast.actor("practitioner3")
    for wrong in (("nobody", None), ("practitioner3", cast.site.id)):
        with pytest.raises(LookupError):
            queries.actor(*wrong)


def test_a_new_persons_first_way_in(admin, client, cast):
    values = {"name": "Ines Faure", "username": "i.faure", "site_id": cast.site.id, "roles": ["technician"]}
    page = admin.post_ok("/accounts/people/add", values)
    shown = admin.read(admin.submit(page, to="/link"), "link", 200)
    token = shown.text.split("/accounts/links/")[1].split()[0]
    link = client.get_ok(f"/accounts/links/{token}")
    client.submit(link, {"password": "four-words-of-no-use", "again": "four-words-of-no-use"})
    assert enter(client, "i.faure", "four-words-of-no-use").get_ok("/accounts/me").h1 == "Ines Faure"
