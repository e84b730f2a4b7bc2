"""Authenticator apps and recovery codes. Passkeys are tested in a browser."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator

import pytest
import time_machine
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.test import Client
from django.urls import reverse

from dashboard.accounts.adapters import FactorAdapter
from dashboard.accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NOW = 1_790_000_010
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WRONG = {"code": ["This code is not right, or was used before."]}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def client() -> Client:
    """A browser in which nothing is confirmed."""
    return Client()


@pytest.fixture
def user() -> User:
    """Somebody with an app that knows SECRET."""
    user = UserFactory(email="ada@example.com")
    TOTP.activate(user, SECRET)
    return user


def code(at: float = NOW, secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, int(at) // 30))


def by_password(client: Client, **fields: str):
    data = {"login": "ada@example.com", "password": "correct horse", **fields}
    return client.post("/sign-in", data)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.usefixtures("user")
def test_password_alone_signs_nobody_in_who_has_an_app(client):
    response = by_password(client)

    assert ("/sign-in/second", False) == (response["Location"], is_signed_in(client))


@pytest.mark.usefixtures("user")
def test_code_after_the_password_leads_on_to_where_the_person_wanted_to_go(client):
    by_password(client, next="/styles")

    response = client.post("/sign-in/second", {"code": code()})

    assert ("/styles", True) == (response["Location"], is_signed_in(client))


@pytest.mark.usefixtures("user")
def test_code_is_taken_once(client):
    by_password(client)
    client.post("/sign-in/second", {"code": code()})
    thief = Client()
    by_password(thief)

    response = thief.post("/sign-in/second", {"code": code()})

    assert (WRONG, False) == (response.context["form"].errors, is_signed_in(thief))


@pytest.mark.usefixtures("user")
def test_code_of_half_a_minute_ago_is_refused(client, clock):
    by_password(client)
    clock.shift(30)

    client.post("/sign-in/second", {"code": code(NOW)})

    assert not is_signed_in(client)


@pytest.mark.usefixtures("user")
def test_codes_are_refused_after_five_wrong_ones_even_the_right_one(client):
    by_password(client)
    for _ in range(5):
        client.post("/sign-in/second", {"code": "000000"})

    response = client.post("/sign-in/second", {"code": code()})

    errors = response.context["form"].errors
    assert ({"code": ["Too many tries. Wait some minutes, then try again."]}, False) == (
        errors,
        is_signed_in(client),
    )


@pytest.mark.usefixtures("user")
def test_step_without_a_password_before_leads_back(client):
    assert "/sign-in" == client.get("/sign-in/second")["Location"]


@pytest.mark.usefixtures("user")
def test_new_password_by_a_link_still_asks_for_the_code(client, settings):
    link = reset_link(settings)
    page = client.get(link, follow=True)
    new = {"password1": "quiet-harbour-91", "password2": "quiet-harbour-91"}

    response = client.post(page.request["PATH_INFO"], new)

    assert ("/sign-in/second", False) == (response["Location"], is_signed_in(client))


def reset_link(settings) -> str:
    from dashboard.accounts.links import password_link

    return password_link(User.objects.get()).removeprefix(settings.PUBLIC_URL)


def test_recovery_code_is_taken_once(client, user):
    first, *_ = RecoveryCodes.activate(user).generate_codes()
    by_password(client)
    client.post("/sign-in/second", {"code": first})
    thief = Client()
    by_password(thief)

    response = thief.post("/sign-in/second", {"code": first})

    assert (True, WRONG, False) == (
        is_signed_in(client),
        response.context["form"].errors,
        is_signed_in(thief),
    )


@pytest.fixture
def member(client) -> User:
    """Somebody signed in by password just now, without a second factor."""
    user = UserFactory(email="ada@example.com")
    by_password(client)
    return user


SENSITIVE = ["/account/app", "/account/passkeys/add"]


def confirmed(client) -> None:
    client.post("/sign-in/confirm", {"password": "correct horse", "next": "/account/app"})


@pytest.mark.usefixtures("member")
@pytest.mark.parametrize("page", SENSITIVE)
def test_password_is_asked_for_again_before_what_is_sensitive(client, page):
    response = client.get(page)

    assert f"/sign-in/confirm?next={page.replace('/', '%2F')}" == response["Location"]


@pytest.mark.usefixtures("member")
def test_form_that_came_too_late_is_kept_nowhere(client):
    response = client.post("/account/app", {"code": "123456"}, REMOTE_ADDR="203.0.113.7")

    kept = str(dict(client.session.items()))
    assert (302, False, False) == (response.status_code, "203.0.113.7" in kept, "123456" in kept)


@pytest.mark.usefixtures("member")
def test_wrong_password_confirms_nothing(client):
    client.post("/sign-in/confirm", {"password": "wrong", "next": "/account/app"})

    assert 302 == client.get("/account/app").status_code


@pytest.mark.usefixtures("member")
def test_confirmation_lasts_a_quarter_of_an_hour(client, clock):
    confirmed(client)
    before = client.get("/account/app").status_code
    clock.shift(15 * 60 + 1)

    assert (200, 302) == (before, client.get("/account/app").status_code)


def add_app(client) -> None:
    confirmed(client)
    secret = client.get("/account/app").context["form"].secret
    client.post("/account/app", {"code": code(secret=secret)})


def test_app_is_added_by_the_code_that_it_shows_and_brings_recovery_codes(
    client, member, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        add_app(client)

    kinds = Authenticator.objects.filter(user=member).values_list("type", flat=True)
    assert {"totp", "recovery_codes"} == set(kinds)


def test_app_is_not_added_by_another_code(client, member):
    confirmed(client)
    client.get("/account/app")

    client.post("/account/app", {"code": "000000"})

    assert not Authenticator.objects.filter(user=member).exists()


@pytest.mark.usefixtures("member")
def test_recovery_codes_are_shown_once(client):
    add_app(client)

    first = client.get("/account/codes").context["unused_codes"]
    second = client.get("/account/codes").context["unused_codes"]

    assert (10, {"****"}) == (len(set(first)), set(second))


def test_new_recovery_codes_end_those_before(client, member):
    add_app(client)
    old = client.get("/account/codes").context["unused_codes"]

    client.post("/account/codes/new")

    new = client.get("/account/codes").context["unused_codes"]
    assert (10, set()) == (len(new), set(new) & set(old))


def test_removed_app_takes_its_recovery_codes_along(client, member):
    add_app(client)

    client.post("/account/app/remove")

    assert not Authenticator.objects.filter(user=member).exists()


def test_secret_is_stored_encrypted(user):
    stored = Authenticator.objects.get(user=user).data["secret"]

    assert (False, SECRET) == (SECRET in stored, FactorAdapter().decrypt(stored))


def test_secret_is_read_after_the_servers_key_changed(settings):
    stored = FactorAdapter().encrypt(SECRET)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"

    assert SECRET == FactorAdapter().decrypt(stored)


@pytest.mark.usefixtures("user")
def test_code_is_wrong_where_the_key_of_its_secret_is_lost(client, user, settings):
    RecoveryCodes.activate(user)
    settings.SECRET_KEY = "another"
    by_password(client)

    response = client.post("/sign-in/second", {"code": code()})

    assert (WRONG, False) == (response.context["form"].errors, is_signed_in(client))


def test_passkeys_hold_for_the_public_address(settings):
    settings.PUBLIC_URL = "https://stats.example.com"

    entity = FactorAdapter().get_public_key_credential_rp_entity()

    assert {"id": "stats.example.com", "name": "Footfall"} == entity


def test_passkey_has_to_know_its_owner_after_the_password_too(rf):
    request = rf.get("/")
    request.session = {}

    with context.request_context(request):
        options = begin_authentication(UserFactory())

    assert "required" == options["publicKey"]["userVerification"]


def nested(depth: int) -> str:
    """A passkey's answer whose data are a list in a list in a list, as CBOR writes them."""
    data = urlsafe_b64encode(b"\x81" * depth).decode().rstrip("=")
    collected = b'{"type": "webauthn.get", "challenge": "AAAA", "origin": "http://localhost"}'
    response = {
        "clientDataJSON": urlsafe_b64encode(collected).decode().rstrip("="),
        "authenticatorData": data,
        "attestationObject": data,
        "signature": "AA",
    }
    return json.dumps({"id": "eA", "rawId": "eA", "type": "public-key", "response": response})


