"""Check digits of UNII, CAS and GTIN."""

import pytest

from formulary.seed.identifiers import is_cas, is_gtin, is_unii


@pytest.mark.parametrize("unii", ["6T84R30KC1", "PQ6CK8PD0R", "GAN16C9B8O", "005990WHZZ", "E211KPY694"])
def test_a_unii_with_its_check_character_is_right(unii):
    assert is_unii(unii)


@pytest.mark.parametrize(
    "text",
    ["6T84R30KC2", "T684R30KC1X", "6T84R30KC", "6t84r30kc1", "", "６T84R30KC1"],
)
def test_a_unii_that_was_mistyped_is_not(text):
    assert not is_unii(text)


@pytest.mark.parametrize("cas", ["1197-18-8", "50-81-7", "70-18-8", "6493-05-6", "7732-18-5", "488712-31-8"])
def test_a_cas_number_with_its_check_digit_is_right(cas):
    assert is_cas(cas)


@pytest.mark.parametrize("text", ["1197-18-9", "5/6/93", "6493-5-6", "2/4/68", "1197188", "", "0-81-7"])
def test_a_cas_number_that_was_mistyped_or_made_a_date_is_not(text):
    assert not is_cas(text)


def test_a_gtin_has_fourteen_digits_and_the_right_last_one():
    assert is_gtin("09520000000509")
    assert not is_gtin("09520000000500")
    assert not is_gtin("9520000000509")
    assert not is_gtin("0952000000050９")


@pytest.mark.parametrize("place", range(13))
def test_one_wrong_digit_of_a_gtin_is_always_found(place):
    right = "09520000000509"
    wrong = right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :]
    assert not is_gtin(wrong)
