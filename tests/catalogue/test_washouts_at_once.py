"""One version of a wash-out waits and one counts, whoever proposes or approves at the same moment."""

import pytest
from sqlalchemy.exc import IntegrityError

from formulary.catalogue import actions
from formulary.catalogue.models import WashoutDecision
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from tests.support.at_once import at_once
from tests.support.builders import a_medicine_kind, act, saved

NO_TIME = {"least": None, "said": "a few days", "source": "an article"}


@pytest.fixture
def salve(app):
    """A kind of which no source gives a time."""
    return a_medicine_kind("salve", NO_TIME)


def test_of_two_who_propose_at_once_one_is_told_of_the_other(app, cast, watch, salve):
    kind_id, who, now = salve.id, cast.actor("practitioner"), watch.now()
    told = {"unit": "days", "reason": "the leaflet of the cream", "at": now, "by": who}

    def proposes(number):
        with transaction():
            return actions.propose_washout(kind_id, "mesotherapy", least=3 + number, **told).version

    answers = at_once(app, proposes, 2)
    assert sorted(str(type(answer).__name__) for answer in answers) == ["Refused", "int"]
    [refused] = [answer for answer in answers if isinstance(answer, Refused)]
    assert [one.code for one in refused.findings] == ["washout.another_waits"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((1, "proposed"), (2, "proposed")),
        ((1, "approved"), (2, "approved")),
        ((1, "withdrawn"), (1, "proposed")),
    ],
)
def test_the_database_itself_takes_no_second_one_that_waits_or_counts(cast, watch, salve, first, second):
    told = {"kind_id": salve.id, "before": "mesotherapy", "least": 3, "reason": "a leaflet"}
    told |= {"author_id": cast.actor("practitioner").person_id, "proposed_at": watch.now()}
    with pytest.raises(IntegrityError), act():
        for version, status in (first, second):
            saved(WashoutDecision(version=version, status=status, **told))
    db.session.rollback()