@pytest.mark.parametrize(
    "credential",
    [
        '{"id": "x", "response": {"userHandle": "MQ"}}',
        '{"id": "x", "rawId": "x", "type": "public-key", "response": []}',
        '{"response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"}}',
        "[]",
        "7",
        "no json",
        "",
        nested(3000),
    ],
    ids=[
        *("parts missing", "list inside", "data cut off", "list", "number", "no JSON", "nothing"),
        "nested",
    ],
)
def test_what_is_no_passkey_signs_nobody_in(client, credential):
    client.get("/sign-in/passkey", headers={"Accept": "application/json"})

    response = client.post("/sign-in/passkey", {"credential": credential})

    assert ("/sign-in", False) == (response["Location"], is_signed_in(client))


@pytest.mark.usefixtures("member")
@pytest.mark.parametrize(
    "credential", ['{"id": "x"}', "{}", nested(3000)], ids=["parts missing", "empty", "nested"]
)
def test_what_is_no_passkey_is_not_added(client, credential):
    confirmed(client)
    client.get("/account/passkeys/add")

    client.post("/account/passkeys/add", {"credential": credential, "passwordless": "True"})

    assert not Authenticator.objects.exists()


def test_passkeys_of_others_are_not_there_to_remove(client, member):
    other = Authenticator.objects.create(
        user=UserFactory(), type="webauthn", data={"name": "Hers", "credential": {}}
    )
    confirmed(client)

    response = client.post(reverse("mfa_remove_webauthn", args=[other.pk]))

    assert (404, True) == (
        response.status_code,
        Authenticator.objects.filter(pk=other.pk).exists(),
    )
