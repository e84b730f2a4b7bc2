"""Each site into a team of its owners; its viewers become guests, and all keep their order."""

from django.db import migrations

FIRST_TEAM = "First team"


def into_teams(apps, schema_editor):
    Membership = apps.get_model("tracking", "Membership")
    Site = apps.get_model("tracking", "Site")
    owners = {pk: [] for pk in Site.objects.order_by("pk").values_list("pk", flat=True)}
    for each in Membership.objects.filter(role="owner").select_related("user").order_by("pk"):
        owners[each.site_id].append(each.user)
    sites_of = {}
    for site_id, people in owners.items():
        sites_of.setdefault(frozenset(people), []).append(site_id)
    # A person's own team first: it is where sites go that they add.
    for people in sorted(sites_of, key=len):
        first = Site.objects.get(pk=sites_of[people][0])
        team = make_team(apps, owners[first.pk], first.domain)
        Site.objects.filter(pk__in=sites_of[people]).update(team=team)
    keep_viewers_and_order(apps)


def make_team(apps, people, domain):
    """`people` are the owners, the first of whom gives the team its name."""
    Team = apps.get_model("tracking", "Team")
    Member = apps.get_model("tracking", "Member")
    name = people[0].email.partition("@")[0][:80] if people else FIRST_TEAM
    taken = Team.objects.filter(name=name).exists()
    team = Team.objects.create(name=domain[:80] if taken else name)
    for person in people:
        Member.objects.create(team=team, user=person, role="owner")
    return team


def keep_viewers_and_order(apps):
    Membership = apps.get_model("tracking", "Membership")
    Guest = apps.get_model("tracking", "Guest")
    SitePlace = apps.get_model("tracking", "SitePlace")
    for each in Membership.objects.order_by("pk"):
        if each.role == "viewer":
            Guest.objects.create(site_id=each.site_id, user_id=each.user_id, role="viewer")
        if each.pinned or each.position is not None:
            SitePlace.objects.create(
                site_id=each.site_id,
                user_id=each.user_id,
                pinned=each.pinned,
                position=each.position,
            )


def out_of_teams(apps, schema_editor):
    """Owners and admins own each site of their team again; everybody else sees it."""
    Membership = apps.get_model("tracking", "Membership")
    Site = apps.get_model("tracking", "Site")
    for site in Site.objects.order_by("pk"):
        roles = dict(site.guests.values_list("user_id", "role"))
        if site.team_id:
            roles |= dict(site.team.members.values_list("user_id", "role"))
        places = {place.user_id: place for place in site.places.all()}
        for user_id, role in roles.items():
            place = places.get(user_id)
            Membership.objects.create(
                site=site,
                user_id=user_id,
                role="owner" if role in ("owner", "admin") else "viewer",
                pinned=bool(place and place.pinned),
                position=place and place.position,
            )


class Migration(migrations.Migration):

    dependencies = [
        ("tracking", "0018_teams"),
    ]

    operations = [
        migrations.RunPython(into_teams, out_of_teams),
    ]
