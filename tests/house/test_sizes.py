"""No file grows so long that nobody reads it to its end."""

import pytest

from tests.house.sources import python_files, short

LONGEST = {"formulary": 300, "tests": 450}


def too_long(folder: str, lines: int) -> bool:
    """Whether a file should become a package."""
    return lines > LONGEST[folder]


@pytest.mark.parametrize("folder", LONGEST)
def test_every_file_can_be_read_to_its_end(folder: str) -> None:
    sizes = {short(path): path.read_text(encoding="utf-8").count("\n") for path in python_files(folder)}
    long = {name: lines for name, lines in sizes.items() if too_long(folder, lines) and not made(name)}
    assert long == {}


def made(name: str) -> bool:
    """Whether a tool wrote the file."""
    return name.startswith("formulary/migrations/versions/")


def test_a_file_of_301_lines_is_found() -> None:
    assert (too_long("formulary", 300), too_long("formulary", 301)) == (False, True)
