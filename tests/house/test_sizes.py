"""No file grows so long that nobody reads it to its end."""

from pathlib import Path

import pytest

from tests.house.sources import python_files, short

LONGEST = 300
FILES = [p for p in python_files("formulary", "tests") if "migrations/versions" not in p.as_posix()]


def too_long(text: str) -> bool:
    """Whether a file should become a package."""
    return text.count("\n") > LONGEST


@pytest.mark.parametrize("path", FILES, ids=short)
def test_a_file_can_be_read_to_its_end(path: Path) -> None:
    assert not too_long(path.read_text(encoding="utf-8")), f"{short(path)} has more than {LONGEST} lines"


def test_a_file_of_301_lines_is_found() -> None:
    assert (too_long("x\n" * 300), too_long("x\n" * 301)) == (False, True)
