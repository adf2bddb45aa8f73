"""What was ordered and has not come."""

from collections.abc import Iterator

from formulary.overview.labels.day import Day
from formulary.overview.labels.need import Need
from formulary.rules.lot_status import day_words
from formulary.stock.labels import counted


def chase(day: Day) -> Iterator[Need]:
    """What was expected before today and is still outstanding."""
    for one in day.late:
        due, page = one.line.row.expected_on, ("stock.order", "Look", (("order_id", one.order.id),))
        since = f", expected {day_words(due)}" if due else ""
        told = f"{counted(one.line.product, one.line.outstanding)} of {one.line.product.name}{since}."
        yield Need(
            None, f"Ask {one.supplier.name} for {one.order.code}", told, "warn", "order overdue", *page
        )
