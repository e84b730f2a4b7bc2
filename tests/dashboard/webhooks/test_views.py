from datetime import UTC, datetime, timedelta

import pytest

from dashboard.webhooks import forms, log
from realtime import tasks
from realtime.out.models import Delivery, Webhook
from tests.factories import SeatFactory, SiteFactory, UserFactory
from tests.realtime.out.hooks import make_hook
from tests.realtime.stored import event, store
from tracking.models import Role, Site

pytestmark = pytest.mark.django_db

HOOKS = "/sites/northpeak.example/webhooks"
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOOK = {"url": "http://127.0.0.1:9/hook", "kinds": ["visit", "goal"]}


@pytest.fixture
def asked(monkeypatch, settings) -> list[None]:
    """How often the sender was woken; receivers on this machine are allowed."""
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    woken: list[None] = []
    monkeypatch.setattr(tasks, "dispatch", lambda: woken.append(None))
    return woken


@pytest.fixture
def site(client, asked) -> Site:
    """A site whose owner is signed in."""
    membership = SeatFactory(site=SiteFactory(domain="northpeak.example"))
    client.force_login(membership.user)
    return membership.site


def delivery(hook: Webhook, event_id: str, state: str = "failed", **fields: object) -> Delivery:
    return hook.deliveries.create(
        event_id=event_id,
        kind="visit",
        payload="{}",
        state=state,
        created_at=NOW,
        next_at=NOW,
        **fields,
    )


def errors_of(response, name: str = "form") -> dict:
    return response.context[name].errors


def test_added_webhook_hears_of_what_happens_from_now_on(client, site):
    store(event(site), event(site))

    client.post(HOOKS, HOOK)

    hook = Webhook.objects.get()
    assert (HOOK["url"], ["visit", "goal"], True, "2") == (
        hook.url,
        hook.kinds,
        hook.enabled,
        hook.cursor,
    )
    assert client.session["_auth_user_id"] == str(hook.created_by_id)


def test_secret_is_shown_once(client, site):
    shown = client.post(HOOKS, HOOK)

    hook = Webhook.objects.get()
    pages = [shown, client.get(HOOKS), client.get(f"{HOOKS}/{hook.pk}")]
    assert [1, 0, 0] == [page.content.decode().count(hook.secret) for page in pages]


def test_rolled_secret_is_shown_once_and_the_one_before_goes_on(client, site):
    hook = make_hook(site)

    page = client.post(f"{HOOKS}/{hook.pk}/roll").content.decode()

    rolled = Webhook.objects.get()
    assert hook.secret == rolled.old_secret
    assert (True, False) == (rolled.secret in page, hook.secret in page)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://169.254.169.254/latest", "169.254.169.254 is not on the public internet"),
        ("http://[::ffff:10.0.0.1]/", "is not on the public internet"),
        ("ftp://example.com/", "Enter an address that begins with https:// or http://."),
        ("https://me:secret@example.com/", "An address with a user or a password is not called."),
        ("", "This field is required."),
    ],
)
def test_address_that_is_not_called_is_refused_with_the_reason(client, site, url, sentence):
    response = client.post(HOOKS, {**HOOK, "url": url})

    assert sentence in str(errors_of(response)["url"])
    assert not Webhook.objects.exists()


def test_webhook_must_be_told_of_something(client, site):
    response = client.post(HOOKS, {"url": HOOK["url"]})

    assert {"kinds": ["Choose what it is told of."]} == errors_of(response)


def test_site_has_a_bounded_number_of_webhooks(client, site, monkeypatch):
    monkeypatch.setattr(forms, "MOST_HOOKS", 1)
    make_hook(site)

    response = client.post(HOOKS, HOOK)

    assert {"__all__": ["A site has at most 1 webhooks."]} == errors_of(response)


def test_changed_webhook_is_saved_and_goes_on_where_it_was(client, site):
    hook = make_hook(site, cursor="1")
    store(event(site), event(site))

    client.post(f"{HOOKS}/{hook.pk}", {"url": HOOK["url"], "kinds": ["goal"], "enabled": "on"})

    assert (HOOK["url"], ["goal"], "1") == Webhook.objects.values_list(
        "url", "kinds", "cursor"
    ).get()


def test_webhook_that_is_switched_on_again_begins_now_and_well(client, site):
    hook = make_hook(
        site, enabled=False, failures=9, failing_since=NOW, paused_until=NOW, cursor="0"
    )
    store(event(site), event(site))

    client.post(f"{HOOKS}/{hook.pk}", {**HOOK, "enabled": "on"})

    assert (True, 0, None, None, "2") == Webhook.objects.values_list(
        "enabled", "failures", "failing_since", "paused_until", "cursor"
    ).get()


def test_webhook_with_another_address_is_called_at_once(client, site):
    hook = make_hook(site, failures=9, failing_since=NOW, paused_until=NOW, cursor="1")

    client.post(f"{HOOKS}/{hook.pk}", {**HOOK, "enabled": "on"})

    assert (0, None, None, "1") == Webhook.objects.values_list(
        "failures", "failing_since", "paused_until", "cursor"
    ).get()


def test_test_is_to_be_sent_now_and_the_sender_is_woken(client, site, asked):
    hook = make_hook(site, paused_until=NOW)

    response = client.post(f"{HOOKS}/{hook.pk}/test")

    assert (f"{HOOKS}/{hook.pk}", 1) == (response["Location"], len(asked))
    assert Webhook.objects.get().paused_until is None
    assert [("test", "waiting")] == list(Delivery.objects.values_list("kind", "state"))


