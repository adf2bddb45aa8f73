"""What the cells of every list mean: products, lots, amounts, free words."""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

from formulary.exchange.actions.looking import Cells
from formulary.exchange.queries import Ware, Wares
from formulary.rules.lot_status import number_findings
from formulary.rules.units import Rounding, parse, parse_number, round_fraction
from formulary.web.gs1.gtin import gtin14
from formulary.web.tables import BadCell, Number, is_eaten

CALLED = ("vial", "ampoule", "syringe", "container", "piece")
CONTAINERS = frozenset((*CALLED, *(f"{word}s" for word in CALLED)))
MOST_DECIMALS = 10**15
"""A litre or a kilogram: more of a product whose container nobody knows is a slip of the hand."""


def read_ware(cells: Cells, wares: Wares) -> Ware | None:
    """The product that a row names, by its name or the code of its pack; where both stand they must agree."""
    named = cells.read("product", lambda text: _named(text, wares))
    coded = cells.read("gtin", lambda text: _coded(text, wares))
    if not (cells.row["product"] or cells.row["gtin"]):
        cells.refuse("product", "The row names no product.", "Write its name, or the GTIN of its pack.")
    if named and coded and named != coded:
        cells.refuse("gtin", f"It is the code of {wares.ware(coded).name}.", "Correct the name or the code.")
    found = named or coded
    return wares.ware(found) if found else None


def _named(text: str, wares: Wares) -> int:
    found = wares.called(text)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(wares.ware(key).name for key in found)
        raise BadCell("More than one product is called so.", f"Write which one: {names}.")
    alike = wares.alike(text)
    meant = f" What may be meant: {', '.join(alike)}." if alike else ""
    raise BadCell("No product of the catalogue is called so.", f"Write a name it has, or add it.{meant}")


def _coded(text: str, wares: Wares) -> int:
    found = wares.called(gtin14(text))
    if not found:
        raise BadCell("No product of the catalogue has this code.", "Write the product's name as well.")
    return found[0]


def read_lot(text: str) -> str:
    """A lot number as a pack prints it; what a spreadsheet has made of one is refused."""
    if isinstance(text, Number):
        why = "The workbook keeps it as a number or a day, in which zeros, digits and letters are lost."
        raise BadCell(why, "Make the column one of text, and write the number as the pack prints it.")
    if is_eaten(text):
        why = "A spreadsheet has made a power of ten of it."
        raise BadCell(why, "Make the column one of text, and write the number as the pack prints it.")
    for finding in number_findings(text):
        raise BadCell(finding.reason, finding.remedy)
    return text


def read_amount(ware: Ware, number: str, unit: str) -> int:
    """How many steps of the product's ledger an amount is, exactly; of an active one by its strength."""
    return _amount(ware, str(number), unit)


@lru_cache(20_000)
def _amount(ware: Ware, number: str, unit: str) -> int:
    if unit.casefold() in CONTAINERS:
        return _of_containers(ware, number)
    parsed = parse(number, unit or None, units=ware.units)
    if parsed.quantity.dimension == ware.measured:
        return parsed.quantity.whole()
    if ware.strength is None:
        raise BadCell("Its strength is not on record.", "Write the volume.")
    return round_fraction(Fraction(parsed.quantity.steps) / ware.strength, Rounding.HALF_EVEN)


@lru_cache(20_000)
def as_written(ware: Ware, number: str, unit: str) -> str:
    """An amount as the row has it, whatever the catalogue says of content and strength."""
    if unit.casefold() in CONTAINERS:
        return f"{Fraction(parse_number(str(number)))} containers"
    quantity = parse(str(number), unit or None, units=ware.units).quantity
    return f"{quantity.steps} {quantity.dimension.name}"


def _of_containers(ware: Ware, number: str) -> int:
    if ware.content is None:
        why = f"The catalogue does not know what one {ware.word} of {ware.name} holds."
        raise BadCell(why, "Write the amount itself, or complete the catalogue.")
    steps = Fraction(parse_number(number)) * ware.content
    if steps <= 0 or steps.denominator != 1:
        raise BadCell("That is no part of a container that can be told.", "Write the amount itself.")
    return int(steps)


def not_more_than(ware: Ware, steps: int, containers: int) -> int:
    """The amount, where it is no slip of the hand."""
    most = containers * ware.content if ware.content else MOST_DECIMALS
    if steps > most:
        why = f"It is more than {containers:,} containers." if ware.content else "It is more than there is."
        raise BadCell(why, "Look at number and unit again.")
    return steps


def words(most: int) -> Callable[[str], str]:
    """A reader of free words on one line, at most so many characters."""

    def read(text: str) -> str:
        plain = " ".join(text.split())
        if len(plain) > most:
            raise BadCell(f"It has {len(plain)} characters.", f"At most {most} are kept.")
        if not plain.isprintable():
            raise BadCell("It has characters that cannot be seen.", "Type it again.")
        return plain

    return read
