"""The site that a command names."""

import pytest
from django.core.management import CommandError
from django.db import DatabaseError, connection

from tests.factories import SiteFactory
from tracking.management.sites import site_named
from tracking.models import Site

pytestmark = pytest.mark.django_db


def test_site_is_found_by_its_domain_however_it_is_written():
    assert SiteFactory(domain="a.example") == site_named("WWW.A.example")


def test_site_that_is_not_there_is_told():
    with pytest.raises(CommandError, match=r"There is no site a\.example\."):
        site_named("a.example")


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise DatabaseError("no such table")

    monkeypatch.setattr(Site.objects, "get", fail)


@pytest.mark.usefixtures("failing")
def test_database_that_footfall_has_not_made_is_told(settings, monkeypatch):
    monkeypatch.setattr(connection.introspection, "table_names", lambda: ["other"])

    with pytest.raises(CommandError, match=f"no site in {settings.DATA} yet.*FOOTFALL_DATA"):
        site_named("a.example")


@pytest.mark.usefixtures("failing")
def test_fault_of_a_database_that_it_has_made_is_raised():
    with pytest.raises(DatabaseError):
        site_named("a.example")
