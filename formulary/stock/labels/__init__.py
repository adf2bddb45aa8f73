"""The words of stock: reasons, places, documents, refusals."""

from formulary.stock.labels import refusals
from formulary.stock.labels.documents import Named, document_names, names_documents
from formulary.stock.labels.words import PLACE_KINDS, REASONS, WASTE_REASONS, reason_words

__all__ = [
    "PLACE_KINDS",
    "REASONS",
    "WASTE_REASONS",
    "Named",
    "document_names",
    "names_documents",
    "reason_words",
    "refusals",
]
