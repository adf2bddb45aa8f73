"""Syringes as data: seen by all, changed by an administrator, each version kept where it was drawn with."""

import pytest

from formulary import clock, config
from formulary.accounts import Forbidden
from formulary.accounts import queries as accounts
from formulary.catalogue import actions, facts, queries
from formulary.db import Stale, transaction
from formulary.rules.findings import Refused
from formulary.rules.units import Quantity
from formulary.seed.catalogue import load_catalogue
from formulary.seed.shelf import read_shelf
from tests.support.builders.accounts import PASSWORD


def mL(amount):
    return Quantity.of(amount, "mL")


def marks(capacity="2", graduation="0.1", dead_space=None, source="maker's table", **more):
    return actions.Marks(mL(capacity), mL(graduation), dead_space, source, **more)


def add(cast, name="syringe 2 mL", told=None, by="admin"):
    with transaction():
        return actions.add_device(name, told or marks(), at=clock.now(), by=cast.actor(by))


def change(cast, row, told, by="admin", **more):
    with transaction():
        reason = {"reason": "read on the pack"} | more
        return actions.change_device(row.id, told, **reason, at=clock.now(), by=cast.actor(by))


def the(name):
    return next(row for row in queries.devices() if row.name == name)


def measured(name):
    return [(s.graduation, s.source) for s in facts.syringes() if s.name == name]


def test_a_change_is_a_new_version_and_the_old_one_measures_no_more(cast, loaded):
    old = the("syringe 10 mL")
    new = change(cast, old, marks("10", "0.2", source="maker's table"))
    assert (new.version, queries.device(old.id).status) == (2, "superseded")
    assert measured("syringe 10 mL") == [(mL("0.2"), "maker's table")]
    assert facts.syringe(queries.device(old.id)).graduation == mL("0.5")
    assert [s.meaning for s in accounts.signatures_on("device", new.id)] == ["entered"]


def test_a_dead_space_that_nobody_states_stays_unknown(cast, loaded):
    add(cast)
    assert [s.dead_space for s in facts.syringes() if s.name == "syringe 2 mL"] == [None]


def test_what_is_retired_measures_nothing(cast, loaded):
    with transaction():
        actions.retire_device(the("syringe 5 mL").id, reason="gone", at=clock.now(), by=cast.actor("admin"))
    assert measured("syringe 5 mL") == []
    assert add(cast, "syringe 5 mL", marks("5", "0.2")).version == 2


def test_a_file_that_is_loaded_again_leaves_what_the_clinic_changed(cast, loaded):
    change(cast, the("syringe 10 mL"), marks("10", "0.2"))
    with transaction():
        assert not load_catalogue(read_shelf(config.seed_folder()), at=clock.now())
    assert measured("syringe 10 mL") == [(mL("0.2"), "maker's table")]


@pytest.mark.parametrize("by", ["pharmacist", "technician", "practitioner", "auditor"])
def test_only_an_administrator_changes_what_is_measured_with(cast, loaded, by):
    with pytest.raises(Forbidden):
        add(cast, by=by)
    with pytest.raises(Forbidden):
        change(cast, the("syringe 1 mL"), marks(), by=by)


REFUSED = [
    (lambda cast: add(cast, "syringe 1 mL"), "device.name_taken"),
    (lambda cast: add(cast, told=marks("1", "2")), "device.no_marks"),
    (lambda cast: change(cast, add(cast), marks()), "device.no_change"),
    (lambda cast: change(cast, add(cast), marks("3"), reason=" "), "device.no_reason"),
    (lambda cast: [change(cast, row, marks("3")) for row in [add(cast)] * 2], "device.not_in_use"),
]


@pytest.mark.parametrize(("act", "code"), REFUSED, ids=lambda x: x if isinstance(x, str) else "")
def test_what_cannot_be_a_syringe_is_refused(cast, loaded, act, code):
    with pytest.raises(Refused) as refusal:
        act(cast)
    assert [finding.code for finding in refusal.value.findings] == [code]


def test_a_form_that_is_older_than_the_row_changes_nothing(cast, loaded):
    row = add(cast)
    with pytest.raises(Stale):
        change(cast, row, marks("3"), version=row.row_version + 1)


def test_everybody_sees_the_marks_and_where_sources_differ(clients, loaded):
    page = clients("technician").get_ok("/catalogue/syringes")
    assert page.h1.replace("\u00a0", " ") == "4 syringes in use"
    assert ("sources differ" in page.text, "another source says 0.2 mL" in page.text) == (True, True)
    assert "Add a syringe" not in page.text


def test_an_administrator_changes_a_syringe_with_a_password(clients, loaded):
    here = f"/catalogue/syringes/{the('syringe 10 mL').id}"
    told = {"graduation": "0.2", "reason": "read on the pack", "secret": PASSWORD}
    page = clients("admin").post_ok(here, told)
    assert ("superseded" in page.text, "read on the pack" in page.text) == (True, True)
    assert [graduation for graduation, _ in measured("syringe 10 mL")] == [mL("0.2")]


def test_a_wrong_password_and_a_mark_beyond_the_syringe_change_nothing(clients, loaded):
    here = f"/catalogue/syringes/{the('syringe 1 mL').id}"
    clients("admin").post_refused(here, {"graduation": "0.2", "secret": "wrong"})
    page = clients("admin").post_refused(here, {"graduation": "2", "secret": PASSWORD})
    assert page.errors == ["One mark would be more than the syringe holds. Type a smaller graduation."]
    assert [graduation for graduation, _ in measured("syringe 1 mL")] == [mL("0.01")]


@pytest.mark.parametrize("told", [{"graduation": "0.2"}, {"retired": "y"}], ids=["changed", "retired"])
def test_a_syringe_without_a_reason_is_refused_at_its_field(clients, loaded, told):
    row = the("syringe 10 mL")
    page = clients("admin").post_refused(f"/catalogue/syringes/{row.id}", told | {"secret": PASSWORD})
    assert page.errors == ["A syringe that is changed, or not stocked any more, says why. Type the reason."]
    assert page.texts(id="reason-errors") == page.errors
    assert the("syringe 10 mL").version == row.version


def test_an_administrator_adds_and_retires_one(clients, loaded):
    told = {"name": "syringe 2 mL", "capacity": "2", "graduation": "0.1", "source": "box", "secret": PASSWORD}
    clients("admin").post_ok("/catalogue/syringes/add", told)
    here = f"/catalogue/syringes/{the('syringe 2 mL').id}"
    clients("admin").post_ok(here, {"retired": "y", "reason": "gone", "secret": PASSWORD})
    assert measured("syringe 2 mL") == []
