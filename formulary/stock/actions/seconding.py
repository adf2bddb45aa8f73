"""The second pharmacist who answers for what is said of a lot."""

from collections.abc import Callable

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.rules.findings import Refused


def another_pharmacist(
    second: Actor | None, by: Actor, refused: Callable[[list[str]], Refused]
) -> Actor | None:
    """Who confirms it; nobody on a solo site, where it is marked SELF-CHECKED.

    Without another person who may, what `refused` makes of the names of those who may is raised.
    """
    if second is None and accounts.site(by.site_id).solo:
        return None
    if second is None or second.person_id == by.person_id or not second.may(Permission.RELEASE_QUARANTINE):
        may = accounts.staff_who_may(Permission.RELEASE_QUARANTINE, by.site_id, but_not=by.person_id)
        raise refused(may)
    return second
