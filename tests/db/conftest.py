"""What the tests of this room share: somebody who writes, and many at once."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask

from formulary.accounts import Operator
from tests.support import at_once as threads

BY = Operator("the tests", person_id=1)


@pytest.fixture
def at_once(app: Flask) -> Callable[..., list[Any]]:
    """Call something in several threads: `at_once(act, 6)`."""
    return partial(threads.at_once, app)
