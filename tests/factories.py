"""Rows for tests, made to order."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import factory
from django.contrib.auth import get_user_model

from tracking.models import Event, Guest, Member, Role, Site, Team


class TeamFactory(factory.django.DjangoModelFactory):
    """A team that nobody is in."""

    class Meta:
        model = Team

    name = factory.Sequence(lambda number: f"Team {number}")


class SiteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Site

    team = factory.SubFactory(TeamFactory)
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


class MemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Member

    team = factory.SubFactory(TeamFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.OWNER


class GuestFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Guest

    site = factory.SubFactory(SiteFactory)
    user = factory.SubFactory(UserFactory)


@dataclass
class Seat:
    """A site, and a person who is in its team."""

    site: Site
    user: Any
    role: Role


class SeatFactory(factory.Factory):
    class Meta:
        model = Seat

    site = factory.SubFactory(SiteFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.OWNER

    @classmethod
    def _create(cls, model_class: type[Seat], *args: Any, **fields: Any) -> Seat:
        seat = model_class(*args, **fields)
        MemberFactory(team=seat.site.team, user=seat.user, role=seat.role)
        return seat


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
