"""What lies where while the ledger is walked through: every balance that is not zero, row by row."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Key = tuple[int, int, int | None]
"""A place, a lot and, where its vials are kept apart, a vial."""
Named = tuple[bytes, bytes, bytes]
"""The same as the hashed text names them, no vial as nothing."""
PLAIN = re.compile(rb"[^|]*\|\d{1,18}\|\d{0,18}\|\d{1,18}\|\d{1,18}\|-?\d{1,19}\|")
"""The hashed text of a row that moves something: lot, vial, both places and how much are whole numbers."""


@dataclass
class Running:
    """The sums so far at the guarded places (`guarded` says of each whether its vials are kept apart): what
    is used up is forgotten, so that this is as large as the shelf and not as the ledger.
    """

    guarded: Mapping[bytes, bool]
    _lies: dict[Named, int] = field(default_factory=dict)

    def move(self, numbers: Sequence[bytes], texts: Sequence[bytes]) -> list[bytes]:
        """Rows more, by key and hashed text; the keys of those that took more than lay there."""
        guarded, lies, short = self.guarded, self._lies, []
        for number, text in zip(numbers, texts, strict=True):
            _, lot, vial, source, target, moved, _ = text.split(b"|", 6)
            quantity = int(moved)
            if source in guarded:
                key = (source, lot, vial if guarded[source] else b"")
                left = lies.pop(key, 0) - quantity
                if left:
                    lies[key] = left
                if left < 0:
                    short.append(number)
            if target in guarded:
                key = (target, lot, vial if guarded[target] else b"")
                left = lies.pop(key, 0) + quantity
                if left:
                    lies[key] = left
        return short

    def lies(self) -> dict[Key, int]:
        """What lies where at the end."""
        return {(int(p), int(lot), int(v) if v else None): left for (p, lot, v), left in self._lies.items()}


def readable(numbers: Sequence[bytes], texts: Sequence[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Keys and texts of the rows that say what they moved: SQLite keeps words where a number belongs."""
    found = [(number, text) for number, text in zip(numbers, texts, strict=True) if PLAIN.match(text)]
    return [number for number, _ in found], [text for _, text in found]
