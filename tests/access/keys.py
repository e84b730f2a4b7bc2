"""API keys of everybody there is, and those of the owner that open less."""

from datetime import timedelta

from django.utils import timezone

from tests.access.world import OUTSIDERS, ROLES, WITHDRAWN, World
from tests.factories import MemberFactory, SiteFactory
from tracking.models import ApiKey, Role
from tracking.models.keys import Scope

NO_KEY, EXPIRED, REVOKED = "no key", "owner's expired key", "owner's revoked key"
INVALID = [NO_KEY, EXPIRED, REVOKED]
UNSCOPED = "owner's key without the scope"
FOR_THIS, FOR_ANOTHER = "owner's key for the site", "owner's key for another site"
FOR_THEIRS = "owner's key for somebody else's site"
BOUND = [FOR_THIS, FOR_ANOTHER, FOR_THEIRS]
# Those of people have all scopes.
KEYS = [*ROLES, *OUTSIDERS, *BOUND, UNSCOPED, *INVALID]
# With which role a valid key of the scope acts at the site; the others have none there.
ROLES_OF_KEYS: dict[str, Role] = ROLES | {FOR_THIS: Role.OWNER}
SECOND = "second.example"


def keys_of(world: World, scope: Scope | None) -> dict[str, str]:
    """The texts of all keys, among them one without the scope; `NO_KEY` is empty."""
    member = MemberFactory(team=world.site.team, user=world.people[WITHDRAWN])
    found = {who: ApiKey.issue(world.people[who])[1] for who in [*ROLES, *OUTSIDERS]}
    member.delete()
    owner = world.people["owner"]
    second = SiteFactory(domain=SECOND, team=world.second)
    for name, site in zip(BOUND, (world.site, second, world.other), strict=True):
        found[name] = ApiKey.issue(owner, site=site)[1]
    others = [each for each in Scope.values if each != scope]
    found[UNSCOPED] = ApiKey.issue(owner, scopes=others)[1]
    ago = timezone.now() - timedelta(seconds=1)
    found[EXPIRED] = ApiKey.issue(owner, expires_at=ago)[1]
    row, found[REVOKED] = ApiKey.issue(owner)
    row.delete()
    return {name: found.get(name, "") for name in KEYS}
