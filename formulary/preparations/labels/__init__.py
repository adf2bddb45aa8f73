"""What the bench shows: the worksheet step by step, what was achieved, and the label of what was made."""

from formulary.preparations.labels.achieved import Achieved, achieved_lines
from formulary.preparations.labels.choices import (
    DEVIATES,
    RestWords,
    diluent_expires_otherwise,
    diluent_words,
    drawn_words,
    is_close_call,
    may_not_release,
    needs_releaser,
    no_diluent,
    rest_words,
    storage_choices,
    two_diluents,
    which_diluent,
    wrong_diluent,
)
from formulary.preparations.labels.final import Label, labels
from formulary.preparations.labels.paper import PaperSheet, on_paper
from formulary.preparations.labels.pictures import PhotoLine, page_words, photo_lines
from formulary.preparations.labels.steps import Step
from formulary.preparations.labels.words import ROUTES, STORAGES, Waiting, product_words, waiting
from formulary.preparations.labels.worksheet import Worksheet, worksheet

__all__ = [
    "DEVIATES",
    "ROUTES",
    "STORAGES",
    "Achieved",
    "Label",
    "PaperSheet",
    "PhotoLine",
    "RestWords",
    "Step",
    "Waiting",
    "Worksheet",
    "achieved_lines",
    "diluent_expires_otherwise",
    "diluent_words",
    "drawn_words",
    "is_close_call",
    "labels",
    "may_not_release",
    "needs_releaser",
    "no_diluent",
    "on_paper",
    "page_words",
    "photo_lines",
    "product_words",
    "rest_words",
    "storage_choices",
    "two_diluents",
    "waiting",
    "which_diluent",
    "worksheet",
    "wrong_diluent",
]
