"""`formulary serve`: where it may listen, what the demo says, and that slow clients shut nobody out."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import ExitStack, closing
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import create_engine, text

from formulary.app import logs
from formulary.cli import serve
from formulary.cli.serve import check_bind
from formulary.config import DEMO_SECRET, BadSetting, Settings, load

SETTINGS = Settings(secret_key="s" * 40)
PROXIED = {"host": "0.0.0.0", "behind_tls": True, "proxies": 1, "trusted_hosts": "clinic.example"}  # noqa: S104
SLOW = 20
PATIENCE = 60


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]"])
def test_this_machine_alone_needs_nothing(host):
    check_bind(replace(SETTINGS, host=host))


def test_a_declared_proxy_with_tls_may_ask_from_elsewhere():
    check_bind(replace(SETTINGS, **PROXIED))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"behind_tls": False, "proxies": 0}, "behind TLS only"),
        ({"behind_tls": False}, "behind TLS only"),
        ({"proxies": 0}, "behind TLS only"),
        ({"trusted_hosts": ""}, "FORMULARY_TRUSTED_HOSTS"),
        ({"demo": True, "secret_key": DEMO_SECRET}, "The demo serves this machine alone"),
    ],
)
def test_any_other_address_needs_tls_a_proxy_and_a_name(changes, words):
    with pytest.raises(BadSetting, match=words):
        check_bind(replace(SETTINGS, **(PROXIED | changes)))


def test_the_default_secret_is_refused_outside_the_demo(formulary, monkeypatch):
    monkeypatch.setenv("FORMULARY_SECRET_KEY", DEMO_SECRET)
    assert "is the demo's" in formulary("serve", status=1).output


@pytest.fixture
def served(clinic, environ):
    """Start the real command on a spare port; ends it afterwards."""
    with ExitStack() as stack:

        def start(**more):
            port = spare_port()
            variables = {**os.environ, **environ, "FORMULARY_PORT": str(port), **more}
            command = [sys.executable, "-c", "from formulary.cli import main; main()", "serve"]
            process = stack.enter_context(
                subprocess.Popen(
                    command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
                )
            )
            stack.callback(process.kill)
            lines = []
            while not lines or "Formulary is at" not in lines[-1]:
                line = process.stdout.readline()
                assert line, process.stderr.read()
                lines.append(line)
            return process, port, lines

        yield start


def spare_port():
    """A port that nobody has just now."""
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return found.getsockname()[1]


def get(port, path="/healthz"):
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        f"http://127.0.0.1:{port}{path}", timeout=PATIENCE
    ) as answer:
        return answer.status, dict(answer.headers)


def test_it_says_where_it_is_answers_and_stops_when_told(served):
    process, port, lines = served()
    assert lines == [f"Formulary is at http://127.0.0.1:{port} (stop it with Ctrl+C).\n"]
    status, headers = get(port, "/readyz")
    assert status == 200
    assert "Server" not in headers
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0


# How a client is waited for happens before any database.
@pytest.mark.databases("sqlite")
def test_twenty_slow_clients_shut_nobody_out(served):
    _, port, _ = served()
    with ExitStack() as stack:
        for number in range(SLOW):
            client = stack.enter_context(closing(socket.create_connection(("127.0.0.1", port), 5)))
            half = "POST /accounts/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"
            client.sendall(half.encode() if number % 2 else f"{half}\r\nusername=".encode())
        answers = [get(port, path)[0] for path in ("/healthz", "/readyz", "/accounts/sign-in")]
    assert answers == [200, 200, 200]


# As above.
@pytest.mark.databases("sqlite")
def test_a_port_that_is_taken_is_told(clinic, formulary, monkeypatch):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("FORMULARY_PORT", str(port))
        output = formulary("serve", status=1).output
    assert f"127.0.0.1:{port} cannot be used" in output
    assert "FORMULARY_PORT takes another" in output


def is_demo(environ):
    """Mark the clinic's site as one of the demo, and give it a technician."""
    engine = create_engine(load(environ).sqlalchemy_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE site SET is_demo = true"))
    engine.dispose()


# As above; the next test sets the password on both.
@pytest.mark.databases("sqlite")
def test_the_demo_prints_its_users_and_a_password_that_works(served, environ):
    is_demo(environ)
    _, port, lines = served(FORMULARY_DEMO="1")
    [password] = re.findall(r"password: (\S+)", "".join(lines))
    assert len(password) == 19
    assert "  a.bernard        administrator\n" in lines
    assert signs_in(port, password)
    assert not signs_in(port, "another-password")


@pytest.fixture
def greeted(clinic, formulary, environ, monkeypatch):
    """What the command says before it serves, and the hash it left the administrator; nothing listens."""
    monkeypatch.setattr(serve, "_serve", lambda app, settings: None)
    monkeypatch.setattr(logs, "to_stderr", lambda: None)

    def run(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return formulary("serve").output, administrators_hash(environ)

    return run


def administrators_hash(environ):
    """The password hash of the administrator's account."""
    engine = create_engine(load(environ).sqlalchemy_url)
    with engine.begin() as connection:
        asked = "SELECT password_hash FROM user_account WHERE username = 'a.bernard'"
        kept = connection.execute(text(asked)).scalar()
    engine.dispose()
    return kept


def fits(kept, password):
    """Whether this is the password of the hash."""
    try:
        return PasswordHasher().verify(kept, password)
    except VerifyMismatchError:
        return False


def test_the_demos_password_can_be_given(greeted, environ):
    is_demo(environ)
    said, kept = greeted(FORMULARY_DEMO="1", FORMULARY_DEMO_PASSWORD="correct-horse-battery")
    assert "password: correct-horse-battery" in said
    assert (fits(kept, "correct-horse-battery"), fits(kept, "another-password")) == (True, False)


# Whether it is the demo is decided before any database is asked.
@pytest.mark.databases("sqlite")
def test_outside_the_demo_nobody_gets_a_password(greeted, environ):
    is_demo(environ)
    before = administrators_hash(environ)
    said, kept = greeted(FORMULARY_DEMO_PASSWORD="correct-horse-battery")
    assert ("password" in said, kept == before) == (False, True)


class Kept(urllib.request.HTTPCookieProcessor):
    """Keeps cookies as browsers do on this machine: Secure ones too."""

    def http_request(self, request):
        cookies = "; ".join(f"{c.name}={c.value}" for c in self.cookiejar)
        request.add_unredirected_header("Cookie", cookies)
        return request


def signs_in(port, password):
    """Sign in as the administrator over the wire; whether it led inside."""
    browser = urllib.request.build_opener(urllib.request.ProxyHandler({}), Kept())
    door = f"http://127.0.0.1:{port}/accounts/sign-in?next=/accounts/me"
    page = browser.open(door, timeout=PATIENCE).read().decode()
    [token] = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    data = urlencode({"csrf_token": token, "username": "a.bernard", "password": password})
    try:
        with browser.open(door, data.encode(), timeout=PATIENCE) as landed:
            return "My account" in landed.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code != 422
