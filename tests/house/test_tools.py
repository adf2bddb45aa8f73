"""Style and types, by the tools that know them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT

TOOLS = {
    "style": ("ruff", "check", "."),
    "layout": ("ruff", "format", "--check", "."),
    "types of rules, db and web": ("mypy",),
}


def run(folder: Path, *words: str) -> tuple[int, str]:
    """Run a tool of our environment in a folder."""
    command = [sys.executable, "-m", *words]
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("tool", TOOLS)
def test_the_tool_finds_nothing(tool: str) -> None:
    code, said = run(ROOT, *TOOLS[tool])
    assert code == 0, said


def test_ruff_finds_a_planted_fault(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text('"""A."""\nimport os\nx = eval("1")\n')
    code, said = run(tmp_path, "ruff", "check", "--config", str(ROOT / "pyproject.toml"), ".")
    assert (code, "F401" in said, "S307" in said) == (1, True, True), said


def test_mypy_finds_a_planted_fault(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("def f(x):\n    return x\n")
    code, said = run(tmp_path, "mypy", "--config-file", str(ROOT / "pyproject.toml"), "bad.py")
    assert (code, "no-untyped-def" in said) == (1, True), said