def test_one_delivery_is_sent_again(client, site, asked):
    hook = make_hook(site)
    delivery(hook, "1-0", "delivered")
    chosen = delivery(hook, "2-0", "delivered")

    client.post(f"{HOOKS}/{hook.pk}/replay", {"delivery": chosen.pk})

    assert (["2-0"], 1) == (
        list(hook.deliveries.filter(state="waiting").values_list("event_id", flat=True)),
        len(asked),
    )


def test_all_that_failed_are_sent_again(client, site):
    hook = make_hook(site)
    for number, state in enumerate(["failed", "delivered", "failed"], 1):
        delivery(hook, f"{number}-0", state)

    client.post(f"{HOOKS}/{hook.pk}/replay")

    assert ["waiting", "delivered", "waiting"] == list(
        hook.deliveries.order_by("pk").values_list("state", flat=True)
    )


@pytest.mark.parametrize("number", ["999999", "x", "9" * 40])
def test_delivery_that_is_not_the_webhooks_is_not_found(client, site, number):
    other = delivery(make_hook(), "1-0")

    hook = make_hook(site)
    answers = [
        client.post(f"{HOOKS}/{hook.pk}/replay", {"delivery": each}) for each in (number, other.pk)
    ]

    assert [404, 404] == [each.status_code for each in answers]


def test_log_has_the_newest_first_and_pages(client, site, monkeypatch):
    monkeypatch.setattr(log, "SHOWN", 2)
    hook = make_hook(site)
    for number in range(1, 6):
        delivery(hook, f"{number}-0", "delivered" if number == 4 else "failed")

    def shown(query: str) -> tuple[list[str], str]:
        found = client.get(f"{HOOKS}/{hook.pk}/log?{query}").context["log"]
        return [each.event_id for each in found.rows], found.older

    first, older = shown("state=failed")
    assert (["5-0", "3-0"], (["2-0", "1-0"], "")) == (first, shown(older))


def test_log_looks_again_only_while_something_waits(client, site):
    hook = make_hook(site)
    delivery(hook, "1-0", "delivered")
    before = client.get(f"{HOOKS}/{hook.pk}/log").content.decode()
    delivery(hook, "2-0", "waiting")
    after = client.get(f"{HOOKS}/{hook.pk}/log").content.decode()

    assert (False, True) == ("hx-get" in before, "hx-get" in after)


def test_hostile_texts_are_shown_as_texts(client, site):
    hostile = "</pre><script>alert(1)</script>"
    hook = make_hook(site, url=f"https://example.com/?{hostile}")
    row = delivery(hook, "1-0", answer=hostile, error=hostile)
    Delivery.objects.filter(pk=row.pk).update(payload=hostile)

    pages = [client.get(address).content.decode() for address in (HOOKS, f"{HOOKS}/{hook.pk}")]

    assert [False, False] == ["<script>alert" in page for page in pages]
    assert 4 <= pages[1].count("&lt;script&gt;alert(1)&lt;/script&gt;")


def test_deleted_webhook_takes_its_log_along(client, site):
    hook = make_hook(site)
    delivery(hook, "1-0")

    response = client.post(f"{HOOKS}/{hook.pk}/remove")

    assert (HOOKS, 0, 0) == (
        response["Location"],
        Webhook.objects.count(),
        Delivery.objects.count(),
    )


ADDRESSES = ["", "/{}", "/{}/log", "/{}/roll", "/{}/test", "/{}/replay", "/{}/remove"]


@pytest.mark.parametrize("role", [None, Role.VIEWER], ids=["outsider", "viewer"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_only_owners_come_near(client, asked, role, address):
    site = SiteFactory(domain="northpeak.example")
    hook = make_hook(site)
    user = UserFactory()
    if role:
        SeatFactory(site=site, user=user, role=role)
    client.force_login(user)
    url = HOOKS + address.format(hook.pk)

    answers = [client.get(url).status_code, client.post(url, HOOK).status_code]

    assert {404} == set(answers)
    assert [(hook.pk, hook.secret)] == list(Webhook.objects.values_list("pk", "secret"))


@pytest.mark.parametrize("address", ADDRESSES[1:])
def test_webhook_of_another_site_is_not_found_at_an_owners(client, site, address):
    hook = make_hook()
    url = HOOKS + address.format(hook.pk)

    assert {404} == {client.get(url).status_code, client.post(url, HOOK).status_code} - {405}
    assert Webhook.objects.filter(pk=hook.pk, secret=hook.secret).exists()


def test_nobody_signed_in_is_led_to_the_sign_in(client):
    SiteFactory(domain="northpeak.example")

    assert client.get(HOOKS)["Location"].startswith("/sign-in")


def test_state_says_since_when_it_fails(client, site):
    make_hook(site, failures=2, failing_since=NOW, skipped_at=NOW + timedelta(hours=1))

    page = client.get(HOOKS).content.decode()

    assert "Failing since 10 Mar 2026, 12:00 UTC" in page
    assert "events were left out until 10 Mar 2026, 13:00 UTC" in page


def test_webhook_in_slacks_format_hears_of_alerts_alone(client, site):
    client.post(HOOKS, HOOK | {"form": "slack", "kinds": ["visit", "goal", "threshold"]})

    assert [("slack", ["threshold"])] == list(Webhook.objects.values_list("form", "kinds"))
