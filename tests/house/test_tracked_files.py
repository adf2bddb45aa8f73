"""What is under version control: nothing of one machine, nothing unhashed, no command that is not there."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from formulary.cli import main
from tests.house.sources import ROOT, nothing, short, tracked_files

MACHINE = re.compile(r"(?<![\w./-])/(?:work|root|home|opt|mnt|Users)/[\w.-]+")
ADDRESS = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host")
TOP = {
    *(".ci", ".gitignore", "LICENSE", "Makefile", "README.md", "pyproject.toml"),
    *("requirements-dev.lock", "requirements.lock"),
    *("formulary", "seed_data", "templates", "tests"),
}
VENDORED = ("formulary/static/vendor/", "tests/assets/")
SETTINGS = ("Makefile", ".ci/*", "*.lock", "pyproject.toml", ".gitignore", "*.toml", "*.json", "*.ini")
REQUIREMENT = re.compile(r"^([a-zA-Z0-9_.-]+(?:\[[\w,]+\])?)(.*)$")


def texts() -> Iterator[tuple[Path, str]]:
    """Every tracked text of ours."""
    for path in tracked_files():
        if not short(path).startswith(VENDORED) and b"\0" not in (data := path.read_bytes()):
            yield path, data.decode("utf-8")


def lines_with(pattern: re.Pattern[str], text: str) -> list[str]:
    """The lines of a text in which the pattern stands, numbered."""
    return [
        f"{number}: {line.strip()[:100]}"
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def unhashed(lock: str) -> list[str]:
    """The requirements of a lock file that are not pinned, or carry no hash."""
    whole = lock.replace("\\\n", " ").splitlines()
    wanted = [line for line in whole if REQUIREMENT.match(line)]
    return [line.split()[0] for line in wanted if "==" not in line or "--hash=sha256:" not in line]


def commands(readme: str) -> set[str]:
    """The targets of `make …` that a text tells people to run."""
    return set(re.findall(r"\bmake ([a-z]+)\b(?=[^a-z]*(?:`|$|\s))", "\n".join(code_of(readme))))


def formulary_commands(text: str) -> set[str]:
    """The commands of `formulary …` that a text tells people to run."""
    return set(re.findall(r"\bformulary ([a-z]+)\b(?!\.)", "\n".join(code_of(text))))


def code_of(markdown: str) -> list[str]:
    """What stands as code in a text: blocks and spans."""
    blocks = re.findall(r"```[a-z]*\n(.*?)```", markdown, re.DOTALL)
    return blocks + re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", markdown, flags=re.DOTALL))


def targets(makefile: str) -> set[str]:
    """The targets of a Makefile."""
    return {name for line in re.findall(r"^([a-z ]+):(?!=)", makefile, re.MULTILINE) for name in line.split()}


def test_nothing_names_a_place_of_one_machine() -> None:
    nothing(f"{short(p)}:{line}" for p, text in texts() for line in lines_with(MACHINE, text))


def test_settings_and_locks_name_no_address() -> None:
    ours = [(p, text) for p, text in texts() if any(Path(short(p)).match(pattern) for pattern in SETTINGS)]
    nothing(f"{short(p)}:{line}" for p, text in ours for line in lines_with(ADDRESS, text))


def test_the_top_level_is_fixed() -> None:
    assert {short(p).split("/", maxsplit=1)[0] for p in tracked_files()} <= TOP


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_requirement_is_pinned_with_hashes(name: str) -> None:
    assert unhashed((ROOT / name).read_text()) == []


def test_vendored_files_are_the_recorded_ones() -> None:
    manifest = json.loads((ROOT / "formulary/static/vendor/manifest.json").read_text())
    found = {name: sha384((ROOT / name).read_bytes()) for name in manifest}
    assert found == manifest
    kept = {short(p) for p in tracked_files() if short(p).startswith(VENDORED)}
    assert kept - set(manifest) <= {f"{VENDORED[0]}manifest.json", f"{VENDORED[0]}packages.toml"}


def test_what_the_readme_says_to_run_is_there() -> None:
    said = commands((ROOT / "README.md").read_text(encoding="utf-8"))
    assert {"demo", "test"} <= said <= targets((ROOT / "Makefile").read_text())


def test_every_command_that_the_readme_or_the_demo_runs_is_there() -> None:
    said = formulary_commands((ROOT / "README.md").read_text(encoding="utf-8"))
    said |= formulary_commands(f"`{(ROOT / '.ci/demo').read_text().replace(chr(10), ' ')}`")
    assert said - set(main.list_commands(click.Context(main))) == set()


def test_scripts_may_be_run() -> None:
    assert [short(p) for p in (ROOT / ".ci").iterdir() if not p.stat().st_mode & 0o111] == []


def test_planted_faults_are_found() -> None:
    home = "/" + "home/somebody/project"
    assert lines_with(MACHINE, f"ok\npath = {home}") == [f"2: path = {home}"]
    assert lines_with(ADDRESS, "--index-" + "url here") == ["1: --index-" + "url here"]
    assert unhashed("a==1 \\\n  --hash=sha256:00\nb==2\nc>=3 --hash=sha256:00\n") == ["b==2", "c>=3"]
    assert commands("Run `make demo`.\n```sh\nmake tets\n```\nwe make haste") == {"demo", "tets"}
    assert formulary_commands("`formulary sede` and formulary verify") == {"sede"}
    assert targets("demo lint: setup\n\tmake x\nX := 1\ntest: a\n") == {"demo", "lint", "test"}


def sha384(data: bytes) -> str:
    """The hash as the manifest writes it."""
    return "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode()
