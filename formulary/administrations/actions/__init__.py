"""The only ways to change a session: start, record sites, close."""

from formulary.administrations.actions.closing import close
from formulary.administrations.actions.giving import add_site, labelled, remove_site, start
from formulary.administrations.actions.importing import Importer, Use

__all__ = ["Importer", "Use", "add_site", "close", "labelled", "remove_site", "start"]
