"""After-care: times on the clocks of the site, the strictest of the sources, the clinic's decisions."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pypdfium2
import pytest

from formulary.administrations.labels.care import moment
from formulary.administrations.models import Administration, CareSheet
from formulary.catalogue.models import CareStatement, CareTopic
from formulary.db import db
from tests.recalls.doing import a_session
from tests.support.builders import a_patient, saved

PARIS = ZoneInfo("Europe/Paris")
TEN = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)  # 10:40 in Paris
TOPICS = {
    "water": ("No washing until {until}.", ((8, None, "hours"), (10, 15, "hours"), (24, None, "hours"))),
    "makeup": ("No make-up until {until}.", ((8, None, "hours"),)),
    "clothing": ("Nothing tight until {until}.", ((None, None, "days"),)),
}


@pytest.fixture
def topics(app):
    """Three things to keep to: one that sources contradict each other about, one that has no time."""
    number, rows = 0, {}
    for position, (word, (words, stated)) in enumerate(TOPICS.items()):
        told = {"words": words, "untimed": f"{word}, without a time.", "position": position}
        rows[word] = saved(CareTopic(word=word, name=word, **told))
        for least, most, unit in stated:
            number += 1
            said = {"said": "x", "least": least, "most": most, "unit": unit, "source": f"[S{number}]"}
            saved(CareStatement(number=number, topic_id=rows[word].id, **said))
    return rows


@pytest.fixture
def session(app):
    """A session that ended at 10:40 in Paris."""
    cocktail = a_session(a_patient(ready=False), at=TEN)
    return db.session.scalars(db.select(Administration).filter_by(cocktail_id=cocktail.id)).one()


@pytest.mark.parametrize(
    ("ends", "begun", "shown"),
    [
        ("2026-11-24 18:40", "2026-11-24 10:40", "18:40 today"),
        ("2026-11-25 10:40", "2026-11-24 10:40", "10:40 tomorrow, Wednesday 25\xa0Nov"),
        ("2026-12-01 10:40", "2026-11-24 10:40", "10:40 on Tuesday 1\xa0Dec"),
        ("2027-02-16 10:40", "2026-11-24 10:40", "10:40 on Tuesday 16\xa0Feb 2027"),
        ("2026-10-25 02:30", "2026-10-24 18:30", "02:30\xa0CEST tomorrow, Sunday 25\xa0Oct"),
    ],
)
def test_a_time_is_said_as_people_say_it(ends, begun, shown):
    local = [datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC) for text in (ends, begun)]
    assert moment(*local, PARIS) == shown


def lines(client, session):
    page = client.get_ok(f"/after-care/session/{session.id}")
    return [item.text for item in page.all("li") if "until" in item.text or "without" in item.text]


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_strictest_holds_until_the_clinic_decides(clients, topics, session):
    client = clients("practitioner")
    assert lines(client, session) == [
        "No make-up until 18:40 today.",
        "No washing until 10:40 tomorrow, Wednesday 25\xa0Nov.",
        "clothing, without a time.",
    ]
    page = client.get_ok("/after-care/")
    assert "24\xa0hours sources differ" in page.text
    assert "no time is stated to be decided here" in page.text
    told = {"unit": "hours", "reason": "the clinic's practice"}
    client.post_ok(f"/after-care/{topics['water'].id}", told | {"choice": "own", "number": "12"})
    client.post_ok(f"/after-care/{topics['makeup'].id}", told | {"choice": "left_out"})
    client.post_ok(
        f"/after-care/{topics['clothing'].id}", told | {"choice": "own", "number": "2", "unit": "days"}
    )
    assert lines(client, session) == [
        "No washing until 22:40 today.",
        "Nothing tight until 10:40 on Thursday 26\xa0Nov.",
    ]
    assert "decided here" in client.get_ok("/after-care/").text


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
def test_a_time_without_its_choice_is_refused(clients, topics):
    answer = {"choice": "strictest", "number": "12", "unit": "hours", "reason": "x"}
    page = clients("practitioner").post_refused(f"/after-care/{topics['water'].id}", answer)
    said = "A time belongs to a time of the clinic’s own, and to nothing else."
    assert page.errors == [f"{said} Type it, or choose another answer."]


def test_the_sheet_is_one_page_and_what_was_handed_over_stays_as_it_read(clients, topics, session):
    client, url = clients("practitioner"), f"/after-care/session/{session.id}"
    document = pypdfium2.PdfDocument(client.get(f"{url}/after-care.pdf").data)
    text = document[0].get_textpage().get_text_range()
    assert (len(document), "No make-up until 18:40 today." in text) == (1, True)
    client.post_ok(f"{url}/hand-over", at=url)
    row = db.session.scalars(db.select(CareSheet)).one()
    assert row.lines[0]["words"] == "No make-up until 18:40 today."
    assert row.counted_from == TEN


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_session_of_which_nothing_was_given_has_no_sheet(clients, topics, app):
    cocktail = a_session(a_patient(ready=False), share="0", at=TEN - timedelta(days=1))
    row = db.session.scalars(db.select(Administration).filter_by(cocktail_id=cocktail.id)).one()
    assert clients("practitioner").get(f"/after-care/session/{row.id}").status_code == 404
