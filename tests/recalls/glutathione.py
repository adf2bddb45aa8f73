"""The glutathione recall of February 2019: its notice, and a clinic that holds three of its thirteen lots.

Patients got 7 mL and 12 mL at 200 mg/mL. Two of the lot numbers, 1810150050 and 1808030045, are those of the
published reports; the other eleven, the recall number and class, the clinic, its product, its patients and
its clock (so the expiry of its stock) are invented for the tests.
"""

from __future__ import annotations

from datetime import date

from flask import Flask

from tests.recalls.doing import a_session, opened, reconstituted
from tests.support.builders import a_lot, a_patient, a_product, steps
from tests.support.databases import Database
from tests.support.snapshots import Ids, reach

REPORTED = ("1810150050", "1808030045")
INVENTED = tuple(f"17{month:02d}0700{month:02d}" for month in range(1, 12))
HELD = (*REPORTED, INVENTED[3])
REPORT = {
    "recall_number": "D-0000-2019",
    "event_id": "00000",
    "classification": "Class I",
    "status": "Ongoing",
    "product_type": "Drugs",
    "product_description": "L-Glutathione, reduced, powder, in five repack sizes",
    "code_info": "Lot #: " + ", ".join(INVENTED[:6]) + f"; a) Lot # {REPORTED[0]} b) Lot # {REPORTED[1]}; "
    f"Lots {' '.join(INVENTED[6:])}, Exp 06/17/2020",
    "reason_for_recall": "Endotoxin.",
    "report_date": "20190220",
}
EXPIRY = date(2027, 6, 17)


def the_clinic(app: Flask, database: Database) -> Ids:
    """Three of the lots on the shelf, two of them used, and one of the same expiry that is not recalled."""
    return reach(app, database, "the glutathione of a clinic", _a_clinic)


def _a_clinic() -> Ids:
    powder = a_product(
        name="Glutathione 6 g", strength="6,000 mg/30 mL", content="6,000 mg", form="lyophilised",
        ledger="mass", reconstitution_volume=steps("30 mL"), after_reconstitution_h=6,
    )  # fmt: skip
    water = a_lot(a_product(content="100 mL"), number="WATER1")
    lots = [a_lot(powder, number=n, expires_on=EXPIRY) for n in (*HELD, "OTHER77")]
    for lot, name, volume in zip(lots, ("Ann Seven", "Bea Twelve"), ("7 mL", "12 mL"), strict=False):
        vial = reconstituted(opened(lot), water, "30 mL")
        a_session(a_patient(name=name), (vial, volume), share="1")
    return {lot.number: lot.id for lot in lots}
