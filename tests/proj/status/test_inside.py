"""What the doctor finds on the machine itself."""

import smtplib
from datetime import UTC, datetime

import pytest

from proj.status import clock, inside
from proj.status.finding import State

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mode", "state"),
    [(0o600, State.OK), (0o640, State.OK), (0o644, State.BAD)],
    ids=["owner", "group", "others"],
)
def test_a_key_that_others_can_read_is_said_with_what_to_run(settings, tmp_path, mode, state):
    tmp_path.chmod(0o700)
    settings.DATA = tmp_path
    key = tmp_path / "secret_key"
    key.touch()
    key.chmod(mode)

    found = inside.secrets(NOW)

    assert (state, state is State.BAD) == (found.state, f"chmod o-rwx {key}" in found.advice)


def test_files_of_settings_are_those_of_ours_outside_of_a_containers_secrets():
    environment = {
        "DATABASE_URL_FILE": "/run/secrets/database_url",
        "FOOTFALL_SECRET_KEY_FILE": "/run/key",
        "EMAIL_URL_FILE": "/run/mail",
        "SSL_CERT_FILE": "/etc/ssl/cert.pem",
        "FOOTFALL_GEOIP_FILE": "/var/lib/city.mmdb",
    }

    assert ["/run/key", "/run/mail"] == [
        str(each) for each in inside.files_of_settings(environment)
    ]


@pytest.mark.parametrize(
    ("said", "state"),
    [("yes", State.OK), ("no", State.LOOK), ("", State.OK)],
    ids=["set", "not set", "not known"],
)
def test_a_clock_that_is_not_set_from_the_network_is_said(monkeypatch, said, state):
    monkeypatch.setattr(clock, "network_time", lambda: said)

    assert state is clock.of_network(NOW).state


def test_machine_without_timedatectl_says_nothing_of_its_clock(monkeypatch):
    monkeypatch.setenv("PATH", "")

    assert "" == clock.network_time()


class MailServer:
    def __init__(self, error: OSError | None) -> None:
        self.error = error

    def open(self) -> None:
        if self.error:
            raise self.error

    def close(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (None, State.OK),
        (ConnectionRefusedError(), State.BAD),
        (smtplib.SMTPAuthenticationError(535, b"hidden"), State.BAD),
    ],
    ids=["well", "away", "password"],
)
def test_a_mail_server_is_greeted_and_its_refusal_is_said(settings, monkeypatch, error, state):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    monkeypatch.setattr(inside, "get_connection", lambda: MailServer(error))

    found = inside.mail_server(NOW)

    assert (state, False) == (found.state, "hidden" in str(found))
