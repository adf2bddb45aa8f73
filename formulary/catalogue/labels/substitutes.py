"""Other products of the same substances, and what each would change in a formula, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from formulary.rules.facts import Compatibility, Line, Product
from formulary.rules.findings import Refused
from formulary.rules.formulas import Content, Written, lines_of, said, substitute

LABELLED = {
    True: "Its label names {}.",
    False: "Its label does not name {}: the use is off label.",
    None: "No route of its label is on record.",
}


@dataclass(frozen=True)
class Other:
    """Another product for a line: what it would change in sentences, or why it may not be taken."""

    product_id: int
    name: str
    words: tuple[str, ...]
    rules: tuple[Compatibility, ...] = ()
    label: str = ""
    signed_anew: bool = False
    refused: str = ""


def substitutes(
    content: Content,
    others: Mapping[int, Sequence[Product]],
    rules: Sequence[Compatibility],
    mark: str,
) -> list[tuple[Written, list[Other]]]:
    """The lines that name a product, each with the other products of its substance and what they change."""
    typed = {line.number: line for line in lines_of(content)}
    found = []
    for line in content.lines:
        beside = [each.product for number, each in typed.items() if number != line.number]
        compared = [
            _other(content, typed[line.number], new, _Around(beside, rules, mark))
            for new in others.get(line.number, ())
        ]
        if line.number in others:
            found.append((line, compared))
    return found


@dataclass(frozen=True)
class _Around:
    beside: Sequence[Product]
    rules: Sequence[Compatibility]
    mark: str


def _other(content: Content, line: Line, new: Product, around: _Around) -> Other:
    try:
        found = substitute(
            line, new, route=content.route, others=around.beside, rules=around.rules, whole=content.target
        )
    except Refused as refusal:
        return Other(new.id, new.name, (), refused=refusal.findings[0].reason)
    label = LABELLED[found.labelled].format(content.route)
    return Other(new.id, new.name, said(found, around.mark), found.rules_gained, label, found.signed_anew)
