"""What is vendored is what was recorded, and the script that fetches it is strict."""

import hashlib
import io
import json
import re
import tarfile
import tomllib
from base64 import b64encode
from pathlib import Path

import pytest

from formulary.web import vendor
from formulary.web.states import STATES
from tests.web.house import ROOT

RECORDED: dict[str, str] = json.loads(vendor.MANIFEST.read_text(encoding="utf-8"))


def a_package(**files: str) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return made.getvalue()


@pytest.mark.parametrize("path", RECORDED)
def test_a_vendored_file_has_its_recorded_hash(path: str) -> None:
    assert vendor.sha384((ROOT / path).read_bytes()) == RECORDED[path]


def test_every_vendored_file_is_recorded() -> None:
    there = {
        p
        for folder in ("formulary/static/vendor", "tests/assets")
        for p in (ROOT / folder).rglob("*")
        if p.is_file()
    }
    ours = {vendor.MANIFEST, vendor.PACKAGES}
    assert {str(p.relative_to(ROOT)) for p in there - ours} == set(RECORDED)


def test_every_package_is_pinned_and_brings_its_licence() -> None:
    for package in tomllib.loads(vendor.PACKAGES.read_text(encoding="utf-8"))["package"]:
        assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
        assert any("LICENSE" in name for name in package["files"])


def test_no_list_names_where_packages_come_from() -> None:
    for path in (vendor.PACKAGES, vendor.MANIFEST, Path(vendor.__file__)):
        assert "://" not in path.read_text(encoding="utf-8").replace('"http://www.w3.org/2000/svg"', "")


def test_a_package_with_another_hash_is_refused() -> None:
    archive = a_package(LICENSE="MIT")
    right = b64encode(hashlib.sha512(archive).digest()).decode()
    assert vendor.checked({"name": "x", "version": "1.0.0", "sha512": right}, archive) == archive
    with pytest.raises(vendor.WrongFile):
        vendor.checked({"name": "x", "version": "1.0.0", "sha512": right}, archive + b"!")


def test_only_the_named_files_are_taken() -> None:
    archive = a_package(LICENSE="MIT", extra="no")
    assert vendor.files_of({"files": {"LICENSE": "static/x/LICENSE"}}, archive) == {
        "static/x/LICENSE": b"MIT"
    }


def test_a_sprite_holds_the_named_icons_in_order() -> None:
    second = '<symbol class="bi" id="b">\n <path d="1"/>\n <path d="2"/></symbol>'
    whole = f'<svg>{second}<symbol id="a"><path d="3"/></symbol></svg>'
    made = vendor.sprite(whole, ["b", "a", "a"])
    assert re.findall(r'id="(\w)"', made) == ["a", "b"]
    assert '<path d="1"/><path d="2"/>' in made


def test_an_icon_that_is_not_there_is_named() -> None:
    with pytest.raises(vendor.WrongFile, match="dragon"):
        vendor.sprite("<svg></svg>", ["dragon"])


def test_the_manifest_is_the_same_in_any_order() -> None:
    assert vendor.manifest({"b": b"2", "a": b"1"}) == vendor.manifest({"a": b"1", "b": b"2"})


def test_every_icon_in_use_is_in_the_sprite() -> None:
    sprite = (ROOT / "formulary/static/vendor/bootstrap-icons/icons.svg").read_text(encoding="utf-8")
    have = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    templates = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "templates").rglob("*.html"))
    used = set(re.findall(r"""icon\(["']([a-z0-9-]+)["']""", templates))
    assert used <= have


def test_every_state_has_an_icon_of_the_sprite() -> None:
    sprite = (ROOT / "formulary/static/vendor/bootstrap-icons/icons.svg").read_text(encoding="utf-8")
    have = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    assert {state.icon for state in STATES.values()} <= have


def test_a_sheet_loses_the_pictures_that_the_policy_refuses() -> None:
    sheet = (
        ".a{--x:url(\"data:image/svg+xml,%3csvg a='1'/%3e\");b:url(m.svg)}\n/*# sourceMappingURL=a.css.map */"
    )
    assert vendor.without_data(sheet) == ".a{--x:none;b:url(m.svg)}\n"


@pytest.mark.parametrize("path", sorted((ROOT / "formulary/static").rglob("*.css")), ids=lambda p: p.name)
def test_no_sheet_asks_for_what_the_policy_refuses(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"url\(.?data:|https?:|@import", text)
