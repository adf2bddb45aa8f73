"""Two administrators at once: a name that one has just taken is answered for by the form of the other."""

from formulary.accounts import Operator, Role, actions
from formulary.accounts.models import User
from formulary.db import db, retried, transaction
from formulary.rules.findings import Refused
from tests.support.at_once import at_once

BY = Operator("the tests")


def test_of_many_who_take_one_name_one_has_it_and_the_others_are_told(app, cast, watch):
    roles, at = {cast.site.id: {Role.AUDITOR}}, watch.now()
    db.session.remove()

    @retried
    def add(number):
        with transaction():
            return actions.add_user(username="i.faure", name=f"Ines {number}", roles=roles, at=at, by=BY).id

    answers = at_once(app, add, 4)
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [answer.findings[0].code for answer in refused] == ["user.name_taken"] * 3, answers
    assert db.session.scalar(db.select(db.func.count()).select_from(User).filter_by(username="i.faure")) == 1
