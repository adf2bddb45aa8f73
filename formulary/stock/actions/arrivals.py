"""Rooms above that want to know of a lot the moment it arrives, such as one that runs recalls."""

from collections.abc import Callable, Collection
from datetime import datetime

from formulary.accounts import Actor

Watcher = Callable[[Collection[int], datetime, Actor], None]
_watchers: list[Watcher] = []


def watches_arrivals(watcher: Watcher) -> Watcher:
    """Register who is told of the keys of lots in the act that brings them in, or tells more of them."""
    _watchers.append(watcher)
    return watcher


def has_arrived(lot_ids: Collection[int], *, at: datetime, by: Actor) -> None:
    """Tell them: once the ledger says where the lots lie, and before the act ends."""
    for watcher in _watchers if lot_ids else ():
        watcher(lot_ids, at, by)
