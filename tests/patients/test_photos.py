"""Photos: drawn anew without what a camera hides, shown to who may see the patient, refused in words."""

from io import BytesIO

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from formulary.audit.models import AccessEntry, AuditEntry
from formulary.db import db
from formulary.patch_tests.models import PatchTest
from formulary.patients.models import Photo
from formulary.web.pictures import MOST_PIXELS, cleaned
from tests.support.builders import a_lot, a_patient, a_test

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825
TURNED, SEEN, REFUSED, TOO_LARGE, GONE = 6, 302, 422, 413, 404
MEGA = 1024 * 1024
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PROGRAM = b"MZ\x90\x00\x03" + bytes(200)


def a_photo(kind="JPEG", size=(40, 20)):
    """A photo as a telephone makes it: lying on its side, with its maker and the place in the EXIF."""
    exif = Image.Exif()
    exif[MAKER], exif[ORIENTATION], exif[GPS] = "Telephone", TURNED, {1: "N", 2: (48.0, 51.0, 24.0)}
    made = BytesIO()
    Image.new("RGB", size, (180, 120, 100)).save(made, kind, exif=exif)
    return made.getvalue()


def bring(client, url, raw, to, name="photo.jpg", **told):
    """What the page answers once the photo is sent."""
    data = client.get_ok(url).form(to).filled(told)
    boundary, sent = encode_multipart({**data, "photo": FileStorage(BytesIO(raw), filename=name)})
    return client.open("POST", to, data=sent, content_type=f"multipart/form-data; boundary={boundary}")


@pytest.fixture
def patient(app):
    """Somebody in the care of Paris."""
    return a_patient()


@pytest.fixture
def url(patient):
    """The page of the patient's photos."""
    return f"/patients/{patient.id}/photos"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_nothing_of_what_the_camera_hid_is_kept_and_the_photo_stands_upright(kind):
    kept = cleaned(a_photo(kind))
    with Image.open(BytesIO(kept.content)) as read:
        assert (dict(read.getexif()), read.size, read.format) == ({}, (20, 40), kind)
    assert b"Telephone" not in kept.content


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("place", [17, 69])
def test_a_damaged_exif_block_costs_no_photo(place):
    raw = bytearray(a_photo())
    raw[raw.index(b"Exif\0\0") + place] = 2
    kept = cleaned(bytes(raw))
    assert (kept.width, kept.height) == (20, 40)


def test_a_photo_is_kept_and_shown_to_those_who_may_see_the_patient(clients, cast, patient, url):
    client = clients("practitioner")
    assert bring(client, url, a_photo(), url, title="Left cheek").status_code == SEEN
    (row,) = db.session.scalars(db.select(Photo))
    file = f"{url}/{row.id}/file"
    answer = client.get(file)
    assert (answer.mimetype, answer.data) == ("image/jpeg", row.content)
    assert answer.headers["Content-Security-Policy"].split("; ")[-1] == "sandbox"
    assert f'src="{file}"' in client.get_ok(url).html
    assert clients("practitioner3").get(file).status_code == GONE
    seen = db.session.scalars(db.select(AccessEntry).filter_by(what="patients.photo")).all()
    assert [(entry.object_id, entry.patients) for entry in seen] == [(patient.id, 1)]


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("raw", "name", "why"),
    [
        (PROGRAM, "photo.jpg", "neither JPEG nor PNG inside, whatever it is called"),
        (SVG, "photo.svg", "neither JPEG nor PNG inside, whatever it is called"),
        (a_photo()[:200], "photo.jpg", "cannot be read to its end"),
        (b"", "photo.jpg", "No photo was chosen."),
        (b"\xff\xd8\xff" + bytes(12 * MEGA), "photo.jpg", "more than 12\N{NO-BREAK SPACE}MB"),
    ],
    ids=["renamed program", "svg with a script", "broken", "none", "12 MB and more"],
)
def test_what_is_no_photo_is_refused_in_words(clients, url, raw, name, why):
    answer = bring(clients("practitioner"), url, raw, url, name)
    assert answer.status_code == REFUSED
    assert why in answer.get_data(as_text=True)
    assert db.session.scalars(db.select(Photo)).all() == []


def test_40_mb_are_refused_before_they_are_read(clients, url):
    answer = bring(clients("practitioner"), url, bytes(40 * MEGA), url)
    assert answer.status_code == TOO_LARGE
    assert "This page takes at most 12\N{NO-BREAK SPACE}MB." in answer.get_data(as_text=True)


def test_a_picture_with_too_many_points_is_refused(monkeypatch):
    monkeypatch.setattr("formulary.web.pictures.MOST_PIXELS", 40 * 20 - 1)
    with pytest.raises(Exception, match="50 million points"):
        cleaned(a_photo())
    assert MOST_PIXELS == 50_000_000


def test_a_photo_taken_away_is_gone_and_stays_on_record(clients, patient, url):
    client = clients("practitioner")
    bring(client, url, a_photo(), url)
    (row,) = db.session.scalars(db.select(Photo))
    client.post_ok(f"{url}/{row.id}/remove", {"why": "another patient"})
    db.session.expire_all()
    assert (row.content, row.removed_why) == (None, "another patient")
    assert client.get(f"{url}/{row.id}/file").status_code == GONE
    acts = db.session.scalars(
        db.select(AuditEntry.action).where(AuditEntry.action.contains("_photo")).order_by(AuditEntry.id)
    )
    assert list(acts) == ["patients.add_photo", "patients.remove_photo"]


def test_a_photo_comes_with_the_reading_of_a_test(clients, patient):
    test = a_test(patient, a_lot())
    page, client = f"/patch-tests/{test.id}", clients("practitioner")
    answer = bring(client, page, a_photo(), f"{page}/read", **{"grades-0-grade": "-"})
    assert answer.status_code == SEEN
    (row,) = db.session.scalars(db.select(Photo))
    assert (row.about_kind, row.about_id) == ("patch_test", test.id)
    assert f"/photos/{row.id}/file" in client.get_ok(page).html


def test_a_reading_whose_photo_is_none_is_refused_whole(clients, patient):
    test = a_test(patient, a_lot())
    page, client = f"/patch-tests/{test.id}", clients("practitioner")
    answer = bring(client, page, PROGRAM, f"{page}/read", **{"grades-0-grade": "-"})
    assert answer.status_code == REFUSED
    db.session.expire_all()
    assert [item.readings for item in db.session.get(PatchTest, test.id).items] == [[]]
