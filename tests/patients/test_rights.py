"""The actions ask for the right to act, whoever calls them: the pages are not the only door."""

from datetime import date

import pytest

from formulary.accounts import Forbidden, Permission
from formulary.patients import actions
from formulary.patients.models import BreakGlass
from formulary.rules.units import Quantity
from tests.support.builders import (
    a_condition_kind,
    a_consent,
    a_medicine,
    a_patient,
    an_allergy,
    an_ingredient,
    saved,
)

EDITS = (
    ("register", lambda t, p: actions.register_patient(name="Anna Kovač", born_on=date(1985, 3, 12), **t)),
    ("edit", lambda t, p: actions.edit_patient(p.id, version=None, name="A", born_on=p.born_on, **t)),
    ("admit", lambda t, p: actions.admit_patient(p.id, name=p.name, born_on=p.born_on, **t)),
    ("merge", lambda t, p: actions.merge(p.id, into_id=a_patient().id, reason="passport", **t)),
    ("weigh", lambda t, p: actions.record_weight(
        p.id, weight=Quantity.of("62", "kg"), measured_on=t["at"].date(), **t)),
    ("allergy", lambda t, p: actions.add_allergy(p.id, name="latex", severity="mild", **t)),
    ("end", lambda t, p: actions.end_allergy(an_allergy(p, an_ingredient()).id, p.id, why="no", **t)),
    ("asked", lambda t, p: actions.review_allergies(p.id, none_known=True, **t)),
    ("answer", lambda t, p: actions.answer_conditions(
        p.id, answers={a_condition_kind("asthma").id: ("no", "")}, **t)),
    ("confirm", lambda t, p: actions.confirm_conditions(p.id, **t)),
    ("medicine", lambda t, p: actions.note_medicine(p.id, actions.Taken("still", "own", name="garlic"), **t)),
    ("mistake", lambda t, p: actions.mistaken_medicine(a_medicine(p).id, p.id, why="no", **t)),
    ("takes none", lambda t, p: actions.review_medicines(p.id, takes_none=True, **t)),
    ("consent", lambda t, p: actions.record_consent(
        p.id, procedure="mesotherapy", version="1", covers_off_label=True, **t)),
    ("withdraw", lambda t, p: actions.withdraw_consent(a_consent(p).id, p.id, why="no", **t)),
)  # fmt: skip


# Who may enter is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("username", ["technician", "recall", "admin", "auditor"])
@pytest.mark.parametrize("act", [act for _, act in EDITS], ids=[name for name, _ in EDITS])
def test_who_may_not_edit_patients_is_refused(cast, watch, username, act):
    with pytest.raises(Forbidden) as refusal:
        act({"at": watch.now(), "by": cast.actor(username)}, a_patient())
    assert refusal.value.permission is Permission.EDIT_PATIENTS


@pytest.mark.parametrize("username", ["technician", "recall", "admin", "auditor"])
def test_who_may_not_see_patients_opens_none_in_an_emergency(cast, watch, username):
    patient, told = a_patient(), {"at": watch.now(), "by": cast.actor(username)}
    with pytest.raises(Forbidden) as refusal:
        actions.break_glass(identifier=patient.code, born_on=patient.born_on, reason="swollen", **told)
    assert refusal.value.permission is Permission.SEE_PATIENTS


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("username", ["pharmacist", "practitioner", "technician", "recall", "auditor"])
def test_only_an_administrator_reviews_an_emergency_or_sets_the_questions(cast, watch, username):
    told, who = {"at": watch.now(), "by": cast.actor(username)}, cast.actor("practitioner3").person_id
    opened = {"patient_id": a_patient().id, "person_id": who, "reason": "swollen"}
    row = saved(BreakGlass(**opened, at=watch.now(), until=watch.now()))
    question = {"word": "asthma", "name": "Asthma", "action": "prescriber", "source": "test"}
    for act in (
        lambda: actions.review_emergency(row.id, **told),
        lambda: actions.set_condition_kinds([question], **told),
    ):
        with pytest.raises(Forbidden) as refusal:
            act()
        assert refusal.value.permission is Permission.MANAGE_CLINIC
