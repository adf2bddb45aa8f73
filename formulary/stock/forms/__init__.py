"""What people type about stock: deliveries, vials, moves, waste, holds, places, counts."""

from formulary.stock.forms.acts import (
    AssayForm,
    ExplainForm,
    HoldForm,
    LabelForm,
    MoveLotForm,
    MoveVialForm,
    OpenForm,
    PriceForm,
    ReconstituteForm,
    ReleaseHoldForm,
    ReleaseLotForm,
    WasteLotForm,
    WasteVialForm,
)
from formulary.stock.forms.counts import (
    CancelCountForm,
    CloseCountForm,
    CountLineForm,
    FindLineForm,
    OpenCountForm,
)
from formulary.stock.forms.places import AddPlaceForm, ChangePlaceForm
from formulary.stock.forms.receive import ReceiveForm
from formulary.stock.forms.shelf import ShelfForm
from formulary.stock.forms.temperature import (
    CorrectReadingForm,
    DecideForm,
    HoldInsideForm,
    LoggerForm,
    OpenExcursionForm,
    RangeForm,
    ReadingForm,
    packed,
)

__all__ = [
    "AddPlaceForm",
    "AssayForm",
    "CancelCountForm",
    "ChangePlaceForm",
    "CloseCountForm",
    "CorrectReadingForm",
    "CountLineForm",
    "DecideForm",
    "ExplainForm",
    "FindLineForm",
    "HoldForm",
    "HoldInsideForm",
    "LabelForm",
    "LoggerForm",
    "MoveLotForm",
    "MoveVialForm",
    "OpenCountForm",
    "OpenExcursionForm",
    "OpenForm",
    "PriceForm",
    "RangeForm",
    "ReadingForm",
    "ReceiveForm",
    "ReconstituteForm",
    "ReleaseHoldForm",
    "ReleaseLotForm",
    "ShelfForm",
    "WasteLotForm",
    "WasteVialForm",
    "packed",
]
