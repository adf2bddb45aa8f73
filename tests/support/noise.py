"""Look-alike rows of another site and another patient: an unscoped query finds them and fails."""


def make_noise() -> None:
    """Fill the other site with what looks like the rows of a test."""
