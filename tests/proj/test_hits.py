"""The accept application as a server of its own."""

from collections.abc import Iterator

import httpx
import pytest

from proj import bounded, health, process, readiness
from proj.bounded import Bounded
from proj.hits import application

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Not what another test found a moment ago, however slow the machine is."""
    readiness.asked.cache_clear()
    monkeypatch.setattr(health, "recent", Bounded(health.check))
    monkeypatch.setattr(process, "_kind", "hits")
    monkeypatch.setattr(bounded, "SECONDS", 45)
    yield
    readiness.asked.cache_clear()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("HEAD", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/metrics", 404),
        ("POST", "/healthz", 404),
        ("GET", "/sign-in", 404),
        ("OPTIONS", "/api/event", 204),
    ],
)
async def test_it_answers_hits_and_questions_for_its_health_alone(method, path, status):
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.7") as client:
        answer = await client.request(method, path)

    assert status == answer.status_code


async def test_it_tells_its_health_as_the_pages_do(client):
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application), base_url="http://test"
    ) as asking:
        answer = await asking.get("/healthz")

    assert ("ok", "no-store") == (answer.json()["status"], answer.headers["cache-control"])
