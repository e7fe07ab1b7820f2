"""What every answer of the web application carries, and what it never repeats."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.web.application import create_application
from app.web.serve import server_configuration
from core.database import Database
from core.keys.keyring import KeyRing
from core.settings import Settings

CANARY = "Quintessa-Canary"


@pytest.fixture
def application(database: Database, ring: KeyRing, tmp_path: Path) -> object:
    return create_application(database, ring, Settings(var=tmp_path), lambda _operation, _submission: None)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nothing", "/persons", "/health"])
def test_every_answer_keeps_other_sites_and_devices_out(application: object, path: str) -> None:
    headers = TestClient(application, base_url="https://waystation.test").get(path, follow_redirects=False).headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert headers["Strict-Transport-Security"] == "max-age=31536000"


def test_over_plain_http_nothing_is_promised_of_https(application: object) -> None:
    assert "Strict-Transport-Security" not in TestClient(application, base_url="http://localhost").get("/").headers


@pytest.mark.parametrize(
    ("proxies", "comes_from", "believed"),
    [("", "127.0.0.1", False), ("192.0.2.7", "192.0.2.7", True), ("192.0.2.7", "192.0.2.8", False)],
)
def test_only_a_proxy_that_the_settings_name_is_believed_to_speak_https(
    application: object, *, proxies: str, comes_from: str, believed: bool
) -> None:
    configuration = server_configuration(application, Settings(trusted_proxies=proxies))
    configuration.load()
    browser = TestClient(configuration.loaded_app, base_url="http://waystation.test", client=(comes_from, 1))
    answer = browser.get("/", headers={"X-Forwarded-Proto": "https"})
    assert ("Strict-Transport-Security" in answer.headers) is believed


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/persons/{CANARY}"),
        ("POST", f"/persons/{CANARY}"),
        ("POST", f"/persons/{CANARY}/share"),
        ("GET", f"/accounts/{CANARY}"),
        ("GET", f"/{CANARY}"),
        ("DELETE", f"/persons?name={CANARY}"),
        ("GET", f"/releases/{CANARY}/{CANARY}/{CANARY}"),
        ("GET", f"/key/{CANARY}/formList"),
        ("GET", f"/?lang={CANARY}"),
    ],
)
def test_what_was_asked_wrongly_is_not_repeated(application: object, method: str, path: str) -> None:
    answer = TestClient(application, base_url="https://waystation.test").request(method, path, follow_redirects=False)
    assert answer.status_code < 500
    assert CANARY not in answer.text.replace("&#45;", "-")
    assert "detail" not in answer.text
