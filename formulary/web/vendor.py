"""Fetch the vendored files by their packages' hashes: `python -m formulary.web.vendor`."""

import base64
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).parent.parent / "static" / "vendor"
PACKAGES = VENDOR / "packages.toml"
MANIFEST = VENDOR / "manifest.json"
ROOT = VENDOR.parent.parent.parent


class WrongFile(Exception):
    """A package or a file is not the one that was recorded."""


def fetch(name: str, version: str, into: Path) -> bytes:
    """The package as the package manager delivers it, from wherever that is set up to look."""
    npm = shutil.which("npm")
    if npm is None:
        raise WrongFile("npm is needed to fetch vendored files; the app itself never needs it")
    command = [npm, "pack", "--silent", f"{name}@{version}", "--pack-destination", str(into)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - names and versions come from packages.toml
    return (into / f"{name}-{version}.tgz").read_bytes()


def checked(package: dict[str, Any], archive: bytes) -> bytes:
    """The archive, or WrongFile where its sha512 is not the recorded one."""
    found = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if found != package["sha512"]:
        raise WrongFile(
            f"{package['name']} {package['version']} has sha512 {found}, recorded is {package['sha512']}"
        )
    return archive


def contents(archive: bytes, name: str) -> bytes:
    """One named file of a package."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as opened:
        file = opened.extractfile(f"package/{name}")
        if file is None:
            raise WrongFile(f"{name} is not a file of the package")
        return file.read()


def sprite(whole: str, icons: Iterable[str]) -> str:
    """The symbols of these icons alone, in alphabetical order, without their classes."""
    symbols = [_symbol(whole, icon) for icon in sorted(set(icons))]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def _symbol(whole: str, icon: str) -> str:
    found = re.search(rf'<symbol [^>]*id="{re.escape(icon)}"[^>]*>(.*?)</symbol>', whole, re.DOTALL)
    if found is None:
        raise WrongFile(f"The icon set has no “{icon}”")
    paths = re.sub(r">\s+<", "><", found.group(1).strip())
    return f'<symbol id="{icon}" viewBox="0 0 16 16">{paths}</symbol>'


def without_data(sheet: str) -> str:
    """A style sheet whose data: pictures are `none`, and which asks for no source map."""
    bare = re.sub(r'url\("data:[^"]*"\)', "none", sheet)
    return re.sub(r"/\*# sourceMappingURL=.*?\*/\s*", "", bare)


def files_of(package: dict[str, Any], archive: bytes) -> dict[str, bytes]:
    """Where each file of a package goes, and what is in it."""
    files = {to: contents(archive, name) for name, to in package["files"].items()}
    for name, to in package.get("without_data", {}).items():
        files[to] = without_data(contents(archive, name).decode()).encode()
    if icons := package.get("sprite"):
        files[icons["to"]] = sprite(contents(archive, icons["from"]).decode(), icons["icons"]).encode()
    return files


def sha384(data: bytes) -> str:
    """The hash as an integrity attribute writes it."""
    return "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode()


def manifest(files: dict[str, bytes]) -> str:
    """The manifest's text: each file's path and hash, sorted."""
    return json.dumps({path: sha384(data) for path, data in sorted(files.items())}, indent=2) + "\n"


def vendor(root: Path = ROOT) -> dict[str, bytes]:
    """Fetch, check and write every file, then the manifest; returns what was written."""
    files: dict[str, bytes] = {}
    for package in tomllib.loads(PACKAGES.read_text(encoding="utf-8"))["package"]:
        with tempfile.TemporaryDirectory() as into:
            archive = checked(package, fetch(package["name"], package["version"], Path(into)))
        files |= files_of(package, archive)
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    MANIFEST.write_text(manifest(files), encoding="utf-8")
    return files


if __name__ == "__main__":
    sys.stdout.write(f"{len(vendor())} files vendored\n")
