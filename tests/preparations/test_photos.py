"""The photo of a draw: kept in the act that draws, opened before the release, which counts what was sent."""

from io import BytesIO

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from formulary import clock
from formulary.accounts import queries as accounts
from formulary.audit import queries as audit
from formulary.db import db, transaction
from formulary.patients.actions import keep_draw_photo, remove_photo
from formulary.patients.models import Photo
from formulary.preparations import actions, queries
from formulary.rules.findings import Refused
from formulary.rules.units import VOLUME, Quantity
from tests.preparations.doing import ALL_WELL, release, scan, step, technician, undo
from tests.support.builders import act
from tests.support.builders.accounts import PASSWORD

pytestmark = pytest.mark.databases("sqlite")  # how a photo is kept is proven on both with the patient's
both = pytest.mark.databases("sqlite", "postgresql")

MEGA = 1024 * 1024
REFUSED, SEEN, SHUT, GONE = 422, 302, 403, 404
MAKER = 0x010F


def a_photo():
    """A photo as a telephone makes it, with its maker in the EXIF."""
    exif, made = Image.Exif(), BytesIO()
    exif[MAKER] = "Telephone"
    Image.new("RGB", (40, 20), (180, 120, 100)).save(made, "JPEG", exif=exif)
    return made.getvalue()


def page_of(attempt):
    return f"/preparations/{attempt.id}"


def file_of(attempt, photo):
    return f"{page_of(attempt)}/photos/{photo.id}/file"


def drawn_with(client, attempt, raw, measured="0.2"):
    """What the page answers once the first draw is confirmed with this photo."""
    here = f"{page_of(attempt)}/steps/{step(attempt, 1).position}/draw"
    data = client.get_ok(page_of(attempt)).form(here).filled({"measured": measured})
    boundary, sent = encode_multipart({**data, "photo": FileStorage(BytesIO(raw), filename="photo.jpg")})
    return client.open("POST", here, data=sent, content_type=f"multipart/form-data; boundary={boundary}")


def pictured(attempt, number=1):
    """A photo of the k-th draw of what is drawn already."""
    drawn, patient = queries.draws(attempt.id)[number - 1], attempt.cocktail.patient
    with transaction():
        return keep_draw_photo(
            patient, a_photo(), title="Draw", draw_id=drawn.id, at=clock.now(), by=technician()
        )


def kept():
    db.session.expire_all()
    return list(db.session.scalars(db.select(Photo).order_by(Photo.id)))


def released_entry(attempt):
    told = audit.last_change("attempt", attempt.id)
    return told.action, told.new


def test_the_photo_of_a_draw_is_kept_in_the_act_that_draws_for_those_at_the_bench(road, clients):
    attempt, client = road.claimed(), clients("technician")
    scan(attempt, 1)
    assert drawn_with(client, attempt, a_photo()).status_code == SEEN
    [row], [drawn] = kept(), queries.draws(attempt.id)
    told = (row.patient_id, row.about_kind, row.about_id, row.title, b"Telephone" in row.content)
    assert told == (attempt.patient_id, "draw", drawn.id, "Draw of C-0001, attempt 1, step 1", False)
    assert audit.last_change("attempt", attempt.id).new["photo"] == row.id
    assert "Step 1, tranexamic acid" in client.get_ok(page_of(attempt)).text
    statuses = [clients(who).get(file_of(attempt, row)).status_code for who in ("technician", "recall")]
    assert statuses == [200, SHUT]
    undo(attempt)
    assert client.get(file_of(attempt, row)).status_code == GONE


def test_a_draw_whose_photo_is_none_is_refused_whole(road, clients):
    attempt, client = road.claimed(), clients("technician")
    scan(attempt, 1)
    none = (
        "This file is no photo: it is neither JPEG nor PNG inside, whatever it is called. Take a JPEG or PNG."
    )
    large = "This file has more than 12\N{NO-BREAK SPACE}MB, which no such file has. Choose another one."
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for raw, why in ((b"MZ\x90\x00\x03" + bytes(200), none), (svg, none), (bytes(40 * MEGA), large)):
        page = client.read(drawn_with(client, attempt, raw), page_of(attempt), REFUSED)
        assert page.errors == [why]
        assert page.form("/draw").filled({})["measured"] == ["0.2"]
    assert (kept(), queries.draws(attempt.id)) == ([], [])


