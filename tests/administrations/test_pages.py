"""The pages of giving: how a session ended is said everywhere, and until when a cocktail may be given."""

import pytest

from formulary import clock
from formulary.administrations import labels, queries
from formulary.administrations.queries import sessions
from formulary.preparations import queries as bench
from tests.administrations.doing import close, points, practitioner
from tests.recalls.doing import a_cocktail, an_attempt
from tests.support.builders import a_patient

NBSP = "\N{NO-BREAK SPACE}"
ENDS = [
    (100, "0", "given", "given"),
    (20, "4", "partly_given", "partly given"),
    (0, "5", "not_given", "not given"),
]


def plain(text):
    return text.replace(NBSP, " ")


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end[2])
def test_every_page_of_a_closed_session_says_how_it_ended(road, clients, end):
    (count, left, outcome, words), session = end, road.started()
    if count:
        points(session, count)
    session = close(session, left, outcome, reason="Patient felt faint")
    doctor = clients("practitioner")
    cocktail = doctor.get_ok(f"/cocktails/{session.cocktail_id}")
    preparation = doctor.get_ok(f"/preparations/{session.attempt_id}")
    giving = doctor.get_ok(f"/administrations/{session.id}")
    assert [page.h1.endswith(f" {words}") for page in (cocktail, preparation, giving)] == [True] * 3
    assert f"Manon Roux {words}24 Nov 2026" in plain(cocktail.text)


def test_in_time_says_until_when(road):
    attempt = road.released()
    told = labels.until(attempt, clock.now())
    assert (told.state, plain(told.words)) == ("in_time", "use before 24 Nov 2026, 14:00")
    assert plain(told.away) == "in 2 h"


@pytest.mark.parametrize(("minutes", "state"), [(119, "in_time"), (120, "beyond_use"), (121, "beyond_use")])
def test_its_beyond_use_time_ends_it_to_the_minute(road, watch, minutes, state):
    attempt = road.released()
    watch.move(minutes=minutes)
    assert labels.until(attempt, clock.now()).state == state


def test_where_no_time_is_on_record_it_is_unknown(road):
    attempt = road.released()
    attempt.beyond_use_at = None
    assert labels.until(attempt, clock.now()) == labels.Until("unknown", "no beyond-use time on record")


def test_a_session_past_its_time_says_so_on_its_page_and_in_the_list(road, clients, watch):
    session = road.started()
    watch.move(hours=3)
    doctor = clients("practitioner")
    for url in (f"/administrations/{session.id}", "/administrations/start"):
        assert "beyond use since 24 Nov 2026, 15:00" in plain(doctor.get_ok(url).text), url


def released_ago(road, hours, watch):
    """A cocktail that was released so many hours ago and forgotten."""
    watch.move(hours=-hours)
    when = clock.now()
    cocktail = a_cocktail(a_patient(), "released")
    attempt = an_attempt(cocktail, "released", released_at=when)
    watch.move(hours=hours)
    return attempt.id


def test_the_newest_are_on_the_list_and_it_says_how_many_are_not(road, clients, watch, monkeypatch):
    road.ready()
    old = [released_ago(road, hours, watch) for hours in (72, 48, 24)]
    monkeypatch.setattr(sessions, "MOST", 2)
    shown = [attempt.id for attempt, _ in queries.ready(practitioner())]
    assert (shown, queries.ready_in_all(practitioner())) == ([old[2], old[1]], 3)
    page = clients("practitioner").get_ok("/administrations/start")
    assert "Not shown: 1 older cocktail." in plain(page.text)


def test_the_bench_shows_the_newest_and_says_how_many_it_does_not(road, clients, watch, monkeypatch):
    road.ready()
    for hours in (72, 48, 24):
        released_ago(road, hours, watch)
    monkeypatch.setattr(bench.attempts, "MOST", 2)
    technician = road.clinic.actor("technician")
    codes = [cocktail.code for cocktail, _ in bench.at_bench(technician)]
    assert (codes, bench.at_bench_in_all(technician)) == (sorted(codes, reverse=True), 3)
    page = clients("technician").get_ok("/preparations/")
    assert (plain(page.h1), "Not shown: 1 older cocktail." in plain(page.text)) == (
        "3 cocktails at the bench",
        True,
    )


@pytest.mark.databases("sqlite")  # what the page reads does not depend on the database
def test_the_wristband_is_scanned_and_the_date_of_birth_is_asked(road, clients):
    attempt, doctor, url = road.released(), clients("practitioner"), "/administrations/start"
    patient, [container] = road.patient, bench.syringes(attempt.id)
    scanned = {"label": container.code, "patient_code": f"]d2FML1:{patient.code}"}
    page = doctor.read(doctor.submit(doctor.get_ok(url), scanned, to=url), url, 200)
    assert (page.errors, "Now ask for the date of birth." in page.text) == ([], True)
    assert page.form(button=ASKED).fields["patient_code"] == [patient.code]
    said = scanned | {"born_on": patient.born_on.isoformat()}
    two = said | {"patient_code": f"P-99FML1:{patient.code}"}
    [refused] = doctor.post_refused(url, two, press=ASKED).errors
    assert refused.startswith("The label is for another patient")
    assert "left to give" in doctor.post_ok(url, said, press=ASKED).h1


