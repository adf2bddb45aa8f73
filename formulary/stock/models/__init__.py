"""Places, lots, vials, the ledger of movements, balances, holds, reservations, deliveries, prices,
temperatures, counts, suppliers, stock levels, purchase orders.
"""

from formulary.stock.models.counts import CountEntry, CountLine, CountPlace, StockCount
from formulary.stock.models.disposal import Disposal, Wasted, WasteStream
from formulary.stock.models.documents import DOCUMENT_KINDS, LotDocument
from formulary.stock.models.holds import Hold, KeptLess, Reservation, hold_words
from formulary.stock.models.ledger import (
    HASH_VERSION,
    HASHED,
    SAME_INSTANT,
    Balance,
    Discrepancy,
    Movement,
    movement_hash,
)
from formulary.stock.models.lots import AS_READ, Lot, LotAlias, Vial, measured_in
from formulary.stock.models.orders import (
    PurchaseOrder,
    PurchaseOrderChange,
    PurchaseOrderLine,
    StockLevel,
    Supplier,
)
from formulary.stock.models.places import BY_VIAL, GUARDED, PLACE_KINDS, Delivery, Place, Price
from formulary.stock.models.returns import SupplierReturn
from formulary.stock.models.temperature import TemperatureEvent, TemperatureReading
from formulary.stock.models.transfers import Transfer, TransferLine
from formulary.stock.models.undone import UndoneAct

__all__ = [
    "AS_READ",
    "BY_VIAL",
    "DOCUMENT_KINDS",
    "GUARDED",
    "HASHED",
    "HASH_VERSION",
    "PLACE_KINDS",
    "SAME_INSTANT",
    "Balance",
    "CountEntry",
    "CountLine",
    "CountPlace",
    "Delivery",
    "Discrepancy",
    "Disposal",
    "Hold",
    "KeptLess",
    "Lot",
    "LotAlias",
    "LotDocument",
    "Movement",
    "Place",
    "Price",
    "PurchaseOrder",
    "PurchaseOrderChange",
    "PurchaseOrderLine",
    "Reservation",
    "StockCount",
    "StockLevel",
    "Supplier",
    "SupplierReturn",
    "TemperatureEvent",
    "TemperatureReading",
    "Transfer",
    "TransferLine",
    "UndoneAct",
    "Vial",
    "WasteStream",
    "Wasted",
    "hold_words",
    "measured_in",
    "movement_hash",
]
