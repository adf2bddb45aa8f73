"""The state machine as one table: what is no arrow is refused to everybody, an arrow to who may not go it.

The table is written here a second time, from the clinic's rules, so that an arrow added by mistake is seen.
"""

from itertools import product
from types import SimpleNamespace

import pytest

from formulary import clock
from formulary.accounts import Actor, Forbidden, Role
from formulary.accounts.models import StaffRole, User
from formulary.cocktails import actions as cocktails
from formulary.cocktails.labels import WAYS, way
from formulary.cocktails.models import STATES
from formulary.db import transaction
from formulary.preparations import actions as bench
from formulary.rules.findings import Refused, Stage
from tests.support.builders import act, saved
from tests.support.builders.accounts import password_hash
from tests.support.road import a_prescription, blind_answers

P, T, D = "pharmacist", "technician", "practitioner"
MAY = {
    ("draft", "prescribed"): {D},
    ("draft", "cancelled"): {P, D},
    ("prescribed", "verified"): {P, D},
    ("prescribed", "draft"): {P, D},
    ("prescribed", "cancelled"): {P, D},
    ("verified", "in_preparation"): {P, T, D},
    ("verified", "cancelled"): {P, D},
    ("in_preparation", "prepared"): {P, T, D},
    ("in_preparation", "verified"): {P, T, D},
    ("in_preparation", "wasted"): {P, T, D},
    ("prepared", "released"): {P, D},
    ("prepared", "in_preparation"): {P, D},
    ("prepared", "wasted"): {P, D},
    ("released", "administering"): {D},
    ("released", "wasted"): {D},
    ("administering", "administered"): {D},
}
APART = {("prescribed", "verified"): "verify", ("prepared", "released"): "release"}
SITES = [
    SimpleNamespace(verify=verify, release=release, solo=solo)
    for verify, release, solo in product((True, False), repeat=3)
]
FIRST, OTHER = 1, 2


def somebody(role: str, person_id: int = OTHER) -> Actor:
    return Actor(person_id, person_id, role, role, 1, frozenset({Role(role)}))


def outcome(from_state, to_state, role, site, first_id):
    by = somebody(role)
    try:
        arrow = cocktails.allowed(from_state, to_state, by)
    except Refused:
        return "no arrow"
    except Forbidden:
        return "not this role"
    return "goes" if cocktails.is_apart(arrow, site, first_id, by) else "another person"


def expected(from_state, to_state, role, site, first_id):
    arrow = (from_state, to_state)
    if arrow not in MAY:
        return "no arrow"
    if role not in MAY[arrow]:
        return "not this role"
    asks = arrow in APART and getattr(site, APART[arrow]) and not site.solo
    return "another person" if asks and first_id == OTHER else "goes"


def test_every_arrow_every_role_every_policy_and_both_persons():
    matrix = list(product(STATES, STATES, map(str, Role), SITES, (FIRST, OTHER)))
    assert len(matrix) == 10 * 10 * 6 * 8 * 2
    assert [case for case in matrix if outcome(*case) != expected(*case)] == []


def test_the_last_states_lead_nowhere():
    assert {w.from_state for w in WAYS} & {"administered", "wasted", "cancelled"} == set()


@act()
def a_second_account(clinic, username, role):
    """Another account of the same person, with another role."""
    person = clinic.user(username).person_id
    columns = {"person_id": person, "username": f"{username}.{role}", "password_hash": password_hash()}
    user = saved(User(**columns, created_at=clock.now(), rights_changed_at=clock.now()))
    saved(StaffRole(user_id=user.id, site_id=clinic.site.id, role=role))
    return Actor(person, user.id, user.username, "the same", clinic.site.id, frozenset({Role(role)}))


def test_the_same_person_with_two_accounts_does_not_verify(clinic, patient, formula):
    signed = a_prescription(clinic, patient, formula)
    again = a_second_account(clinic, "practitioner", "pharmacist")
    checked = cocktails.check(signed, Stage.VERIFY, at=clock.now())
    with pytest.raises(Refused, match=r"verify\.own_prescription"), transaction():
        cocktails.verify(signed.id, answers=blind_answers(checked), at=clock.now(), by=again)


def test_the_same_person_with_two_accounts_does_not_release(road):
    attempt = road.prepared()
    again = a_second_account(road.clinic, "technician", "pharmacist")
    looked = {what: True for what in bench.INSPECTED}
    with pytest.raises(Refused, match=r"release\.own_preparation"), transaction():
        bench.release(attempt.id, inspection=looked, at=clock.now(), by=again)


def test_the_two_steps_that_keep_people_apart_are_marked_in_the_table():
    marked = {(w.from_state, w.to_state): w.verb for w in WAYS if w.apart_from}
    assert marked == APART
    assert way("prescribed", "verified").apart_from == "prescriber"
