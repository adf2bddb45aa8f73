"""Codes: one run of numbers per kind, never given twice."""

import pytest

from formulary.accounts.actions import next_code, next_codes
from formulary.db import Misuse, retried, transaction


def test_the_first_of_each_kind(app):
    with transaction():
        codes = [next_code(kind) for kind in ("X", "R", "H")]
    assert codes == ["X-1", "R-1", "H-1"]


def test_cocktails_and_vials_have_four_digits(app):
    with transaction():
        assert [next_code("C")[:4], next_code("V")[:4]] == ["C-00", "V-00"]


def test_they_count_up_beyond_their_padding(app):
    with transaction():
        first = int(next_code("V")[2:])
        assert next_codes("V", 2) == [f"V-{first + 1:04}", f"V-{first + 2:04}"]
        assert next_codes("V", 9999)[-1] == f"V-{first + 10_001}"


def test_an_act_that_fails_gives_its_code_back(app):
    with pytest.raises(ZeroDivisionError), transaction():
        assert next_code("R") == "R-1"
        raise ZeroDivisionError
    with transaction():
        assert next_code("R") == "R-1"


def test_outside_an_act_there_is_none(app):
    with pytest.raises(Misuse):
        next_code("R")


def test_of_many_at_once_each_gets_its_own(app, at_once):
    @retried
    def act(_number):
        with transaction():
            return next_code("C")

    numbers = sorted(int(code[2:]) for code in at_once(act, 8))
    assert numbers == list(range(numbers[0], numbers[0] + 8))
