"""The tree that the house tests look at, and how they report what they find in it."""

import ast
import subprocess
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "formulary"
SKIPPED = {".git", ".venv", "var", "build", "dist", "node_modules", "__pycache__"}

SourceCheck = Callable[[ast.AST], Iterator[tuple[int, str]]]


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file under version control, and those about to be."""
    command = [
        "git",
        "-c",
        "safe.directory=*",
        "-C",
        str(ROOT),
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def python_files(*folders: str) -> list[Path]:
    """Our Python files under these folders of the project (`formulary`, `tests`)."""
    tops = [ROOT / folder for folder in folders or ("formulary",)]
    return [p for p in tracked_files() if p.suffix == ".py" and any(p.is_relative_to(top) for top in tops)]


def templates() -> list[Path]:
    """Every page and component."""
    return [
        p
        for p in tracked_files()
        if p.is_relative_to(ROOT / "templates") and p.suffix in (".html", ".svg", ".xml")
    ]


@cache
def tree(path: Path) -> ast.Module:
    """A file's syntax tree; each node knows its parent as `.parent`."""
    return with_parents(path.read_text(encoding="utf-8"), short(path))


def with_parents(source: str, name: str = "sample") -> ast.Module:
    """The syntax tree of a text, each node with its parent."""
    parsed = ast.parse(source, name)
    for node in ast.walk(parsed):
        for child in ast.iter_child_nodes(node):
            child.parent = node  # type: ignore[attr-defined]
    return parsed


def short(path: Path) -> str:
    """The path as one says it: from the top of the project."""
    return path.relative_to(ROOT).as_posix()


def nothing(faults: Iterable[object]) -> None:
    """Fail with every fault on a line of its own, unless there is none."""
    lines = [str(fault) for fault in faults]
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


def found_in(paths: Iterable[Path], check: SourceCheck, exempt: Iterable[str] = ()) -> list[str]:
    """What a check finds in these files, as `path:line: what`; `exempt` are patterns of paths."""
    return [
        f"{short(path)}:{line}: {what}"
        for path in paths
        if not is_exempt(short(path), exempt)
        for line, what in check(tree(path))
    ]


def is_exempt(path: str, exempt: Iterable[str]) -> bool:
    """Whether the path matches one of these patterns; a star stands for folders too."""
    return any(fnmatch(path, pattern) for pattern in exempt)


def dotted(node: ast.AST) -> str:
    """`date.today` of the call `date.today()`, `now` of `clock().now`: the names that are plain to see."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return node.id if isinstance(node, ast.Name) else ""
