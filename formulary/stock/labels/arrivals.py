"""What rooms above say of a lot to whoever receives it or looks at it, such as that it is recalled."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """A state of `web.states`, and what is said of the lot."""

    state: str
    words: str


Teller = Callable[[int], list[Said]]
_tellers: list[Teller] = []


def tells_of_lots(teller: Teller) -> Teller:
    """Register what a room above knows of a lot, by its key, that whoever holds it in hand must know."""
    _tellers.append(teller)
    return teller


def said_of_lot(lot_id: int) -> list[Said]:
    """All that is said of a lot."""
    return [said for teller in _tellers for said in teller(lot_id)]
