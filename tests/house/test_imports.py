"""The direction of imports, proved by import-linter over the tree and over a small tree with faults in it."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.sources import ROOT

FAULTS = {
    "rules/lot_status.py": ("import flask", "Rules know no framework"),
    "rules/schedule.py": ("from formulary.stock import models", "Rooms import only"),
    "rules/facts.py": ("from formulary.rules import trace", "Inside the rules"),
    "stock/models.py": ("from formulary.recalls import queries", "Rooms import only"),
    "stock/labels.py": ("from formulary.patients import models", "Rooms import only"),
    "stock/queries.py": ("from formulary.stock import actions", "Inside a room"),
    "stock/helpers.py": ("", "Inside a room"),
    "stock/views.py": ("from formulary.stock import models", "Views and forms never"),
    "web/forms.py": ("import pint", "Only the units know Pint"),
    "odds/__init__.py": ("", "Rooms import only"),
}


def lint(folder: Path) -> tuple[int, str]:
    """Run import-linter in a folder that holds `formulary/`, with our contracts."""
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
        "--no-cache",
    ]
    done = subprocess.run(
        [*command, "--config", str(ROOT / "pyproject.toml")],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def plant(folder: Path, **faults: str) -> None:
    """A package with every room and layer of our contracts in it, empty but for Pint and the faults."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    for contract in contracts:
        for container in contract.get("containers", []):
            inside = folder / container.replace(".", "/")
            inside.mkdir(parents=True, exist_ok=True)
            (inside / "__init__.py").touch()
            for layer in contract["layers"] if container != "formulary.audit" else ():
                for name in layer.replace("(", "").replace(")", "").split(" | "):
                    if not (inside / name).exists():
                        (inside / f"{name}.py").touch()
    for path, text in {"rules/units.py": "import pint", **faults}.items():
        place = folder / "formulary" / path
        place.parent.mkdir(exist_ok=True)
        if (stub := place.parent.with_suffix(".py")).exists():
            stub.unlink()
            (place.parent / "__init__.py").touch()
        place.write_text(text)


def test_the_tree_keeps_every_contract() -> None:
    code, said = lint(ROOT)
    assert code == 0, said


def test_a_tree_of_empty_rooms_keeps_every_contract(tmp_path: Path) -> None:
    plant(tmp_path)
    code, said = lint(tmp_path)
    assert code == 0, said


@pytest.mark.parametrize("path", FAULTS)
def test_a_planted_import_breaks_a_contract(tmp_path: Path, path: str) -> None:
    text, contract = FAULTS[path]
    plant(tmp_path, **{path: text})
    code, said = lint(tmp_path)
    broken = said.partition("Broken contracts")[2]
    assert (code, contract in broken) == (1, True), said
