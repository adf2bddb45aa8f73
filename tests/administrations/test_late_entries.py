"""A worksheet on paper, typed in afterwards: act and record stand apart, and nothing found is lost."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from formulary import clock
from formulary.accounts import Forbidden
from formulary.administrations import queries
from formulary.administrations.actions import How, Laid
from formulary.administrations.actions import afterwards as actions
from formulary.administrations.labels import afterwards as labels
from formulary.administrations.queries.proof import exposure_faults
from formulary.catalogue import queries as catalogue
from formulary.cocktails.models import Cocktail
from formulary.cocktails.queries import revision, transitions
from formulary.db import db, transaction
from formulary.preparations import actions as preparations
from formulary.recalls import queries as recalls
from formulary.rules.findings import Refused
from formulary.rules.units import Quantity
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from formulary.stock.models import Reservation
from tests.administrations.doing import ml
from tests.support.road import PRODUCTS, draw_step

page_alone = pytest.mark.databases("sqlite")  # what the page says does not depend on the database
MEASURED = {1: "0.2", 2: "0.3", 3: "0.8", 4: "3.7"}
NEVER = datetime(2099, 1, 1, tzinfo=UTC)
FAINTED = {"outcome": "partly_given", "words": "She fainted.", "leftover": None}
PREPARED, GIVEN = timedelta(hours=5), timedelta(hours=4)


@pytest.fixture
def cocktail(road):
    """Verified, its worksheet printed; then the system went down."""
    return road.verified()


def lot(number):
    [found] = shelf.lots_with_number(number)
    return found


def lots(cocktail):
    """The lot of each line, by its product on the shelf."""
    names = {product.id: product.name for product in catalogue.products()}
    return {line.number: lot(PRODUCTS[names[line.product_id]]) for line in revision(cocktail).lines}


def paper(road, cocktail, **other):
    at, person = clock.now(), lambda name: road.clinic.actor(name).person_id
    water = actions.Mixed(lot("WFI-1").id, ml("4"))
    sources = [
        actions.Source(n, of.id, ml(MEASURED[n]), mixed=water if of.number == "GSH-0600" else None)
        for n, of in lots(cocktail).items()
    ]
    told = {
        "sources": sources, "prepared_by_id": person("technician"), "prepared_at": at - PREPARED,
        "released_by_id": person("pharmacist"), "given_by_id": person("practitioner"),
        "done_at": at - GIVEN, "outcome": "given", "given": ml("4.5"), "leftover": ml("0.5"),
    }  # fmt: skip
    return actions.Paper(**(told | other))


def typed(road, cocktail, *, reason="The server was down.", by="practitioner2", **other):
    with transaction():
        told = {"reason": reason, "at": clock.now(), "by": road.clinic.actor(by)}
        return actions.record_late(cocktail.id, paper(road, cocktail, **other), **told)


def test_every_lot_on_the_paper_reaches_the_patient_at_the_time_of_the_act(road, cocktail):
    row = typed(road, cocktail)
    given = queries.given_lots(row.administration_id)
    assert {of.number for _, of, _ in given} == {*(of.number for of in lots(cocktail).values()), "WFI-1"}
    assert {(each.at, each.grade) for each, _, _ in given} == {(row.done_at, "probable")}
    assert {draw.drawn_at for _, _, draw in given} == {row.done_at - (PREPARED - GIVEN)}
    assert [shelf.balance_sheet(of.id).balances for _, of, _ in given] == [True] * 5
    assert list(exposure_faults()) == []


def test_who_did_it_stands_apart_from_who_typed_it(road, cocktail):
    row, people = typed(road, cocktail), road.clinic.actor
    assert (row.prepared_by_id, row.given_by_id, row.recorded_by_id) == (
        people("technician").person_id,
        people("practitioner").person_id,
        people("practitioner2").person_id,
    )
    assert row.recorded_at - row.done_at == GIVEN


def test_no_step_is_left_out_and_each_says_that_it_was_recorded_late(road, cocktail):
    typed(road, cocktail)
    steps = [step for step in transitions(cocktail.id) if step.reason.startswith("recorded late")]
    states = ["in_preparation", "prepared", "released", "administering", "administered"]
    assert [step.to_state for step in steps] == states
    names = ["technician", "technician", "pharmacist", "practitioner", "practitioner"]
    assert [step.by_id for step in steps] == [road.clinic.actor(name).person_id for name in names]
    db.session.expire_all()
    assert (cocktail.state, cocktail.recorded) == ("administered", "recorded_late")


def test_a_recall_finds_the_patient_and_nothing_stays_reserved(road, cocktail):
    typed(road, cocktail)
    found = recalls.look_up("TXA-2231", at=clock.now(), by=road.clinic.actor("recall"))
    assert (found.counts["A"], found.counts["F"]) == (1, 0)
    kept = db.select(db.func.count()).select_from(Reservation).where(Reservation.ended_at.is_(None))
    assert db.session.scalar(kept) == 0


def test_a_lot_held_meanwhile_is_found_now_and_stops_nothing(road, cocktail):
    with transaction():
        told = {"reason": "suspected", "source": "recall R-7", "at": clock.now()}
        stock.place_hold("lot", lot("TXA-2231").id, **told, by=road.clinic.actor("pharmacist"))
    row = typed(road, cocktail)
    held = ["lot.held" in {found["code"] for found in rows} for rows in (row.then, row.now)]
    assert held == [False, True]


def test_the_shelf_is_not_said_to_have_been_short_of_what_was_drawn_from_it(road, cocktail):
    row = typed(road, cocktail)
    codes = {found["code"] for found in (*row.then, *row.now)}
    assert codes & {"stock.short", "vial.not_kept", "exposure.limit_unknown"} == set()


def test_what_was_drawn_was_drawn_by_the_preparer(road, cocktail):
    row, technician = typed(road, cocktail), road.clinic.actor("technician")
    drew = {draw.by_id for _, _, draw in queries.given_lots(row.administration_id)}
    assert drew == {technician.person_id}


def test_rows_of_one_lot_share_a_container_as_long_as_it_holds_anything(road, cocktail):
    sources = paper(road, cocktail).sources
    again = actions.Source(1, sources[0].lot_id, ml("0.1"))
    row = typed(road, cocktail, sources=[*sources, again])
    vials = [d.vial_id for _, of, d in queries.given_lots(row.administration_id) if of.id == again.lot_id]
    assert (len(vials), len({*vials})) == (2, 1)


def signed(road, row, username):
    with transaction():
        return actions.countersign(
            row.id, words="As on the paper.", at=clock.now(), by=road.clinic.actor(username)
        )


def test_it_waits_for_the_signature_of_one_who_neither_did_nor_typed_it(road, cocktail):
    row = typed(road, cocktail)
    assert [each.id for each, _ in queries.unsigned_afterwards(road.clinic.actor("pharmacist"))] == [row.id]
    for name in ("practitioner", "practitioner2"):
        with pytest.raises(Refused, match=r"after\.own"):
            signed(road, row, name)
    signed(road, row, "pharmacist")
    assert queries.unsigned_afterwards(road.clinic.actor("pharmacist")) == []


@page_alone
@pytest.mark.parametrize(
    ("ago", "releaser", "words"),
    [
        (timedelta(hours=2), "pharmacist", ["prepared before it was verified"]),
        (
            timedelta(minutes=9),
            "pharmacist",
            ["recorded within the hour of the act", "prepared before it was verified"],
        ),
        (
            timedelta(hours=2),
            "pharmacist2",
            ["prepared before it was verified", "released by its preparer"],
        ),
    ],
)
def test_what_went_round_verification_or_release_is_flagged(road, cocktail, ago, releaser, words):
    who = {"prepared_by_id": road.clinic.actor("pharmacist2").person_id}
    who |= {"released_by_id": road.clinic.actor(releaser).person_id}
    row = typed(road, cocktail, done_at=clock.now() - ago, **who)
    [line] = labels.after_lines([(row, None)], None, ZoneInfo(road.clinic.site.zone), clock.now())
    assert (line.state, line.words) == ("stop", "; ".join([labels.WAITS, *words]))


@page_alone
@pytest.mark.parametrize(
    ("field", "name"),
    [("prepared_by_id", "auditor"), ("released_by_id", "technician"), ("given_by_id", "recall")],
)
def test_nobody_is_named_who_may_not_have_done_it(road, cocktail, field, name):
    with pytest.raises(Refused) as refusal:
        typed(road, cocktail, **{field: road.clinic.actor(name).person_id})
    assert [(found.code, found.field) for found in refusal.value.findings] == [("paper.may_not", field)]


@page_alone
def test_the_same_form_sent_twice_answers_with_what_it_recorded(road, cocktail, clients):
    there, person = f"/afterwards/late/{cocktail.id}", clients("practitioner2")
    page, sent = person.get_ok(there), sheet(road, cocktail)
    first, second = (person.submit(page, sent, press="Record it late") for _ in (1, 2))
    assert (first.status_code, second.location) == (302, first.location)
    assert person.get(there).location == first.location


@page_alone
def test_what_went_on_in_the_system_meanwhile_keeps_what_was_typed_on_the_page(road, cocktail, clients):
    there, person = f"/afterwards/late/{cocktail.id}", clients("practitioner2")
    page, sent = person.get_ok(there), sheet(road, cocktail)
    with transaction():
        preparations.claim(cocktail.id, at=clock.now(), by=road.clinic.actor("technician"))
    again = person.read(person.submit(page, sent, press="Record it late"), there, 422)
    told = "That is before what the system itself saw of it. "
    assert again.errors == [told + "Read the paper again; what was claimed by mistake is given back first."]
    assert again.form(there).filled({}, "Record it late")["rows-0-lot"] == [sent["rows-0-lot"]]


def at_once(road, cocktail, **other):
    """The rest of it on paper, ended this minute."""
    return typed(road, cocktail, **({"prepared_at": clock.now(), "done_at": clock.now()} | other))


def test_what_was_drawn_in_the_system_is_kept_and_the_paper_tells_the_rest(road):
    attempt, technician = road.claimed(), road.clinic.actor("technician")
    first = next(step for step in attempt.planned if step.position == 1)
    draw_step(attempt.id, 1, technician)
    cocktail = db.session.get_one(Cocktail, attempt.cocktail_id)
    rest = [each for each in paper(road, cocktail).sources if each.line != first.line_number]
    row = at_once(
        road, cocktail, sources=rest, given=ml("1"), leftover=None, outcome="partly_given", words="Fainted."
    )
    grades = {draw.line_number: draw.grade for _, _, draw in queries.given_lots(row.administration_id)}
    assert grades == {each.line: "probable" for each in rest} | {first.line_number: "confirmed"}
    db.session.expire_all()
    assert (row.administration.attempt_id, cocktail.state) == (attempt.id, "administered")
    assert {step.state for step in attempt.planned} == {"drawn", "dropped"}
    assert list(exposure_faults()) == []


@pytest.mark.parametrize(
    ("stage", "late"),
    [
        ("prepared", ["released", "administering", "administered"]),
        ("released", ["administering", "administered"]),
    ],
)
def test_a_syringe_on_the_table_is_given_on_paper(road, stage, late):
    attempt = getattr(road, stage)()
    cocktail = db.session.get_one(Cocktail, attempt.cocktail_id)
    row = at_once(road, cocktail, sources=(), given=ml("4.5"))
    steps = [s.to_state for s in transitions(cocktail.id) if s.reason.startswith("recorded late")]
    assert steps == late
    assert recalls.look_up("TXA-2231", at=clock.now(), by=road.clinic.actor("recall")).counts["D"] == 0
    db.session.expire_all()
    assert (attempt.state, attempt.preparer_id) == ("administered", road.clinic.actor("technician").person_id)
    assert (row.administration.given, row.administration.released) == (4_500_000, attempt.total)
    assert list(exposure_faults()) == []


@page_alone
def test_of_a_released_one_only_the_session_is_asked(road, clients):
    attempt, person = road.released(), clients("practitioner2")
    there = f"/afterwards/late/{attempt.cocktail_id}"
    assert person.get_ok(f"/preparations/{attempt.id}").links["Enter the rest from paper"] == there
    names = person.get_ok(there).form(there).names
    assert names & {"prepared_by_id", "prepared_at", "released_by_id", "rows-0-lot"} == set()
    at = clock.now().astimezone(ZoneInfo("Europe/Paris"))
    who = road.clinic.actor("practitioner").person_id
    sent = {"given_by_id": who, "done_at": f"{at:%Y-%m-%dT%H:%M}", "given": "4.5", "reason": "Down."}
    sent |= {"leftover": "0.5"}
    person.post_ok(there, sent | {"outcome": "given"}, press="Record it late")
    db.session.expire_all()
    assert attempt.cocktail.recorded == "recorded_late"


@page_alone
@pytest.mark.parametrize(
    ("stage", "other", "code"),
    [
        ("claimed", {"sources": ()}, "paper.line_missing"),
        ("claimed", {"prepared_at": None, "done_at": None}, "paper.wrong_order"),
        ("prepared", {}, "paper.drawn_already"),
        ("started", {}, "cocktail.wrong_state"),
    ],
)
def test_what_the_system_saw_is_not_told_otherwise(road, stage, other, code):
    begun = getattr(road, stage)()
    before = {name: clock.now() - GIVEN for name in other if name != "sources"}
    with pytest.raises(Refused, match=code.replace(".", r"\.")):
        at_once(road, db.session.get_one(Cocktail, begun.cocktail_id), **(other | before))


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"reason": " "}, "after.no_reason"),
        ({"done_at": NEVER}, "after.ahead"),
        ({"prepared_at": NEVER}, "paper.wrong_order"),
        ({"sources": ()}, "paper.line_missing"),
        ({"given": ml("6")}, "after.more_than_drawn"),
        ({"given": ml("1")}, "after.not_accounted"),
        ({"sites": [(Laid("Forehead", 100, ml("0.05")), How())]}, "paper.sites_too_much"),
        ({"sites": [(Laid("Forehead", 1, ml("1")), How(depth=Quantity.of("9", "mm")))]}, "depth.unusual"),
        ({"given": ml("1"), "leftover": None}, "after.not_accounted"),
        ({"given": ml("1"), "outcome": "not_given"}, "administration.outcome_differs"),
        ({"given": ml("1"), "outcome": "partly_given"}, "administration.reason_missing"),
        ({"given": ml("4"), "dead_space": ml("3")} | FAINTED, "after.not_accounted"),
        (
            {"given": ml("0"), "dead_space": ml("30")} | FAINTED | {"outcome": "not_given"},
            "after.not_accounted",
        ),
    ],
)
@page_alone
def test_what_cannot_have_been_is_refused(road, cocktail, other, code):
    with pytest.raises(Refused) as refusal:
        typed(road, cocktail, **other)
    assert [finding.code for finding in refusal.value.findings] == [code]


def test_what_was_left_and_what_the_device_kept_go_to_waste_apart(road, cocktail):
    session = typed(road, cocktail, leftover=ml("0.45"), dead_space=ml("0.05")).administration
    assert (session.leftover, session.dead_space, session.difference) == (450_000, 50_000, 0)
    assert [shelf.balance_sheet(of.id).balances for of in lots(cocktail).values()] == [True] * 4


@page_alone
def test_what_was_partly_given_with_its_reason_leaves_over_what_nobody_measured(road, cocktail):
    session = typed(road, cocktail, given=ml("1"), **FAINTED).administration
    assert (session.given, session.leftover, session.difference) == (1_000_000, 4_000_000, 0)


@page_alone
def test_a_worksheet_is_entered_once(road, cocktail):
    typed(road, cocktail)
    with pytest.raises(Refused, match=r"cocktail\.wrong_state"):
        typed(road, cocktail)


@page_alone
def test_a_technician_types_in_no_worksheet(road, cocktail):
    with pytest.raises(Forbidden):
        typed(road, cocktail, by="technician")


def sheet(road, cocktail):
    """The form as it is filled in from the paper."""
    at = clock.now().astimezone(ZoneInfo("Europe/Paris"))
    sent = {
        "prepared_by_id": road.clinic.actor("technician").person_id,
        "released_by_id": road.clinic.actor("pharmacist").person_id,
        "prepared_at": f"{at - PREPARED:%Y-%m-%dT%H:%M}", "done_at": f"{at - GIVEN:%Y-%m-%dT%H:%M}",
        "outcome": "given", "given": "4.5", "leftover": "0.5", "reason": "The server was down.",
    }  # fmt: skip
    for index, (number, of) in enumerate(lots(cocktail).items()):
        sent |= {f"rows-{2 * index}-lot": of.number, f"rows-{2 * index}-measured": MEASURED[number]}
        if of.number == "GSH-0600":
            sent |= {f"rows-{2 * index}-diluent": "WFI-1", f"rows-{2 * index}-diluent_volume": "4"}
    return sent


@page_alone
def test_a_row_takes_our_label_of_the_vial_that_stood_open(road, cocktail, clients):
    by, place = road.clinic.actor("technician"), shelf.place(road.clinic.site.id, "storage")
    with transaction():
        vial = stock.open_vial(lot("TXA-2231"), place=place, at=clock.now(), by=by)
    sent = sheet(road, cocktail) | {"rows-0-lot": vial.code}
    there, person = f"/afterwards/late/{cocktail.id}", clients("practitioner2")
    assert f"{vial.code} of lot TXA-2231. Where one of these was used" in person.get_ok(there).text
    person.post_ok(there, sent, press="Record it late")
    [(row, _)] = queries.unsigned_afterwards(road.clinic.actor("pharmacist"))
    drawn = [(of.number, d.vial_id) for _, of, d in queries.given_lots(row.administration_id)]
    assert [key for number, key in drawn if number == "TXA-2231"] == [vial.id]


@page_alone
def test_a_row_whose_lot_is_not_on_record_offers_to_write_it_as_it_was_read(road, cocktail, clients):
    there, person = f"/afterwards/late/{cocktail.id}", clients("practitioner2")
    sent = sheet(road, cocktail) | {"rows-0-lot": "TXA-NEW"}
    page = person.post_refused(there, sent, press="Record it late")
    why = "No lot TXA-NEW of it is on record here. Look at the pack again, and choose what it was."
    assert page.errors == [why]
    [choice] = page.all("input", name="rows-0-which")
    sent |= {"rows-0-which": choice.get("value")}
    assert person.submit(page, sent, press="Record it late").status_code == 302
    found = recalls.look_up("TXA-NEW", at=clock.now(), by=road.clinic.actor("recall"))
    assert found.counts["A"] == 1


@page_alone
def test_the_areas_that_the_paper_names_are_on_the_session(road, cocktail, clients):
    person, there = clients("practitioner2"), f"/afterwards/late/{cocktail.id}"
    area = {"area": "Forehead", "points": "10", "per_point": "0.05", "layer": "dermis", "depth": "2"}
    sent = sheet(road, cocktail) | {f"sites-0-{name}": value for name, value in area.items()}
    person.post_ok(there, sent, press="Record it late")
    [(row, _)] = queries.unsigned_afterwards(road.clinic.actor("pharmacist"))
    [site] = row.administration.sites
    assert (site.area, site.points, site.per_point, site.layer, site.depth) == (
        "Forehead", 10, 50_000, "dermis", 2_000_000,
    )  # fmt: skip
    assert person.get_ok(f"/administrations/{row.administration_id}").mentions("Forehead")


@page_alone
@pytest.mark.parametrize(
    ("half", "missing"),
    [
        ({"rows-1-lot": "TXA-9"}, "Measured, undiluted"),
        ({"rows-1-measured": "0.1"}, "Lot"),
        ({"sites-1-area": "Forehead", "sites-1-points": "3"}, "Volume per point"),
        ({"sites-1-points": "3", "sites-1-per_point": "0.1", "sites-1-depth": "2"}, "Area"),
        (
            {"rows-1-lot": "TXA-9", "rows-1-measured": "0.1", "rows-1-diluent": "WFI-1"},
            "Volume of the diluent",
        ),
    ],
)
def test_a_row_filled_in_by_half_is_asked_for_whole(road, cocktail, clients, half, missing):
    there = f"/afterwards/late/{cocktail.id}"
    sent = sheet(road, cocktail) | half
    page = clients("practitioner").post_refused(there, sent, press="Record it late")
    assert page.errors == [f"{missing} is missing beside what was typed with it."]


@page_alone
def test_a_depth_without_its_area_is_not_passed_over(road, cocktail, clients):
    there = f"/afterwards/late/{cocktail.id}"
    sent = sheet(road, cocktail) | {"sites-1-depth": "2"}
    page = clients("practitioner").post_refused(there, sent, press="Record it late")
    assert page.errors == [
        f"{name} is missing beside what was typed with it." for name in ("Area", "Points", "Volume per point")
    ]


@page_alone
def test_it_is_typed_on_a_page_that_the_bench_leads_to(road, cocktail, clients):
    there, person = f"/afterwards/late/{cocktail.id}", clients("practitioner")
    assert person.get_ok(f"/preparations/cocktails/{cocktail.id}").links["Enter one that was used"] == there
    person.post_ok(there, sheet(road, cocktail), press="Record it late")
    db.session.expire_all()
    late = db.session.get_one(Cocktail, cocktail.id)
    assert (late.state, late.recorded) == ("administered", "recorded_late")
    chart = person.get_ok(f"/patients/{road.patient.id}/chart")
    assert "Recorded late" in chart.links
    [(row, _)] = queries.unsigned_afterwards(road.clinic.actor("pharmacist"))
    page, second = f"/afterwards/{row.id}", clients("pharmacist")
    assert page in second.get_ok("/").links.values()
    second.post_ok(page, {"words": "As on the paper."}, press="Sign for it")
    assert page not in second.get_ok("/").links.values()
    assert "recorded late" in person.get_ok(f"/cocktails/{cocktail.id}").h1
