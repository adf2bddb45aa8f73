"""What a recall answer shows: figures, lists, balance sheets and a picture, in words."""

from formulary.recalls.labels.lists import Listing, PatientLine, PlaceLine, together
from formulary.recalls.labels.sheet import Sheet, SheetLine, sheets
from formulary.recalls.labels.tiles import Tile, is_held, tiles
from formulary.recalls.labels.told import Told, told
from formulary.recalls.labels.words import BALANCE, BUCKETS, GRADES, HEADINGS, bucket_words

__all__ = [
    "BALANCE",
    "BUCKETS",
    "GRADES",
    "HEADINGS",
    "Listing",
    "PatientLine",
    "PlaceLine",
    "Sheet",
    "SheetLine",
    "Tile",
    "Told",
    "bucket_words",
    "is_held",
    "sheets",
    "tiles",
    "together",
    "told",
]
