"""Settings: from the environment or a file, checked before anything is served, named where wrong."""

import pytest

from formulary.config import DEMO_SECRET, BadSetting, Settings, load

SECRET = "x" * 32
GOOD = {"FORMULARY_SECRET_KEY": SECRET}


def test_the_environment_is_read():
    read = load({"FORMULARY_SECRET_KEY": SECRET, "FORMULARY_PORT": "8080", "FORMULARY_BEHIND_TLS": "1"})
    assert (read.secret_key, read.port, read.behind_tls, read.demo) == (SECRET, 8080, True, False)


def test_a_file_is_read_and_the_environment_wins(tmp_path):
    file = tmp_path / "formulary.toml"
    file.write_text(f'secret_key = "{SECRET}"\nport = 9000\nidle_minutes = 30\n')
    read = load({"FORMULARY_CONFIG": str(file), "FORMULARY_PORT": "8080"})
    assert (read.port, read.idle_minutes) == (8080, 30)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, "FORMULARY_SECRET_KEY is not set"),
        ({"FORMULARY_SECRET_KEY": "short"}, "FORMULARY_SECRET_KEY has 5 characters; it needs 32"),
        ({"FORMULARY_SECRET_KEY": DEMO_SECRET}, "FORMULARY_SECRET_KEY is the demo's"),
        (GOOD | {"FORMULARY_IDLE_MINUTES": "4"}, "FORMULARY_IDLE_MINUTES is 4; it takes 5 to 60"),
        (GOOD | {"FORMULARY_IDLE_MINUTES": "61"}, "FORMULARY_IDLE_MINUTES is 61"),
        (GOOD | {"FORMULARY_PORT": "http"}, "FORMULARY_PORT is “http”; it takes a whole number"),
        (GOOD | {"FORMULARY_DEMO": "perhaps"}, "FORMULARY_DEMO is “perhaps”; it takes 1 or 0"),
        ({"FORMULARY_CONFIG": "/nowhere.toml"}, "FORMULARY_CONFIG names /nowhere.toml, which cannot be read"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(environ, words):
    with pytest.raises(BadSetting, match=words.replace("(", r"\(")):
        load(environ)


def test_a_file_with_what_is_no_setting_is_refused(tmp_path):
    file = tmp_path / "formulary.toml"
    file.write_text('secret = "x"\n')
    with pytest.raises(BadSetting, match="has secret, which is no setting"):
        load({"FORMULARY_CONFIG": str(file)})


def test_the_demo_alone_has_a_secret_of_its_own():
    assert load({"FORMULARY_DEMO": "1"}).secret_key == DEMO_SECRET


def test_secrets_do_not_show():
    settings = Settings(
        database_url="postgresql://u:pw@h/d", secret_key=SECRET, ledger_key="l" * 32, demo_password="d"
    )
    assert repr(settings).count("=") == len(Settings.__dataclass_fields__) - 4
    for secret in (SECRET, "pw@h", "l" * 32):
        assert secret not in repr(settings)


def test_the_ledgers_key_is_not_the_sessions():
    assert Settings(secret_key=SECRET).head_key != SECRET.encode()
    assert Settings(secret_key=SECRET, ledger_key="other").head_key == b"other"


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgresql://h/d", "postgresql+psycopg://h/d"),
        ("postgres://h/d", "postgresql+psycopg://h/d"),
        ("sqlite:////srv/a.db", "sqlite:////srv/a.db"),
    ],
)
def test_the_driver_is_ours(url, driver):
    assert Settings(database_url=url).sqlalchemy_url == driver


def test_a_relative_file_is_made_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = Settings(database_url="sqlite:///var/a.db")
    assert settings.sqlalchemy_url == f"sqlite:///{tmp_path}/var/a.db"
    assert settings.sqlite_file == tmp_path / "var/a.db"
    assert Settings(database_url="postgresql://h/d").sqlite_file is None


def test_where_people_find_it():
    assert Settings(port=8080).address == "http://127.0.0.1:8080"
    assert Settings(base_url="https://clinic.example/").address == "https://clinic.example"
