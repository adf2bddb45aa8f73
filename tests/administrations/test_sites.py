"""Recording where it went: points of so much, taken back where entered by mistake, until it is closed."""

import pytest

from formulary import clock
from formulary.administrations import actions, queries
from formulary.administrations.labels import session as shown
from formulary.catalogue import queries as catalogue
from formulary.db import Missing, db, transaction
from formulary.rules.findings import Refused
from tests.administrations.doing import close, ml, points, practitioner
from tests.support.builders import a_limit


def told(session):
    """The session as its page shows it, read afresh."""
    db.session.expire_all()
    return shown(queries.administration(session.id, practitioner()), mark=".", at=clock.now())


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_points_times_volume_per_point_is_the_volume(road):
    session = road.started()
    points(session, 40)
    [site] = told(session).sites
    assert site.volume == ml("2")
    assert plain(site.words) == "40 \N{MULTIPLICATION SIGN} 0.05 mL = 2 mL"


def test_more_than_a_limit_allows_at_one_point_is_recorded_and_said(road, clients):
    session = road.started()
    [txa] = [p for p in catalogue.products() if p.name == "tranexamic acid"]
    a_limit(txa, "0.05 mL", measure="volume", per="point")
    points(session, 10, each="0.05")
    url = f"/administrations/{session.id}"
    assert "more than a limit allows" not in clients("practitioner").get_ok(url).text
    points(session, 5, area="Chin", each="0.1")
    page = plain(clients("practitioner").get_ok(url).text)
    assert "Recorded, and more than a limit allows" in page
    assert "Tranexamic acid: 0.1 mL at one point (Chin), and the most is 0.05 mL." in page


def test_what_is_left_runs_along_and_says_why(road):
    session = road.started()
    points(session, 40)
    points(session, 45, area="Right cheek")
    now = told(session)
    assert now.left == ml("0.75")
    assert plain(now.left_words) == (
        "5 mL \N{MINUS SIGN} 4.25 mL = 0.75 mL; what needle and hub keep is not on record"
    )


def test_what_needle_and_hub_keep_is_unknown_and_not_nothing(road):
    assert told(road.started()).dead_space is None


def test_more_than_was_released_is_said_and_recorded_all_the_same(road):
    session = road.started()
    points(session, 102)
    now = told(session)
    assert (now.is_over, now.missing) == (True, ml("0.1"))


def test_a_site_entered_by_mistake_is_taken_back(road):
    session = road.started()
    points(session, 40)
    points(session, 45, area="Right cheek")
    with transaction():
        actions.remove_site(session.id, 1, at=clock.now(), by=practitioner())
    assert [site.row.area for site in told(session).sites] == ["Right cheek"]


def test_it_is_taken_back_once(road):
    session = road.started()
    with pytest.raises(Refused, match=r"site\.gone"), transaction():
        actions.remove_site(session.id, 1, at=clock.now(), by=practitioner())


def test_the_same_form_sent_twice_records_once(road):
    session = road.started()
    for _ in range(2):
        with transaction():
            actions.add_site(
                session.id,
                area="Neck",
                points=10,
                per_point=ml("0.05"),
                at=clock.now(),
                by=practitioner(),
                key="p" * 20,
            )
    assert len(told(session).sites) == 1


def test_a_colleague_of_the_site_may_go_on_with_it(road):
    session = road.started()
    with transaction():
        actions.add_site(
            session.id,
            area="Neck",
            points=10,
            per_point=ml("0.05"),
            at=clock.now(),
            by=road.clinic.actor("practitioner2"),
        )
    assert told(session).given == ml("0.5")


def test_after_closing_nothing_is_added(road):
    session = road.started()
    points(session, 100)
    close(session, "0")
    with pytest.raises(Refused, match=r"administration\.closed"):
        points(session, 1)


def test_a_stranger_finds_no_such_session(road):
    session = road.started()
    with pytest.raises(Missing):
        queries.administration(session.id, road.clinic.actor("practitioner3"))
