"""Two teams with a furnished site each, and everybody who might ask for something."""

from typing import Any

from django.apps import apps
from django.utils import timezone

from realtime.out.models import Delivery, Threshold, Webhook
from realtime.subscriptions.models import Subscription
from tests.confirming import ConfirmedClient
from tests.factories import (
    EventFactory,
    GuestFactory,
    MemberFactory,
    SiteFactory,
    TeamFactory,
    UserFactory,
)
from tests.routes import DOMAIN
from tests.tracking.warehouse.totals import kept
from tracking.models import (
    Annotation,
    ApiKey,
    ExchangeRate,
    Funnel,
    Goal,
    Import,
    Invitation,
    Role,
    Segment,
    SharedLink,
    Site,
    SiteAlias,
    WallLink,
)
from tracking.models.keys import Scope

OTHER = "beyond.example"
ANONYMOUS, KEY, LINK = "anonymous", "key's holder", "link's holder"
WITHDRAWN, STRANGER, SUPERUSER = "withdrawn", "another team's owner", "superuser"
ROLES: dict[str, Role] = {
    "owner": Role.OWNER,
    "admin": Role.ADMIN,
    "editor": Role.EDITOR,
    "viewer": Role.VIEWER,
    "guest editor": Role.EDITOR,
    "guest viewer": Role.VIEWER,
}
OUTSIDERS = [STRANGER, SUPERUSER, WITHDRAWN]
NOT_SIGNED_IN = [ANONYMOUS, KEY, LINK]
EVERYBODY = [*ROLES, *OUTSIDERS, *NOT_SIGNED_IN]
# What is written by merely asking: when a key was used, and by whom something was refused.
MACS = [["is", "visit:os", ["Mac"]]]
UNCOUNTED = {"last_used_at"}


class World:
    """`mine` and `theirs` are the ids of what the site and the other one have, by their kinds."""

    def __init__(self) -> None:
        self.people: dict[str, Any] = {who: UserFactory() for who in [*ROLES, *OUTSIDERS]}
        self.people[SUPERUSER].is_superuser = self.people[SUPERUSER].is_staff = True
        self.people[SUPERUSER].save()
        self.site = SiteFactory(
            domain=DOMAIN,
            team=TeamFactory(name="Northpeak"),
            privacy_published=True,
            own_ids=True,
            reporting_currency="EUR",
        )
        for who, role in ROLES.items():
            if who.startswith("guest"):
                GuestFactory(site=self.site, user=self.people[who], role=role)
            else:
                MemberFactory(team=self.site.team, user=self.people[who], role=role)
        self.other = SiteFactory(domain=OTHER, team=TeamFactory(name="Beyond"))
        MemberFactory(team=self.other.team, user=self.people[STRANGER])
        # Another owner, so that the first one may leave; and a team to hand a site to.
        MemberFactory(team=self.site.team)
        self.second = MemberFactory(user=self.people["owner"]).team
        self.key = ApiKey.issue(self.people["owner"])[1]
        self.mine = furnish(self.site, self.people["owner"])
        self.theirs = furnish(self.other, self.people[STRANGER])

    def client(self, who: str) -> ConfirmedClient:
        """A browser in which that person is signed in, or a program with a key."""
        if who == KEY:
            return ConfirmedClient(headers={"Authorization": f"Bearer {self.key}"})
        client = ConfirmedClient()
        if who == LINK:
            client.get(f"/share/{self.mine['token']}/")
        elif who == WITHDRAWN:
            member = MemberFactory(team=self.site.team, user=self.people[who])
            client.force_login(self.people[who])
            assert 200 == client.get(f"/sites/{DOMAIN}/imports").status_code
            member.delete()
        elif who != ANONYMOUS:
            client.force_login(self.people[who])
        return client


def furnish(site: Site, owner: Any) -> dict[str, Any]:
    """Give a site one of each thing; their ids, and the secrets of its links."""
    now = timezone.now()
    hook = Webhook.objects.create(site=site, url="https://example.com/hook")
    delivery = Delivery.objects.create(
        webhook=hook,
        event_id="1-0",
        kind="visit",
        payload="{}",
        state=Delivery.State.FAILED,
        created_at=now,
        next_at=now,
    )
    link = SharedLink.objects.create(site=site, name="Board")
    wall = WallLink.objects.create(owner=owner, name="Lobby")
    offer = {"made_by": owner, "email": ""}
    kind = Invitation.Kind
    made = {
        "event": EventFactory(site=site, time=now),
        "alias": SiteAlias.objects.create(site=site, name=f"old-{site.pk}"),
        "hook": hook,
        "delivery": delivery,
        "threshold": Threshold.objects.create(site=site, limit=5),
        "import": Import.objects.create(
            site=site, file_name="a.csv", bytes_total=10, state=Import.State.UPLOADING
        ),
        "asking import": Import.objects.create(
            site=site,
            file_name="b.sql",
            state=Import.State.ASKING,
            choices={"option": "website", "problem": "Several.", "offered": [["a", "A"]]},
        ),
        "import of totals": kept(site, {}, [("2026-03-01", "2026-03-02")]).job,
        "note": Annotation.objects.create(site=site, time=now, text="Release"),
        "segment": Segment.objects.create(
            site=site, name="Macs", filters=[["is", "visit:os", ["Mac"]]]
        ),
        "goal": Goal.objects.create(site=site, event_name="Signup"),
        "subscription": Subscription.objects.create(site=site, email="board@example.org"),
        "team subscription": Subscription.objects.create(team=site.team, email="board@example.org"),
        "funnel": Funnel.objects.create(
            site=site, name="Checkout", steps=[{"page": "/"}, {"page": "/paid"}]
        ),
        "rate": ExchangeRate.objects.create(
            site=site, currency="CHF", into="EUR", day=now.date(), rate="1.05"
        ),
        "link": link,
        "wall": wall,
        "team": site.team,
        "member": MemberFactory(team=site.team, role=Role.VIEWER),
        "guest": GuestFactory(site=site),
        "key": ApiKey.issue(owner, scopes=[Scope.SITES_READ])[0],
        "team invitation": Invitation.issue(
            now, kind=kind.MEMBER, team=site.team, role=Role.VIEWER, **offer
        )[0],
        "guest invitation": Invitation.issue(
            now, kind=kind.GUEST, site=site, role=Role.VIEWER, **offer
        )[0],
        "offer": Invitation.issue(now, kind=kind.SITE, site=site, **offer)[0],
    }
    return {
        **{name: row.pk for name, row in made.items()},
        "token": link.token,
        "wall token": wall.token,
    }


def stored() -> dict[str, list[tuple]]:
    """Every row of the project's tables, to tell whether a request changed something."""
    models = [*apps.get_app_config("tracking").get_models()]
    models += apps.get_app_config("realtime").get_models()
    return {model._meta.label: rows_of(model) for model in models}


def rows_of(model: Any) -> list[tuple]:
    columns = [field.attname for field in model._meta.concrete_fields]
    return list(model.objects.order_by("pk").values_list(*(set(columns) - UNCOUNTED)))
