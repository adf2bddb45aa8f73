"""GS1 Digital Links: the pairs of identifier and value in an address, read strictly and never followed."""

from urllib.parse import parse_qsl, unquote, urlsplit

PRIMARY = "01"
QUALIFIERS = ("22", "10", "21", "235")
GTIN_DIGITS = 14
MOST_FIELDS = 50


class Unreadable(ValueError):
    """An address that is no Digital Link of a product."""


def pairs_of(address: str) -> list[tuple[str, str]]:
    """Identifier and value of every field of the link, path first; raises Unreadable."""
    try:
        parts = urlsplit(address)
    except ValueError as fault:
        raise Unreadable("The address in it is not complete.") from fault
    return [*_path_pairs(parts.path), *_query_pairs(parts.query)]


def _path_pairs(path: str) -> list[tuple[str, str]]:
    segments = path.split("/")
    if PRIMARY not in segments:
        raise Unreadable("It is an address, and names no product.")
    fields = [unquote(segment) for segment in segments[segments.index(PRIMARY) :]]
    if len(fields) % 2:
        raise Unreadable("A field of the address has no value.")
    pairs = list(zip(fields[::2], fields[1::2], strict=True))
    _check_order([ai for ai, _ in pairs])
    _check_gtin(pairs[0][1])
    return pairs


def _check_order(found: list[str]) -> None:
    wanted = [ai for ai in QUALIFIERS if ai in found]
    if found[1:] != wanted:
        raise Unreadable("The fields of the address are not those of a product, or not in their order.")


def _check_gtin(value: str) -> None:
    if len(value) != GTIN_DIGITS or not (value.isascii() and value.isdecimal()):
        raise Unreadable("The product number in the address does not have 14 digits.")


def _query_pairs(query: str) -> list[tuple[str, str]]:
    if query.count("&") >= MOST_FIELDS:
        raise Unreadable("The address has too many fields.")
    found = parse_qsl(query, keep_blank_values=True)
    pairs = [(ai, value) for ai, value in found if ai.isascii() and ai.isdecimal()]
    if any(not value for _, value in pairs):
        raise Unreadable("A field of the address has no value.")
    return pairs
