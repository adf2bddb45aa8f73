"""The scan field: what a scanner types, separators included, and whether our own capture delivered it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import StringField
from wtforms.form import BaseForm
from wtforms.utils import unset_value
from wtforms.validators import ValidationError

from formulary.web import gs1
from formulary.web.fields.base import options
from formulary.web.gs1 import LONGEST, Scan


class ScanField(StringField):  # type: ignore[misc]
    """A code as scanned or pasted; `captured` says that the separators are known to be complete."""

    kind = "scan"

    def __init__(
        self, label: str = "Scan", validators: Sequence[Any] = (), *, hint: str = "", **more: Any
    ) -> None:
        super().__init__(label, validators, **options(hint, more))
        self.captured = False

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Keep the mark of the capture beside the code."""
        self.captured = formdata is not None and formdata.get(f"{self.name}-captured") == "1"
        super().process(formdata, data, extra_filters)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep U+001D: str.strip() would take it away at the ends."""
        if valuelist:
            self.data = str(valuelist[0]).strip(gs1.AROUND)
        elif self.data is None:
            self.data = ""

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is longer than any code."""
        if len(self.data or "") > LONGEST:
            raise ValidationError(
                f"This has {len(self.data):,} characters; a code has at most {LONGEST}. Scan one at a time."
            )

    def read(self, today: date) -> Scan:
        """What the code says; raises Refused with a scan.* finding."""
        return gs1.read_scan(self.data or "", captured=self.captured, today=today)

    def _value(self) -> str:
        return str(self.data or "")
