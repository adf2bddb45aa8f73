"""The three lists that are brought in: what they are called, their columns, and how a row looks."""

from dataclasses import dataclass

from formulary.accounts import Permission
from formulary.web.tables import Column

LOT = Column("lot", ("lot number", "batch", "batch number"), hint="As the pack prints it.", example="G4405")
PRODUCT = Column(
    "product",
    ("product name", "item", "medicine"),
    "the product or its GTIN",
    "Its name in the catalogue.",
    "tranexamic acid 100 mg/mL",
)
GTIN = Column("gtin", ("ean", "barcode"), "the product or its GTIN", "Or the code of its pack.")
ANOTHER = Column(
    "another lot", ("second record",), hint="yes, where the number looks like one on record and is another."
)
EXPIRY = ("expires", "expires on", "expiry date", "exp", "use by")
REMARK = Column("remark", ("note", "notes", "comment", "remarks"))


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the lists: its word on the terminal, its name, who may bring it in, and its columns."""

    word: str
    title: str
    about: str
    permission: Permission
    columns: tuple[Column, ...]
    rows: str


HISTORY = Kind(
    "history",
    "What was given before",
    "Who got which lot before Formulary was there, so that a recall finds them from the first day.",
    Permission.RELEASE_QUARANTINE,
    (
        Column(
            "date",
            ("day", "given on", "given at", "treated on"),
            "the date",
            "2024-03-01, or with its time 2024-03-01 14:10.",
            "2024-03-01",
        ),
        Column(
            "patient",
            ("patient code", "code"),
            "the patient",
            "Our code; or two of name, birth date and record number.",
            "P-20817",
        ),
        Column("name", ("patient name",), "the patient"),
        Column("born", ("birth date", "date of birth", "dob", "born on"), hint="1984-05-06"),
        Column("record number", ("record", "file number", "mrn"), "the patient"),
        PRODUCT,
        GTIN,
        LOT,
        Column(
            "expiry", EXPIRY, hint="Where it is known; 2025-11 is the end of the month.", example="2025-11-30"
        ),
        Column(
            "quantity", ("amount", "qty", "dose", "volume"), "the quantity", "With a decimal point.", "0.5"
        ),
        Column("unit", ("units", "uom"), hint="mL, mg, IU, or vial.", example="mL"),
        Column(
            "practitioner",
            ("by", "given by", "doctor", "injector"),
            hint="The name as written.",
            example="Dr Anne Weber",
        ),
        REMARK,
        ANOTHER,
    ),
    "line",
)

STOCK = Kind(
    "stock",
    "Opening stock",
    "What lies on the shelves on the day the clinic begins with Formulary, open vials included.",
    Permission.RELEASE_QUARANTINE,
    (
        Column("place", ("location", "shelf", "stored in"), "the place", "Its name here.", "Fridge"),
        PRODUCT,
        GTIN,
        Column("lot", LOT.also, "the lot", LOT.hint, LOT.example),
        Column("expiry", EXPIRY, "the expiry", "2027-11-30; 2027-11 is the end of the month.", "2027-11-30"),
        Column("quantity", ("amount", "qty", "count"), "the quantity", "With a decimal point.", "6"),
        Column(
            "unit", ("units", "uom"), hint="vial, mL, mg …; empty means whole containers.", example="vial"
        ),
        Column("opened at", ("opened", "opened on"), hint="For an open vial: when it was opened; one a row."),
        REMARK,
        ANOTHER,
    ),
    "line",
)

DELIVERIES = Kind(
    "deliveries",
    "Deliveries",
    "What suppliers brought, as receiving it by hand would record it.",
    Permission.RECEIVE_STOCK,
    (
        Column(
            "date", ("day", "received", "received on", "delivered on"), "the date", "2026-11-20", "2026-11-20"
        ),
        Column("supplier", ("from", "vendor"), "the supplier", example="Pharma Gros"),
        Column(
            "note", ("delivery note", "note number"), hint="Number of the delivery note.", example="LS-4711"
        ),
        PRODUCT,
        GTIN,
        Column("lot", LOT.also, "the lot", LOT.hint, LOT.example),
        Column("expiry", EXPIRY, "the expiry", "2027-11-30; 2027-11 is the end of the month.", "2027-11-30"),
        Column("packs", ("pack", "packages", "quantity", "qty"), "the packs", "How many came.", "2"),
        Column(
            "per pack",
            ("containers per pack", "pack size"),
            hint="Containers in a pack; empty: 1.",
            example="5",
        ),
        Column("price", ("price per pack", "cost"), hint="Of one pack.", example="18.20"),
        Column("currency", (), hint="EUR, CHF … as this site writes prices.", example="EUR"),
        Column("place", ("location", "shelf", "stored in"), "the place", "Its name here.", "Fridge"),
        Column("remark", ("comment", "remarks")),
        ANOTHER,
    ),
    "line",
)

KINDS = {kind.word: kind for kind in (DELIVERIES, STOCK, HISTORY)}
