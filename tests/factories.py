"""Rows for tests, made to order."""

from datetime import UTC, datetime

import factory
from django.contrib.auth import get_user_model

from tracking.models import Event, Membership, Site


class SiteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Site

    domain = factory.Sequence(lambda number: f"site{number}.example")


class UserFactory(factory.django.DjangoModelFactory):
    """A person who signs in with `password`, "correct horse" unless another is given."""

    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"person{number}@example.com")

    @factory.post_generation
    def password(self, create: bool, extracted: str | None) -> None:
        self.set_password(extracted or "correct horse")
        if create:
            self.save(update_fields=["password"])


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    site = factory.SubFactory(SiteFactory)
    user = factory.SubFactory(UserFactory)


class EventFactory(factory.django.DjangoModelFactory):
    """A pageview that opens a visit of a visitor of its own; `visit=` joins it to another's.

    Ids grow through the whole run, as they do on a server, where none is given twice.
    """

    class Meta:
        model = Event

    class Params:
        site = factory.SubFactory(SiteFactory)

    id = factory.Sequence(lambda number: number + 1)
    site_id = factory.SelfAttribute("site.pk")
    visit = factory.SelfAttribute("id")
    visitor = factory.SelfAttribute("visit")
    time = datetime(2026, 3, 10, 12, tzinfo=UTC)
    name = "pageview"
    hostname = "example.com"
    path = "/"
