"""What the document behind a movement is called: rooms above say it for their own."""

from collections.abc import Callable, Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Named:
    """What a movement belongs to, as people call it, and where its page is (endpoint and arguments)."""

    words: str
    endpoint: str = ""
    arguments: tuple[tuple[str, int], ...] = ()


Namer = Callable[[Collection[int]], dict[int, Named]]
_namers: dict[str, Namer] = {}


def names_documents(kind: str) -> Callable[[Namer], Namer]:
    """Let a room above say how the documents of its kind are called: ids in, names out, one query."""

    def register(namer: Namer) -> Namer:
        _namers[kind] = namer
        return namer

    return register


def document_names(documents: Collection[tuple[str, int | None]]) -> dict[tuple[str, int | None], Named]:
    """The names of these documents; one that nobody names is called by its kind."""
    named: dict[tuple[str, int | None], Named] = {d: Named(d[0].replace("_", " ")) for d in documents}
    for kind in {kind for kind, _ in documents} & _namers.keys():
        found = _namers[kind]({number for k, number in documents if k == kind and number is not None})
        named |= {(kind, number): name for number, name in found.items()}
    return named
