"""Settings from the environment (`FORMULARY_*`) or a TOML file, checked before anything is served."""

import hashlib
import hmac
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

DEMO_SECRET = "formulary-demo-secret-never-outside-the-demo"  # noqa: S105 - refused outside the demo
DEMO_DATABASE = "sqlite:///var/demo.db"
SECRET_LENGTH = 32
PACKAGE = Path(__file__).parent


class BadSetting(ValueError):
    """A setting that cannot be used, named with what came and what would do."""


@dataclass(frozen=True)
class Settings:
    """Everything that can be set from outside; field `database_url` is `FORMULARY_DATABASE_URL`."""

    database_url: str = field(default="sqlite:///var/formulary.db", repr=False)
    secret_key: str = field(default="", repr=False)
    ledger_key: str = field(default="", repr=False)
    demo: bool = False
    demo_password: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 16
    idle_minutes: int = 15
    proxies: int = 0
    trusted_hosts: str = ""
    base_url: str = ""
    behind_tls: bool = False

    @property
    def sqlalchemy_url(self) -> str:
        """The database's address with the driver we use and an absolute path for a SQLite file."""
        url = self.database_url
        if url.startswith(("postgresql://", "postgres://")):
            return "postgresql+psycopg://" + url.split("://", 1)[1]
        if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
            return f"sqlite:///{Path(url.removeprefix('sqlite:///')).absolute()}"
        return url

    @property
    def sqlite_file(self) -> Path | None:
        """The file of a SQLite database; None in memory or on PostgreSQL."""
        url = self.sqlalchemy_url
        name = url.removeprefix("sqlite:///") if url.startswith("sqlite:///") else ""
        return Path(name) if name and name != ":memory:" else None

    @property
    def hosts(self) -> list[str]:
        """The names under which the app may be asked, from a list with commas."""
        return [name.strip() for name in self.trusted_hosts.split(",") if name.strip()]

    @property
    def address(self) -> str:
        """Where a person finds the app: `base_url` where it is set."""
        return self.base_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def head_key(self) -> bytes:
        """The key of the audit chain's head; it is kept out of the database."""
        if self.ledger_key:
            return self.ledger_key.encode()
        return hmac.new(self.secret_key.encode(), b"formulary audit head", hashlib.sha256).digest()

    @property
    def idle(self) -> timedelta:
        """After this long without a request a session ends."""
        return timedelta(minutes=self.idle_minutes)

    def checked(self) -> "Settings":
        """These settings, or BadSetting where the app must not start with them."""
        if not self.demo and self.secret_key == DEMO_SECRET:
            raise BadSetting("FORMULARY_SECRET_KEY is the demo's, which everybody knows; set one of your own")
        if not self.secret_key:
            raise BadSetting(
                "FORMULARY_SECRET_KEY is not set; outside the demo it needs 32 characters or more"
            )
        if len(self.secret_key) < SECRET_LENGTH:
            raise BadSetting(
                f"FORMULARY_SECRET_KEY has {len(self.secret_key)} characters; it needs {SECRET_LENGTH}"
            )
        if not 5 <= self.idle_minutes <= 60:  # noqa: PLR2004 - the range is the requirement
            raise BadSetting(f"FORMULARY_IDLE_MINUTES is {self.idle_minutes}; it takes 5 to 60")
        return self


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from `FORMULARY_CONFIG` (TOML), overruled by the environment; the demo has its own."""
    values: dict[str, object] = {}
    if path := environ.get("FORMULARY_CONFIG"):
        values |= _read(Path(path))
    names = {f"FORMULARY_{one.name.upper()}": one.name for one in fields(Settings)}
    values |= {one: environ[name] for name, one in names.items() if name in environ}
    given: dict[str, Any] = {
        f.name: _typed(f.name, f.type, values[f.name]) for f in fields(Settings) if f.name in values
    }
    settings = Settings(**given)
    if settings.demo and not settings.secret_key:
        settings = replace(settings, secret_key=DEMO_SECRET)
    if settings.demo and "database_url" not in given:
        settings = replace(settings, database_url=DEMO_DATABASE)
    return settings.checked()


def _read(file: Path) -> dict[str, object]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise BadSetting(f"FORMULARY_CONFIG names {file}, which cannot be read: {fault}") from fault
    known = {one.name for one in fields(Settings)}
    if unknown := sorted(values.keys() - known):
        raise BadSetting(
            f"{file} has {', '.join(unknown)}, which is no setting; there are {', '.join(sorted(known))}"
        )
    return values


def _typed(name: str, kind: object, value: object) -> object:
    if kind is bool or kind == "bool":
        return _yes_or_no(name, str(value).lower())
    if kind is int or kind == "int":
        if not str(value).isdecimal():
            raise BadSetting(f"FORMULARY_{name.upper()} is “{value}”; it takes a whole number")
        return int(str(value))
    return str(value)


def _yes_or_no(name: str, word: str) -> bool:
    if word not in {"1", "true", "yes", "on", "0", "false", "no", "off", ""}:
        raise BadSetting(f"FORMULARY_{name.upper()} is “{word}”; it takes 1 or 0")
    return word in {"1", "true", "yes", "on"}


def templates_folder() -> Path:
    """Where the pages are: inside the installed package, or beside it in a checkout."""
    return _beside("templates")


def seed_folder() -> Path:
    """Where the seed data is: inside the installed package, or beside it in a checkout."""
    return _beside("seed_data")


def _beside(name: str) -> Path:
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name
