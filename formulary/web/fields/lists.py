"""A list of like fields: the numbers in the names of what was sent are one to three plain digits."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import wtforms

NUMBER = re.compile(r"[0-9]{1,3}", re.ASCII)


class FieldList(wtforms.FieldList):  # type: ignore[misc, unused-ignore]
    """WTForms' own would read a number of any length, in the digits of any script."""

    def _extract_indices(self, prefix: str, formdata: Iterable[Any]) -> Iterator[int]:
        names = (name[len(prefix) + 1 :] for name in formdata if name.startswith(prefix))
        numbers = (name.split(self._field_separator, 1)[0] for name in names)
        return (int(number) for number in numbers if NUMBER.fullmatch(number))
