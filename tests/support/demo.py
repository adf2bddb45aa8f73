"""The demo clinic in a database of its own: seeded once per worker and database, copied ever after."""

from formulary import clock
from formulary.seed.scenarios import seed
from tests.support.builders.accounts import PASSWORD
from tests.support.databases import Database
from tests.support.watch import NOON
from tests.support.world import upgraded


def a_demo(database: Database) -> str:
    """The address of a new database that holds the demo clinic as seeded at noon; passwords are PASSWORD."""
    kept: dict[str, str] = database.__dict__.setdefault("demo", {})
    if not kept:
        url = database.empty("demo_kept")
        with upgraded(url), clock.frozen(NOON):
            seed("demo", password=PASSWORD, at=NOON)
        kept["url"] = url
    fresh = database.empty("demo")
    database.copied(kept["url"], fresh)
    return fresh
