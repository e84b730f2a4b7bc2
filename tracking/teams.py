"""What happens to teams and their people: roles, leaving, invitations, handing on a site.

Each is recorded in the audit log, in its own transaction. Who may ask for it at all is
`tracking.access`'s to say; who may do it to whom is said here.
"""

from datetime import datetime
from typing import Any, cast

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from tracking import audit
from tracking.access import RANKS, Right, rights_of, role_of, teams_with
from tracking.audit import Did, What
from tracking.models import Guest, Invitation, Member, Role, Site, Team
from tracking.models.teams import GUEST_ROLES
from tracking.site_creation import team_of

LAST_OWNER = "A team needs an owner. Make somebody else one first."
GONE = "This person is no longer here."


class Refused(Exception):
    """What was asked is not done; the text says why, for the person who asked."""


def giveable(own: Role | None) -> list[Role]:
    """The roles that somebody of a role in a team may give, and take: an owner's is an owner's."""
    if own == Role.OWNER:
        return list(Role)
    return [Role.VIEWER, Role.EDITOR, Role.ADMIN] if own == Role.ADMIN else []


def role_in(user: Any, team: Team) -> Role | None:
    found = Member.objects.filter(team=team, user=user.pk).values_list("role", flat=True).first()
    return Role(found) if found and user.is_active else None


@transaction.atomic
def change_role(member: Member, role: Role, by: Any) -> None:
    """Raises `Refused`."""
    lock(member.team)
    read_again(member)
    check_mine(member, by)
    if role not in giveable(role_in(by, member.team)):
        raise Refused("Only an owner makes owners.")
    before = member.role
    if before == Role.OWNER != role:
        check_not_last_owner(member)
    member.role = role
    member.save(update_fields=["role"])
    changed = {"role": [before, role.value]}
    record(Did.CHANGED, What.MEMBER, by, member.team, person=member.user, details=changed)


@transaction.atomic
def remove(member: Member, by: Any) -> None:
    """Raises `Refused`."""
    lock(member.team)
    read_again(member)
    check_mine(member, by)
    check_not_last_owner(member)
    take_out(member)
    record(Did.DELETED, What.MEMBER, by, member.team, person=member.user)


@transaction.atomic
def leave(team: Team, user: Any) -> None:
    """Raises `Refused`."""
    lock(team)
    member = Member.objects.filter(team=team, user=user.pk).first()
    if member is None:
        raise Refused(GONE)
    check_not_last_owner(member)
    take_out(member)
    record(Did.LEFT, What.TEAM, user, team, name=team)


def take_out(member: Member) -> None:
    """Also from the sites of the team at which they were a guest before they joined it."""
    Guest.objects.filter(site__team=member.team_id, user=member.user_id).delete()
    member.delete()


def read_again(row: Member | Guest) -> None:
    """Lock a row that was read before, and take over what became of it. Raises `Refused`."""
    rows: Any = type(row)._default_manager.select_for_update()
    try:
        row.refresh_from_db(fields=["role"], from_queryset=rows)
    except ObjectDoesNotExist:
        raise Refused(GONE) from None


def lock(team: Team) -> None:
    """Two owners who leave at once do so one after the other. Raises `Team.DoesNotExist`."""
    Team.objects.select_for_update().get(pk=team.pk)


def check_mine(member: Member, by: Any) -> None:
    if member.role not in giveable(role_in(by, member.team)):
        raise Refused("Only an owner changes what an owner is.")


def check_not_last_owner(member: Member) -> None:
    if is_last_owner(member):
        raise Refused(LAST_OWNER)


def is_last_owner(member: Member) -> bool:
    """Whether the team cannot spare this owner: no other can sign in."""
    owners = Member.objects.filter(team=member.team_id, role=Role.OWNER, user__is_active=True)
    return member.role == Role.OWNER and not owners.exclude(pk=member.pk).exists()


def is_given_by_its_maker(invitation: Invitation) -> bool:
    """Whether whoever made an invitation might still make it: with their right it ends."""
    maker = invitation.made_by
    if maker is None:
        return False
    if invitation.team:
        return invitation.role in giveable(role_in(maker, invitation.team))
    right = Right.OWN if invitation.kind == Invitation.Kind.SITE else Right.MANAGE
    return right in rights_of(role_of(maker, offered(invitation)))