START, ASKED = "/administrations/start", "Asked: nothing new. Start"


def read_on(doctor, answers):
    """The page after Enter or a scan, on which nothing is started yet."""
    return doctor.read(doctor.submit(doctor.get_ok(START), answers, to=START, press="Read"), START, 200)


@pytest.mark.databases("sqlite")  # what the page reads does not depend on the database
def test_label_and_wristband_are_read_in_either_order_and_wherever_the_scan_lands(road, clients):
    attempt, doctor = road.released(), clients("practitioner")
    [container], patient = bench.syringes(attempt.id), road.patient
    first = read_on(doctor, {"label": f"]d2FML1:{patient.code}"})
    known = first.form(button=ASKED).fields
    assert (known["patient_code"], known["label"]) == ([patient.code], [""])
    for scanned in (
        {"label": f"FML1:{container.code}", "patient_code": patient.code},
        {"label": container.code, "patient_code": f"FML1:{patient.code}"},
    ):
        known = read_on(doctor, scanned).form(button=ASKED).fields
        assert (known["patient_code"], known["label"]) == ([patient.code], [container.code])
    another = read_on(doctor, {"label": "C-9999/1.1", "patient_code": f"FML1:{container.code}"})
    known = another.form(button=ASKED).fields
    assert (known["patient_code"], known["label"]) == ([""], [container.code])


def focused(page):
    """What has the focus when the page opens: a field by its id, a question by its words."""
    [found] = page.all(autofocus="")
    return found.get("id") or found.findtext(".//legend")


@pytest.mark.databases("sqlite")  # what the page reads does not depend on the database
@pytest.mark.parametrize(("mark", "said"), [("FML1:", "wristband read"), ("", "code typed")])
def test_it_says_how_the_code_came_and_what_is_asked_next(road, clients, mark, said):
    attempt, doctor = road.released(), clients("practitioner")
    [container], code = bench.syringes(attempt.id), road.patient.code
    page = read_on(doctor, {"label": container.code, "patient_code": f"{mark}{code}"})
    assert f"{said} {code} Now ask for the date of birth." in plain(page.text)
    assert focused(page) == "born_on"
    typed = doctor.submit(page, {"born_on": "120485"}, to=START, press="Read")
    page = doctor.read(typed, START, 200)
    assert f"{said} {code} Now ask what is new (F2)." in plain(page.text)
    assert focused(page) == "Anything new since it was prescribed?"
    other = doctor.submit(page, {"patient_code": "P-99"}, to=START, press="Read")
    assert "code typed P-99 Now ask what is new (F2)." in plain(doctor.read(other, START, 200).text)


@pytest.mark.databases("sqlite")  # what the page reads does not depend on the database
@pytest.mark.parametrize(("mark", "said"), [("]d2FML1:", "wristband read"), ("", "code typed")])
def test_before_the_label_it_says_so_too(road, clients, mark, said):
    road.released()
    code, doctor = road.patient.code, clients("practitioner")
    assert f"{said} {code} Now the label." in plain(read_on(doctor, {"label": f"{mark}{code}"}).text)


@pytest.mark.databases("sqlite")  # what the page reads does not depend on the database
def test_two_codes_in_one_field_are_no_wristband(road, clients):
    attempt, doctor = road.released(), clients("practitioner")
    [container], code = bench.syringes(attempt.id), road.patient.code
    page = read_on(doctor, {"label": container.code, "patient_code": f"FML1:P-99FML1:{code}"})
    assert ("wristband read" in page.text, "code typed" in page.text) == (False, True)


@pytest.mark.databases("sqlite")  # what the page reads does not depend on the database
def test_enter_after_the_date_of_birth_starts_nothing_that_was_not_asked(road, clients):
    attempt, doctor = road.released(), clients("practitioner")
    [container], patient = bench.syringes(attempt.id), road.patient
    typed = {"label": container.code, "patient_code": patient.code, "born_on": f"{patient.born_on:%d%m%y}"}
    page = read_on(doctor, typed)
    assert bench.of_attempt(attempt.id).state == "released"
    known = page.form(button=ASKED).fields
    assert known["born_on"] == [typed["born_on"]]
    assert "left to give" in doctor.post_ok(START, typed, press=ASKED).h1


@pytest.mark.databases("sqlite")  # what the page reads does not depend on the database
def test_a_label_scanned_on_any_page_opens_the_start_with_it(road, clients):
    attempt, doctor = road.released(), clients("practitioner")
    [container] = bench.syringes(attempt.id)
    page = doctor.get_ok(f"{START}?label=FML1:{container.code}")
    assert "label read" in page.text
    assert page.form(button=ASKED).fields["label"] == [container.code]
