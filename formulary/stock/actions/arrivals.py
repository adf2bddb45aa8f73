"""Rooms above that want to know of a lot the moment it arrives, such as one that runs recalls."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from formulary.accounts import Actor


class Watcher(Protocol):
    """Is told of lots by their keys; `goods` says that containers came, and not only word of them."""

    def __call__(self, lot_ids: Collection[int], at: datetime, by: Actor, *, goods: bool) -> None:
        """Of keys of lots, in the act that brings them."""


_watchers: list[Watcher] = []


def watches_arrivals(watcher: Watcher) -> Watcher:
    """Register who is told of the keys of lots in the act that brings them in, or tells more of them."""
    _watchers.append(watcher)
    return watcher


def has_arrived(lot_ids: Collection[int], *, at: datetime, by: Actor, goods: bool = True) -> None:
    """Tell them: once the ledger says where the lots lie, and before the act ends.

    Without `goods` no container came: only more is known of the lots.
    """
    for watcher in _watchers if lot_ids else ():
        watcher(lot_ids, at, by, goods=goods)