def test_a_release_waits_until_each_photo_was_sent_to_whoever_releases(road, clients):
    attempt, client = road.prepared(), clients("pharmacist")
    first, second = pictured(attempt), pictured(attempt, 2)
    clients("technician").get(file_of(attempt, first))
    client.get(file_of(attempt, second))
    looked = {"inspection": list(ALL_WELL)}
    refused = client.post_refused(f"{page_of(attempt)}/release", looked, at=page_of(attempt))
    assert refused.errors == [
        "2 photos, 1 opened since it was prepared. Open each photo of a draw on this page, then release."
    ]
    opens = client.get_ok(f"{page_of(attempt)}?photo={first.id}")
    assert [file_of(attempt, photo) in opens.html for photo in (first, second)] == [True, True]
    assert "2 photos, 1 opened, 1 opening now" in opens.text
    client.get(file_of(attempt, first))
    client.post_ok(f"{page_of(attempt)}/release", looked, at=page_of(attempt))
    db.session.expire_all()
    told = {"self_checked": False, "photos": 2, "photos_opened": 2}
    assert released_entry(attempt) == ("preparations.release", told)


def test_the_page_tells_how_many_were_opened_and_sends_none_unasked(road, clients):
    attempt, client = road.prepared(), clients("pharmacist")
    first, second = pictured(attempt), pictured(attempt, 2)
    page = client.get_ok(page_of(attempt))
    assert ("2 photos, 0 opened" in page.text, "/file" in page.html) == (True, False)
    client.get(file_of(attempt, second))
    page = client.get_ok(page_of(attempt))
    assert "2 photos, 1 opened" in page.text
    assert [file_of(attempt, photo) in page.html for photo in (first, second)] == [False, True]


@both
def test_who_signs_on_the_preparers_screen_has_opened_what_that_screen_was_sent(road, clients):
    attempt, client = road.prepared(), clients("technician")
    client.get(file_of(attempt, pictured(attempt)))
    signed = {"inspection": list(ALL_WELL), "signer-username": "pharmacist", "signer-secret": PASSWORD}
    client.post_ok(f"{page_of(attempt)}/release", signed, at=page_of(attempt))
    assert released_entry(attempt)[1]["photos_opened"] == 1


def test_what_was_opened_before_it_was_prepared_does_not_count(road, clients, watch):
    attempt = road.drawn()
    clients("pharmacist").get(file_of(attempt, pictured(attempt)))
    watch.move(minutes=1)
    with transaction():
        attempt = actions.finish(attempt.id, at=clock.now(), by=technician())
    with pytest.raises(Refused) as refusal:
        release(attempt)
    assert [finding.code for finding in refusal.value.findings] == ["release.photos_not_opened"]


def test_a_photo_that_was_taken_away_is_asked_of_nobody(road):
    attempt = road.prepared()
    photo, by = pictured(attempt), road.clinic.actor("pharmacist")
    with transaction():
        remove_photo(photo.id, attempt.patient_id, why="a face is in it", at=clock.now(), by=by)
    assert release(attempt).state == "released"


def test_who_works_alone_opens_none_before_the_syringe_was_read_anew(road, clients, watch):
    attempt, by = road.prepared(), road.clinic.actor("practitioner2")
    photo = pictured(attempt)
    with act():
        road.clinic.site.solo, road.clinic.site.release = True, False
        attempt.preparer_id = by.person_id
    client = clients("practitioner2")
    page = client.get_ok(page_of(attempt))
    assert "so they stay closed until you have read the syringe anew" in page.text
    assert client.get(file_of(attempt, photo)).status_code == GONE
    watch.move(minutes=6)
    total = Quantity(attempt.total, VOLUME)
    with transaction():
        told = {"inspection": ALL_WELL, "total": total, "at": clock.now(), "by": by}
        actions.release(attempt.id, **told)
    assert released_entry(attempt)[1] == {"self_checked": True, "photos": 1, "photos_opened": 0}
    shown = accounts.signatures_on("attempt", attempt.id)[-1].shown
    assert (shown["photos"], shown["photos_opened"]) == (1, 0)