def find_invitation(token_hash: str, now: datetime) -> Invitation | None:
    """The one of a token's hash, if it may still be accepted."""
    found = Invitation.open(now).select_related("team", "site__team", "made_by")
    invitation = found.filter(token_hash=token_hash).first()
    return invitation if invitation and is_given_by_its_maker(invitation) else None


def is_for(invitation: Invitation, user: Any) -> bool:
    """Whether a person has the address it was made for, if any."""
    return not invitation.email or invitation.email == user.email.lower()


@transaction.atomic
def accept(invitation: Invitation, user: Any, now: datetime, team: Team | None = None) -> None:
    """Use it up. `team` is the one to which an offered site goes; None: the person's first.

    Raises `Refused`.
    """
    if not is_for(invitation, user):
        raise Refused(
            "This invitation is for another e-mail address. Sign in with the one it was sent to."
        )
    used = {"accepted_at": now, "accepted_by": user}
    # Of two who accept at once exactly one finds it open.
    if Invitation.open(now).filter(pk=invitation.pk).update(**used) != 1:
        raise Refused("This invitation was used meanwhile.")
    if invitation.kind == Invitation.Kind.SITE:
        hand_over(offered(invitation), team or team_of(user), by=user)
    elif invitation.team:
        join(invitation.team, user, Role(invitation.role))
    else:
        become_guest(offered(invitation), user, Role(invitation.role))


def offered(invitation: Invitation) -> Site:
    """Its site: the table's constraint has one wherever there is no team."""
    return cast(Site, invitation.site)


def join(team: Team, user: Any, role: Role) -> None:
    """Raises `Refused`: whoever is there already keeps the role they have."""
    if not Member.objects.get_or_create(team=team, user=user, defaults={"role": role})[1]:
        raise Refused("You are in this team already.")
    record(Did.ADDED, What.MEMBER, user, team, person=user, details={"role": role.value})


def become_guest(site: Site, user: Any, role: Role) -> None:
    """Raises `Refused` where it would make no difference."""
    now = role_of(user, site)
    if now and RANKS[now] >= RANKS[role]:
        raise Refused("You see this site already.")
    Guest.objects.update_or_create(site=site, user=user, defaults={"role": role})
    details = {"role": role.value}
    audit.record(Did.ADDED, What.MEMBER, by=user, site=site, person=user, details=details)


@transaction.atomic
def change_guest(guest: Guest, role: str, by: Any) -> None:
    """Raises `Refused`, for one for a role that no guest has."""
    if role not in dict(GUEST_ROLES):
        raise Refused("A guest is a viewer or an editor.")
    read_again(guest)
    changed = {"role": [guest.role, role]}
    guest.role = role
    guest.save(update_fields=["role"])
    audit.record(
        Did.CHANGED, What.MEMBER, by=by, site=guest.site, person=guest.user, details=changed
    )


@transaction.atomic
def remove_guest(guest: Guest, by: Any) -> None:
    """Raises `Refused`."""
    read_again(guest)
    did = Did.LEFT if guest.user_id == by.pk else Did.DELETED
    guest.delete()
    what, person = (What.SITE, None) if did == Did.LEFT else (What.MEMBER, guest.user)
    audit.record(did, what, by=by, site=guest.site, person=person)


@transaction.atomic
def hand_over(site: Site, team: Team, by: Any) -> None:
    """Put a site into another team. Its guests stay; what its old team offered of it ends.

    Raises `Site.DoesNotExist` and `Team.DoesNotExist`.
    """
    lock(team)
    Site.objects.select_for_update().get(pk=site.pk)
    site.team = team
    site.save(update_fields=["team"])
    Invitation.objects.filter(site=site, accepted_at=None).delete()
    record(Did.TRANSFERRED, What.SITE, by, team, name=site, site=site)


@transaction.atomic
def delete_team(team: Team, by: Any) -> None:
    """With all its sites and their figures. Raises `Team.DoesNotExist`."""
    lock(team)
    for site in team.sites.all():
        audit.record(Did.DELETED, What.SITE, site, by=by, site=site)
    record(Did.DELETED, What.TEAM, by, team, name=team)
    team.delete()


def other_teams(user: Any, site: Site) -> Any:
    """Those to which a person may hand a site at once."""
    return teams_with(user, Right.MANAGE).exclude(pk=site.team_id)


def record(did: Did, what: What, by: Any, team: Team, name: object = "", **more: Any) -> None:
    audit.record(did, what, name, by=by, team=team, **more)
