"""The settings of a server with a public https address."""

import json
import os
import subprocess
import sys

import pytest

from proj.accounts import verification
from tests.server import ROOT

PUBLIC = "https://stats.example.com"
COOKIES = [f"{kind}_COOKIE_{part}" for kind in ("SESSION", "CSRF") for part in ("NAME", "SECURE")]
SHOWN = [
    *COOKIES,
    *("SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY"),
    *("SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SAMESITE"),
    *("SESSION_COOKIE_DOMAIN", "CSRF_COOKIE_DOMAIN", "SESSION_COOKIE_PATH", "CSRF_COOKIE_PATH"),
    *("ALLOWED_HOSTS", "USE_X_FORWARDED_HOST", "DEBUG"),
    *("SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS"),
]


def manage(tmp_path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "FOOTFALL_DATA": str(tmp_path / "data"),
            "FOOTFALL_URL": PUBLIC,
            **environment,
        },
        capture_output=True,
        text=True,
    )


@pytest.mark.stack
def test_a_public_server_passes_the_checks_before_deployment(tmp_path):
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING")

    assert (0, "System check identified no issues (2 silenced).\n") == (
        done.returncode,
        done.stdout,
    )


@pytest.mark.stack
def test_cookies_of_a_public_server_are_locked_to_it(tmp_path):
    code = (
        "import json; from django.conf import settings;"
        f"print(json.dumps([getattr(settings, name) for name in {SHOWN!r}]))"
    )
    done = manage(tmp_path, "shell", "--no-imports", "-c", code)

    assert {
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_DOMAIN": None,
        "CSRF_COOKIE_DOMAIN": None,
        "SESSION_COOKIE_PATH": "/",
        "CSRF_COOKIE_PATH": "/",
        "ALLOWED_HOSTS": ["stats.example.com"],
        "USE_X_FORWARDED_HOST": False,
        "DEBUG": False,
        "SECURE_HSTS_SECONDS": 365 * 24 * 60 * 60,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    } == dict(zip(SHOWN, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize(("sends_mail", "asked"), [(True, "mandatory"), (False, "none")])
def test_addresses_are_confirmed_wherever_mail_is_sent(sends_mail, asked):
    assert asked == verification(sends_mail)["ACCOUNT_EMAIL_VERIFICATION"]


@pytest.mark.stack
@pytest.mark.parametrize(
    ("several", "hosts"),
    [
        ({}, ["redis://one:6379"]),
        (
            {"FOOTFALL_FEED_REDIS": "redis://two:6379,redis://three:6379"},
            ["redis://two:6379", "redis://three:6379"],
        ),
    ],
    ids=["one", "several"],
)
def test_the_live_feed_is_divided_among_the_redis_servers_that_are_named_for_it(
    tmp_path, several, hosts
):
    code = (
        "import json; from django.conf import settings;"
        "print(json.dumps(settings.CHANNEL_LAYERS['default']['CONFIG']['hosts']))"
    )
    done = manage(
        tmp_path, "shell", "--no-imports", "-c", code, REDIS_URL="redis://one:6379", **several
    )

    assert hosts == json.loads(done.stdout)
