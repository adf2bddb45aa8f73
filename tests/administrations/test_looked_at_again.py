"""What is odd about a record is looked at a second time: how much, and when it was."""

from datetime import timedelta

import pytest

from formulary import clock
from formulary.administrations import queries
from formulary.administrations.actions import afterwards as actions
from formulary.administrations.actions.afterwards.doubts import looked_at_again
from formulary.rules.findings import Refused
from formulary.rules.units import VOLUME, Quantity
from tests.administrations.doing import ml
from tests.administrations.emergency import BOTOX, VITRASE, filled, given, local, lot, product
from tests.support.builders import a_lot

pytestmark = pytest.mark.databases("sqlite")  # what is asked does not depend on the database
YESTERDAY = timedelta(days=1)


@pytest.fixture
def clinic(road):
    """The clinic with two containers of the enzyme on the shelf."""
    road.ready()
    a_lot(product(VITRASE), number="VIT-1", containers=2)
    return road.clinic


def codes(road, **other):
    with pytest.raises(Refused) as refusal:
        given(road, **other)
    return [finding.code for finding in refusal.value.findings]


def containers(count, number="NACL-1"):
    """The volume that so many containers of a lot hold."""
    return Quantity(count * lot(number).product.content, VOLUME)


def test_what_was_given_on_a_day_before_patient_and_lot_were_here_is_asked_about(road, clinic):
    told = {"ago": YESTERDAY, "reason": "Found on paper."}
    assert codes(road, **told) == ["after.before_registered", "after.before_the_lot"]
    row = given(road, **told, sure="Both were entered this morning.")
    assert row.reason == "Found on paper.; looked at again: Both were entered this morning."
    odd = {"after.before_registered", "after.before_the_lot"}
    assert odd <= {found["code"] for found in row.then}


def test_what_was_given_before_the_patient_was_born_is_refused(road, clinic):
    assert codes(road, ago=timedelta(days=45 * 366), reason="x", sure="y") == ["after.before_birth"]


def test_more_than_the_largest_syringe_holds_is_asked_about_where_no_container_says_how_much(road, clinic):
    powder = a_lot(product(BOTOX), number="BTX-7")
    assert codes(road, volume="999999", lot_id=powder.id) == ["after.much"]


@pytest.mark.parametrize(
    ("volume", "asked"),
    [("4", ["after.mixed_otherwise"]), ("25", ["after.much", "after.mixed_otherwise"])],
)
def test_another_volume_of_diluent_than_the_label_states_is_asked_about(road, clinic, volume, asked):
    powder, water = a_lot(product(BOTOX), number="BTX-7"), lot("NACL-1")
    assert powder.product.reconstitution_volume == 2_500_000
    told = {"volume": "0.5", "lot_id": powder.id}
    assert codes(road, **told, mixed=actions.Mixed(water.id, ml(volume))) == asked
    assert given(road, **told, mixed=actions.Mixed(water.id, ml("2.5"))).now is not None


@pytest.mark.parametrize("is_read", [False, True], ids=["on record", "as read"])
def test_a_diluent_opens_no_more_containers_than_one_record_does(road, clinic, is_read):
    powder, water = a_lot(product(BOTOX), number="BTX-7"), lot("NACL-1")
    told = (0, containers(500), "probable", actions.AsRead(water.product_id, "N9"))
    mixed = actions.Mixed(*(told if is_read else (water.id, containers(500))))
    with pytest.raises(Refused) as refusal:
        given(road, volume="0.5", lot_id=powder.id, mixed=mixed, sure="It was.")
    [finding] = refusal.value.findings
    assert (finding.code, finding.field) == ("after.too_many_containers", "diluent_volume")
    assert finding.subject == water.product.name


def test_the_page_says_so_at_the_volume_of_the_diluent(road, clinic, clients):
    powder = a_lot(product(BOTOX), number="BTX-7")
    there, person = f"/afterwards/emergency/{road.patient.id}", clients("practitioner")
    sent = filled(road, product_id=powder.product_id, lot="BTX-7", volume="0.5", diluent="NACL-1")
    sent |= {"diluent_volume": "40000"}
    page = person.post_refused(there, sent, press="Record the emergency")
    [said] = page.texts(id="diluent_volume-errors")
    assert "one record opens no more" in said


def test_the_containers_of_a_whole_worksheet_are_counted_together(road, clinic):
    half = actions.Source(1, lot().id, containers(250, "VIT-1"))
    told = {"patient": road.patient, "done_at": clock.now(), "site_id": clinic.site.id, "sure": "It was."}
    assert looked_at_again([half, half], **told).now
    with pytest.raises(Refused, match="one record opens no more"):
        looked_at_again([half, half, half], **told)


def test_the_page_asks_and_takes_the_answer(road, clinic, clients):
    there, person = f"/afterwards/emergency/{road.patient.id}", clients("practitioner")
    sent = filled(road, done_at=local(clock.now() - YESTERDAY), reason="Found on paper.")
    assert "sure" not in person.get_ok(there).form(there).names
    page = person.post_refused(there, sent, press="Record the emergency")
    assert [words.split(" on ")[0] for words in page.errors] == [
        "The patient was registered",
        "Lot VIT-1 came",
    ]
    answer = person.submit(page, sent | {"sure": "Entered this morning."}, press="Record the emergency")
    assert answer.status_code == 302
    [(row, _)] = queries.unsigned_afterwards(clinic.actor("pharmacist"))
    assert [of.id for _, of, _ in queries.given_lots(row.administration_id)] == [lot().id]
