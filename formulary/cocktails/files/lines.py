"""One line of a file: its product by name or GTIN, the one figure that it pins, how a powder is mixed."""

from dataclasses import replace
from typing import Any

from formulary.catalogue import facts as catalogue
from formulary.catalogue import queries
from formulary.catalogue.queries import Names
from formulary.cocktails.facts import TypedLine
from formulary.cocktails.files.places import Lines, Path, told
from formulary.cocktails.labels import entry
from formulary.rules.facts import Pin, Product, Strength
from formulary.rules.findings import joined, refuse
from formulary.rules.units import Quantity, Unit, dimension, parse, unit

PINS = tuple(pin.value for pin in Pin)
OF_LINE = ("product", *PINS, "reconstitute")
ML = (unit("mL"),)


def read_line(
    number: int, said: dict[str, Any], names: Names, lines: Lines
) -> tuple[TypedLine, Strength | None]:
    """A [[line]] as typed, and the strength of its powder where the file says how it is mixed."""
    path: Path = ("line", number)
    lines.only(said, OF_LINE, path)
    product = product_named(said.get("product"), (*path, "product"), names, lines)
    return _typed(number, said, product, lines), _mixed(said, product, path, lines)


def product_named(said: Any, path: Path, names: Names, lines: Lines) -> Product:
    """The one product that a file names there; Unreadable with what may be meant where it is not one."""
    if not isinstance(said, str) or not said.strip():
        raise lines.fault(path, 'A line names its product in quotes: product = "tranexamic acid".')
    found = names.products(said)
    if len(found) == 1:
        return catalogue.product(found[0])
    if found:
        which = joined(map(names.product, found), "or")
        raise lines.fault(path, f"“{said}” may be more than one product; write {which}.")
    alike = names.alike(said) if said == told(said) else []
    meant = f" What may be meant: {joined(alike, 'or')}." if alike else ""
    raise lines.fault(path, f"The catalogue knows no “{told(said)}”, by name, other name or GTIN.{meant}")


def _typed(number: int, said: dict[str, Any], product: Product, lines: Lines) -> TypedLine:
    pins = [pin for pin in PINS if pin in said]
    if len(pins) != 1:
        has = f"has {joined(pins)}" if pins else "has none of them"
        raise lines.fault(("line", number), f"A line pins one of {joined(PINS, 'or')}; this one {has}.")
    [pin] = pins
    path: Path = ("line", number, pin)
    if pin == Pin.QS:
        if said[pin] is not True:
            raise lines.fault(path, "qs is true, or it is left out.")
        return TypedLine(number, product.id, pin)
    return lines.measured(said[pin], path, lambda text: replace(_read(product, pin, text), number=number))


def _read(product: Product, pin: str, text: str) -> TypedLine:
    if pin == Pin.CONCENTRATION:
        return _read_mixture(product, text)
    parsed = parse(text, None, units=ML if pin == Pin.VOLUME else _doses(product))
    steps = parsed.quantity.whole()
    if pin == Pin.VOLUME:
        return TypedLine(0, product.id, pin, volume=steps, unit="mL", entered=text)
    return TypedLine(0, product.id, pin, amount=steps, unit=parsed.unit.code, entered=text)


def _read_mixture(product: Product, text: str) -> TypedLine:
    offered = [each.code for each in entry.options(product) if each.pin is Pin.CONCENTRATION]
    chosen = next((code for code in offered if text.strip().endswith(code)), None)
    if chosen is None and "%" not in text:
        reason, remedy = f"“{text}” is no concentration.", f"Write its unit: {joined(offered, 'or')}."
        raise refuse("unit.unknown", product.name, reason, remedy)
    found = entry.read(text, chosen or offered[0], product, mark=".", field="concentration")
    return TypedLine(0, product.id, found.pin.value, found.amount, found.volume, found.unit, text)


def _doses(product: Product) -> tuple[Unit, ...]:
    return tuple(each.unit for each in entry.options(product) if each.pin is Pin.DOSE and each.unit)


def _mixed(said: dict[str, Any], product: Product, path: Path, lines: Lines) -> Strength | None:
    """What a powder holds in the volume it is mixed with; without one it is that of its label."""
    if "reconstitute" not in said:
        return None
    path = (*path, "reconstitute")
    if not product.is_powder:
        raise lines.fault(path, f"{product.name} is no powder; leave reconstitute out.")
    row = queries.product(product.id)
    if row.content is None:
        raise lines.fault(path, f"What a container of {product.name} holds is not on record.")
    whole = Quantity(row.content, dimension(row.dimension))
    parsed = lines.measured(said["reconstitute"], path, lambda text: parse(text, None, units=ML))
    return Strength(whole, parsed.quantity)
