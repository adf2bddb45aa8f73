"""Our own form fields: each reads one kind of answer, and says what was typed and what would be accepted."""

from wtforms import FormField
from wtforms.validators import Optional

from formulary.web.fields.base import Required, words
from formulary.web.fields.births import BirthField
from formulary.web.fields.choices import (
    AnswerField,
    ChoiceField,
    IdField,
    IdSelect,
    IdSeveral,
    OneOf,
    SeveralOf,
    YesField,
    choices,
    read_id,
)
from formulary.web.fields.expiries import AS_PRINTED, ExpiryField
from formulary.web.fields.figures import DegreesField, MoneyField
from formulary.web.fields.lists import FieldList
from formulary.web.fields.quantities import CountField, QuantityField
from formulary.web.fields.scan import ScanField
from formulary.web.fields.text import IdentifierField, LotField, NotesField, SecretField, TextField
from formulary.web.fields.times import DateField, InstantField
from formulary.web.fields.upload import UploadField

__all__ = [
    "AS_PRINTED",
    "AnswerField",
    "BirthField",
    "ChoiceField",
    "CountField",
    "DateField",
    "DegreesField",
    "ExpiryField",
    "FieldList",
    "FormField",
    "IdField",
    "IdSelect",
    "IdSeveral",
    "IdentifierField",
    "InstantField",
    "LotField",
    "MoneyField",
    "NotesField",
    "OneOf",
    "Optional",
    "QuantityField",
    "Required",
    "ScanField",
    "SecretField",
    "SeveralOf",
    "TextField",
    "UploadField",
    "YesField",
    "choices",
    "read_id",
    "words",
]
