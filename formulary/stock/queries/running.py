"""What lies where while the ledger is walked through: every balance that is not zero, row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Key = tuple[int, int, int | None]
"""A place, a lot and, where its vials are kept apart, a vial."""


@dataclass
class Running:
    """The sums so far at the guarded places (`guarded` says of each whether its vials are kept apart): what
    is used up is forgotten, so that this is as large as the shelf and not as the ledger.
    """

    guarded: Mapping[int, bool]
    lies: dict[Key, int] = field(default_factory=dict)

    def move(self, *columns: Sequence[Any]) -> list[int]:
        """Rows more, as columns: key, lot, vial, source, target and quantity of each; the keys of those that
        took more than lay there.
        """
        guarded, lies, short = self.guarded, self.lies, []
        for number, lot_id, vial_id, source, target, quantity in zip(*columns, strict=True):
            if source in guarded:
                key = (source, lot_id, vial_id if guarded[source] else None)
                left = lies.pop(key, 0) - quantity
                if left:
                    lies[key] = left
                if left < 0:
                    short.append(number)
            if target in guarded:
                key = (target, lot_id, vial_id if guarded[target] else None)
                left = lies.pop(key, 0) + quantity
                if left:
                    lies[key] = left
        return short
