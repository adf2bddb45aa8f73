"""What this room's own documents are called on a list of movements."""

from collections.abc import Collection

from formulary.stock import queries
from formulary.stock.labels.documents import Named, names_documents


@names_documents("delivery")
def deliveries(ids: Collection[int]) -> dict[int, Named]:
    """A delivery by its supplier and the number of its note, where they are on record."""
    return {row.id: Named(_delivery(row.supplier, row.note_number)) for row in queries.deliveries(ids)}


@names_documents("vial")
@names_documents("lot")
@names_documents("reconstitution")
def itself(ids: Collection[int]) -> dict[int, Named]:
    """What stands in the row already needs no further name."""
    return {number: Named("") for number in ids}


@names_documents("count")
def counts(ids: Collection[int]) -> dict[int, Named]:
    """A count by its number, with its page."""
    return {number: Named(f"count {number}", "stock.count", (("count_id", number),)) for number in ids}


@names_documents("return")
def returns(ids: Collection[int]) -> dict[int, Named]:
    """A return by its number, with its page."""
    return {
        row.id: Named(f"return {row.code}", "stock.supplier_return", (("return_id", row.id),))
        for row in queries.returns_by_id(ids)
    }


@names_documents("disposal")
def disposals(ids: Collection[int]) -> dict[int, Named]:
    """A certificate of destruction by its number, with its page."""
    return {
        row.id: Named(f"certificate {row.code}", "stock.disposal", (("disposal_id", row.id),))
        for row in queries.disposals_by_id(ids)
    }


@names_documents("transfer")
def transfers(ids: Collection[int]) -> dict[int, Named]:
    """A transfer by its number, with its page."""
    return {
        row.id: Named(f"transfer {row.code}", "stock.transfer", (("transfer_id", row.id),))
        for row in queries.transfers(ids)
    }


def _delivery(supplier: str, note_number: str) -> str:
    note = f"note {note_number}" if note_number else ""
    return ", ".join(filter(None, (supplier, note))) or "delivery"
