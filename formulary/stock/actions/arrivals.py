"""Rooms above that want to know of a lot the moment it arrives, such as one that runs recalls."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol

from formulary.accounts import Actor
from formulary.stock.models import Lot


class Watcher(Protocol):
    """Is told of lots by their keys; `goods` says that containers came, and not only word of them."""

    def __call__(self, lot_ids: Collection[int], at: datetime, by: Actor, *, goods: bool) -> None:
        """Of keys of lots, in the act that brings them."""


SerialWatcher = Callable[[Lot, str], None]
SerialListener = Callable[[Lot, str, datetime, Actor], None]
Foreseer = Callable[[Collection[int], str], None]
_watchers: list[Watcher] = []
_foreseers: list[Foreseer] = []
_of_serials: list[SerialWatcher] = []
_listening: list[SerialListener] = []


def watches_arrivals(watcher: Watcher) -> Watcher:
    """Register who is told of the keys of lots in the act that brings them in, or tells more of them."""
    _watchers.append(watcher)
    return watcher


def foresees_arrivals(foreseer: Foreseer) -> Foreseer:
    """Register who takes its own locks before the act takes those of the shelf."""
    _foreseers.append(foreseer)
    return foreseer


def watches_serials(watcher: SerialWatcher) -> SerialWatcher:
    """Register who refuses a sealed pack by its serial, before it is opened."""
    _of_serials.append(watcher)
    return watcher


def hears_of_serials(listener: SerialListener) -> SerialListener:
    """Register who is told of the serial of a pack in the act that brings it in."""
    _listening.append(listener)
    return listener


def will_open(lot: Lot, serial: str) -> None:
    """Ask them about a pack of this lot, "" where nobody read its serial; whoever stops it raises Refused."""
    for watcher in _of_serials:
        watcher(lot, serial)


def will_arrive(lot_ids: Collection[int], serial: str = "") -> None:
    """More of these lots comes in this act, or a pack with this serial; before the ledger is written."""
    for foreseer in _foreseers if lot_ids or serial else ():
        foreseer(lot_ids, serial)


def has_arrived(lot_ids: Collection[int], *, at: datetime, by: Actor, goods: bool = True) -> None:
    """Tell them: once the ledger says where the lots lie, and before the act ends.

    Without `goods` no container came: only more is known of the lots.
    """
    for watcher in _watchers if lot_ids else ():
        watcher(lot_ids, at, by, goods=goods)


def serial_came(lot: Lot, serial: str, *, at: datetime, by: Actor) -> None:
    """Tell them of a pack whose serial was read, after `has_arrived`."""
    for listener in _listening if serial else ():
        listener(lot, serial, at, by)
