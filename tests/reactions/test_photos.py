"""The photo of a reaction: beside the report and the follow-up, for those who may see the patient."""

from io import BytesIO

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from formulary.administrations.models import Reaction
from formulary.audit.models import AccessEntry
from formulary.db import db
from formulary.patients.models import Photo
from tests.reactions.doing import given, kind, recorded

pytestmark = pytest.mark.databases("sqlite")  # how a photo is kept is proven on both with the patient's

MEGA = 1024 * 1024
REFUSED, SEEN, SHUT = 422, 302, 403
SAID = {
    "onset": "unknown",
    "severity": "mild",
    "outcome": "resolved",
    "serious": "no",
    "reported_by": "patient",
}
MAKER = 0x010F


def a_photo():
    """A photo as a telephone makes it, with its maker in the EXIF."""
    exif, made = Image.Exif(), BytesIO()
    exif[MAKER] = "Telephone"
    Image.new("RGB", (40, 20), (180, 120, 100)).save(made, "JPEG", exif=exif)
    return made.getvalue()


def send(client, page, to, raw, **told):
    """What the page answers once the form is sent with a photo."""
    data = client.get_ok(page).form(to).filled(told)
    boundary, sent = encode_multipart({**data, "photo": FileStorage(BytesIO(raw), filename="photo.jpg")})
    return client.open("POST", to, data=sent, content_type=f"multipart/form-data; boundary={boundary}")


def kept():
    db.session.expire_all()
    return list(db.session.scalars(db.select(Photo).order_by(Photo.id)))


def test_the_photo_of_a_report_stands_on_its_page_for_those_who_may_see_the_patient(road, clients):
    session, doctor = given(road), clients("practitioner")
    url = f"/reactions/after-session/{session.id}"
    assert send(doctor, url, url, a_photo(), kinds=str(kind()), **SAID).status_code == SEEN
    [row] = kept()
    told = (row.patient_id, row.about_kind, row.about_id, row.title, b"Telephone" in row.content)
    assert told == (session.patient_id, "reaction", 1, "Reaction E-1", False)
    file = f"/patients/{session.patient_id}/photos/{row.id}/file"
    assert [file in clients(who).get_ok("/reactions/1").html for who in ("pharmacist", "recall")] == [
        True,
        False,
    ]
    assert [clients(who).get(file).status_code for who in ("pharmacist", "recall")] == [200, SHUT]
    seen = db.session.scalars(db.select(AccessEntry.person_name).filter_by(what="patients.photo")).all()
    assert seen == ["Claire Morel"]


def test_a_look_and_a_correction_bring_further_photos(road, clients):
    recorded(given(road))
    doctor = clients("practitioner")
    look = send(doctor, "/reactions/1", "/reactions/1/follow-up", a_photo(), outcome="ongoing")
    more = send(doctor, "/reactions/1/correct", "/reactions/1/correct", a_photo(), reason="Asked again")
    assert (look.status_code, more.status_code) == (SEEN, SEEN)
    assert [(row.about_kind, row.about_id) for row in kept()] == [("reaction", 1)] * 2


def test_what_is_no_photo_is_refused_and_what_was_typed_beside_it_stays(road, clients):
    session, doctor = given(road), clients("practitioner")
    url = f"/reactions/after-session/{session.id}"
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    none = (
        "This file is no photo: it is neither JPEG nor PNG inside, whatever it is called. Take a JPEG or PNG."
    )
    broken = "This photo cannot be read to its end; it may be broken. Save it anew, or take another."
    large = "This file has more than 12\N{NO-BREAK SPACE}MB, which no such file has. Choose another one."
    program, cut = b"MZ\x90\x00\x03" + bytes(200), a_photo()[:200]
    for raw, why in ((program, none), (svg, none), (cut, broken), (bytes(40 * MEGA), large)):
        answer = send(doctor, url, url, raw, kinds=str(kind()), remark="Left cheek, a cold pack", **SAID)
        page = doctor.read(answer, url, REFUSED)
        assert page.errors == [why]
        assert page.form(url).filled({})["remark"] == ["Left cheek, a cold pack"]
    assert (kept(), db.session.scalar(db.select(db.func.count(Reaction.id)))) == ([], 0)


def test_a_look_whose_photo_is_none_is_refused_whole(road, clients):
    recorded(given(road))
    doctor, url = clients("practitioner"), "/reactions/1/follow-up"
    answer = send(doctor, "/reactions/1", url, b"MZ\x90", outcome="ongoing", remark="Still red")
    page = doctor.read(answer, url, REFUSED)
    assert page.form(url).filled({})["remark"] == ["Still red"]
    db.session.expire_all()
    assert db.session.get_one(Reaction, 1).follow_ups == []
