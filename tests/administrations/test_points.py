"""Points on pictures: one by one, of an area, in a grid; how they were given; the picture a session keeps."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from formulary import clock
from formulary.administrations import actions, labels, queries
from formulary.administrations.actions import How, Laid, Placed
from formulary.administrations.models import InjectionPoint
from formulary.administrations.queries import maps
from formulary.audit.queries import entries_about
from formulary.config import templates_folder
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from formulary.rules.units import Quantity
from tests.administrations.doing import close, ml, practitioner

SHIPPED = {
    "abdomen-1.svg": "661f7248916dc122",
    "face-1.svg": "ca15e4f4a75c1246",
    "hands-1.svg": "720164b8974cbc2c",
    "neck-1.svg": "bc45fde0be589411",
    "scalp-1.svg": "c6cdda05cfeac5de",
    "thighs-1.svg": "b04fc64dd764a7a8",
}
ONE = Laid("Chin", 1, ml("0.05"))
CHEEK, CHIN, BESIDE = (6_767, 5_699), (5_000, 7_850), (200, 9_900)


def record(session, **said):
    with transaction():
        actions.add_points(session.id, **said, at=clock.now(), by=practitioner())
    db.session.expire_all()
    return queries.administration(session.id, practitioner())


def refused(session, **said):
    with pytest.raises(Refused) as refusal:
        record(session, **said)
    [finding] = refusal.value.findings
    return finding.code, finding.field


def placed(*spots, volume="0.05"):
    return [Placed(spot, ml(volume)) for spot in spots]


def rows(session):
    return [(site.area, site.points, site.per_point, site.map, len(site.spots)) for site in session.sites]


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_picture_is_never_changed_only_followed_by_a_newer_one():
    folder = templates_folder() / "maps"
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in folder.glob("*.svg")}
    assert found == SHIPPED, "draw the next version (face-2.svg) beside it: sessions keep the one they have"


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_there_are_six_pictures_and_each_area_is_on_one_of_them(app):
    assert [picture.name for picture in queries.latest()] == list(queries.NAMES)
    assert len(labels.areas()) == len(set(labels.areas()))


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("name", "spot", "area"),
    [
        ("face", (6_767, 5_699), "Left cheek"),
        ("face", (3_233, 5_699), "Right cheek"),
        ("hands", (2_733, 6_533), "Left hand"),
        ("scalp", (2_867, 5_192), "Left side of the scalp"),
        ("thighs", (7_200, 4_302), "Left thigh"),
    ],
)
def test_left_is_the_patients_left_whichever_way_the_picture_looks(app, name, spot, area):
    picture = next(p for p in queries.latest() if p.name == name)
    assert maps.regions_named(picture.regions, area).far(*spot) < 1


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_points_of_one_area_and_volume_are_one_site(road):
    points = [*placed(CHEEK, CHIN, (6_700, 5_700)), *placed((6_800, 5_600), volume="0.1")]
    session = record(road.started(), placed=points, picture="face")
    assert rows(session) == [
        ("Left cheek", 2, 50_000, "face", 2),
        ("Chin", 1, 50_000, "face", 1),
        ("Left cheek", 1, 100_000, "face", 1),
    ]
    assert [(spot.x, spot.y) for spot in session.sites[0].spots] == [CHEEK, (6_700, 5_700)]
    assert session.recorded == 250_000


def test_fifty_points_a_centimetre_apart_are_laid_out_on_the_picture_of_their_area(road):
    laid = Laid("Abdomen", 50, ml("0.05"), Quantity.of("10", "mm"))
    session = record(road.started(), laid=laid)
    assert rows(session) == [("Abdomen", 50, 50_000, "abdomen", 50)]
    assert session.recorded == 2_500_000
    row = sorted(spot.x for spot in session.sites[0].spots if spot.y == 5_128)
    assert {b - a for a, b in pairwise(row)} <= {277, 278}  # 10 of 360 mm


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_without_a_distance_nobody_knows_where_they_lie(road):
    assert rows(record(road.started(), laid=Laid("Neck", 10, ml("0.05")))) == [("Neck", 10, 50_000, "", 0)]


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({}, ("site.empty", "points")),
        ({"placed": placed(BESIDE), "picture": "face"}, ("point.beside", "placed")),
        ({"laid": ONE, "how": How(depth=Quantity.of("6", "mm"))}, ("depth.unusual", "depth_why")),
        ({"laid": ONE, "how": How(device="needle_free", gauge=30)}, ("needle.none", "gauge")),
    ],
)
def test_what_cannot_be_is_asked_about_and_nothing_is_recorded(road, said, answer):
    session = road.started()
    assert refused(session, **said) == answer
    assert db.session.scalar(db.select(db.func.count()).select_from(InjectionPoint)) == 0


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_an_unusual_depth_is_recorded_with_its_reason(road):
    how = How("subcutis", Quantity.of("6", "mm"), "thick layer of fat", "vertical", "syringe", 30, "Linear")
    session = record(road.started(), laid=Laid("Abdomen", 2, ml("0.2")), how=how)
    assert plain(labels.how(session.sites[0], ".")) == (
        "subcutis, 6 mm (thick layer of fat), vertical, syringe, 30G (thin), linear"
    )


def test_a_session_keeps_the_version_it_was_drawn_on(road, monkeypatch):
    session = record(road.started(), placed=placed(CHEEK), picture="face")
    face = queries.latest()[0]
    newer = (replace(face, version=2), *maps.pictures())
    monkeypatch.setattr(maps, "pictures", lambda: newer)
    session = record(session, placed=placed(CHIN), picture="face")
    assert [(site.map, site.map_version) for site in session.sites] == [("face", 1), ("face", 1)]
    assert maps.latest()[0].version == 2


def test_the_trail_holds_where_it_went_and_a_site_is_taken_back_with_its_points(road):
    session = record(road.started(), placed=placed(CHEEK), picture="face")
    [entry] = entries_about("administration", session.id)[:1]
    assert (entry.new["map"], entry.new["spots"]) == ("face-1", [list(CHEEK)])
    with transaction():
        actions.remove_site(session.id, 1, at=clock.now(), by=practitioner())
    assert db.session.scalar(db.select(db.func.count()).select_from(InjectionPoint)) == 0


def test_the_page_takes_points_in_words_and_shows_them_on_the_picture(road, clients):
    session, doctor = road.started(), clients("practitioner")
    url = f"/administrations/{session.id}"
    words = {"placed": "67.67 56.99\n50 78.5 0.1", "area": "Forehead", "points": "10", "spacing": "10"}
    page = doctor.post_ok(f"{url}/points", words | {"gauge": "30", "device": "syringe"}, at=url)
    assert plain(page.h1) == "4.35 mL left to give"
    assert page.html.count('class="point"') == 12
    assert "Left cheek 1 point, 0.05 mL" in plain(page.text)
    assert page.form("/points").fields["gauge"] == ["30"]


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("said", "answers"),
    [
        (
            {"placed": "41 33 0.05\nleft of the nose", "gauge": "30G thick"},
            ["Line 2, “left of the nose”, is no point.", "30G is thin: the higher the number, the thinner"],
        ),
        (
            {"placed": "41 33 0,05", "gauge": "3.5"},
            ["has a comma; this site writes decimals with a point", "“3.5” is no gauge."],
        ),
        ({"placed": "101 33 0.05"}, ["Line 1, “101 33 0.05”, is no point."]),
        ({"area": "Chin"}, ["Points is not filled in. The other one is."]),
        ({"depth": "6", "area": "Chin", "points": "1"}, ["6 mm is not within the 1 mm to 4 mm"]),
    ],
)  # fmt: skip
def test_the_page_says_what_it_cannot_read_and_keeps_it(road, clients, said, answers):
    url = f"/administrations/{road.started().id}"
    page = clients("practitioner").post_refused(f"{url}/points", said, at=url)
    errors = plain(" ".join(page.errors))
    assert [answer for answer in answers if answer not in errors] == []
    assert {name: page.form("/points").fields[name][0].strip() for name in said} == said


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_another_picture_is_a_link_away_and_stays_after_recording(road, clients):
    url, doctor = f"/administrations/{road.started().id}", clients("practitioner")
    page = doctor.post_ok(f"{url}/points", {"placed": "28.67 51.92"}, at=f"{url}?map=scalp")
    assert "Left side of the scalp 1 point" in plain(page.text)
    assert "Scalp from above, the forehead on top, picture version 1" in page.text


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_closed_session_shows_its_pictures(road, clients):
    session = record(road.started(), placed=placed(*[CHEEK] * 90), picture="face")
    close(session, "0.5")
    page = clients("practitioner").get_ok(f"/administrations/{session.id}")
    assert page.html.count('class="point"') == 90
    assert "Left cheek 90 points, 4.5 mL." in plain(page.text)


def test_two_tabs_close_it_once_and_the_other_is_told(road, clients):
    session, doctor = road.started(), clients("practitioner")
    url = f"/administrations/{session.id}"
    one, other = doctor.get_ok(url), doctor.get_ok(url)
    answers = {"leftover": "5", "reason": "Patient unwell"}
    assert doctor.submit(one, answers, to="/close", press="Not given").status_code == 302
    late = doctor.read(doctor.submit(other, answers, to="/close", press="Not given"), url, 422)
    assert "This session is closed, here or on another page; its record stands." in late.text
    points = doctor.read(doctor.submit(other, {"placed": "50 50"}, to="/points"), url, 422)
    assert "This session is closed" in points.text


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("minutes", "state", "words"),
    [(5, "warn", "cream EMLA since 12:55: wait until 13:15"), (20, "pass", "cream EMLA since 12:40")],
)
def test_a_cream_has_its_twenty_minutes(road, clients, minutes, state, words):
    session = road.started()
    put_on_at = clock.now() - timedelta(minutes=minutes)
    with transaction():
        actions.note_anaesthetic(
            session.id, kind="cream", what="EMLA", put_on_at=put_on_at, at=clock.now(), by=practitioner()
        )
    page = clients("practitioner").get_ok(f"/administrations/{session.id}")
    assert words in plain(page.text)
    assert labels.numb(queries.administration(session.id, practitioner()), clock.now()).state == state


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_what_is_done_against_the_pain_is_said_on_the_page_and_not_ahead(road, clients):
    url, doctor = f"/administrations/{road.started().id}", clients("practitioner")
    assert "not said" in doctor.get_ok(url).text
    late = {"kind": "cream", "put_on_at": "2026-11-24T13:30"}
    page = doctor.post_refused(f"{url}/anaesthetic", late, at=url)
    assert "This instant is still to come." in " ".join(page.errors)
    assert "none" in doctor.post_ok(f"{url}/anaesthetic", {"kind": "none"}, at=url).text
