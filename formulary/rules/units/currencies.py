"""The currencies a site may keep its prices in, and how many decimals each has.

Source: ISO 4217, list one (current currencies), column "minor unit"; the Bulgarian lev left it on
2026-01-01 (amendment 180).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency by its three letters; `digits` is its minor unit: 2 where a hundredth is the smallest."""

    code: str
    digits: int
    name: str


class UnknownCurrency(ValueError):
    """The letters name no currency of the table."""


_WITHOUT = {"CLP": "Chilean peso", "ISK": "Iceland krona", "JPY": "yen", "KRW": "won", "PYG": "guarani",
    "UGX": "Uganda shilling", "VND": "dong", "XAF": "CFA franc BEAC", "XOF": "CFA franc BCEAO",
    "XPF": "CFP franc"}  # fmt: skip
_HUNDREDTHS = {"AED": "UAE dirham", "ARS": "Argentine peso", "AUD": "Australian dollar",
    "BDT": "taka", "BRL": "Brazilian real", "CAD": "Canadian dollar",
    "CHF": "Swiss franc", "CNY": "yuan renminbi", "COP": "Colombian peso", "CZK": "Czech koruna",
    "DKK": "Danish krone", "EGP": "Egyptian pound", "EUR": "euro", "GBP": "pound sterling", "GEL": "lari",
    "HKD": "Hong Kong dollar", "HUF": "forint", "IDR": "rupiah", "ILS": "new Israeli sheqel",
    "INR": "Indian rupee", "KES": "Kenyan shilling", "KZT": "tenge", "LBP": "Lebanese pound",
    "MAD": "Moroccan dirham", "MXN": "Mexican peso", "MYR": "Malaysian ringgit", "NGN": "naira",
    "NOK": "Norwegian krone", "NZD": "New Zealand dollar", "PEN": "sol", "PHP": "Philippine peso",
    "PKR": "Pakistan rupee", "PLN": "zloty", "QAR": "Qatari rial", "RON": "Romanian leu",
    "RSD": "Serbian dinar", "SAR": "Saudi riyal", "SEK": "Swedish krona", "SGD": "Singapore dollar",
    "THB": "baht", "TRY": "Turkish lira", "TWD": "new Taiwan dollar", "UAH": "hryvnia", "USD": "US dollar",
    "UYU": "peso uruguayo", "ZAR": "rand"}  # fmt: skip
_THOUSANDTHS = {"BHD": "Bahraini dinar", "IQD": "Iraqi dinar", "JOD": "Jordanian dinar",
    "KWD": "Kuwaiti dinar", "LYD": "Libyan dinar", "OMR": "rial Omani", "TND": "Tunisian dinar"}  # fmt: skip
CURRENCIES: dict[str, Currency] = {
    code: Currency(code, digits, name)
    for code, digits, name in sorted(
        (code, digits, name)
        for digits, named in ((0, _WITHOUT), (2, _HUNDREDTHS), (3, _THOUSANDTHS))
        for code, name in named.items()
    )
}


def currency(code: str) -> Currency:
    """The currency of these letters; raises UnknownCurrency for others."""
    try:
        return CURRENCIES[code]
    except KeyError:
        raise UnknownCurrency(f"No currency {code!r}") from None
