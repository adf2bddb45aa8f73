"""What the address of a page asks for after its question mark."""

import re

from flask import request

from formulary.db import Missing

A_ROW, LARGEST = re.compile(r"[0-9]{1,10}", re.ASCII), 2**31 - 1


def row_asked(name: str) -> int | None:
    """The key of the row that the address names, None where it names none.

    Raises Missing for what can be no key, so that nobody is shown another row than was asked for.
    """
    asked = request.args.get(name, "")
    if not asked:
        return None
    if not A_ROW.fullmatch(asked) or not 0 < int(asked) <= LARGEST:
        raise Missing(f"No {name} of that number")
    return int(asked)
