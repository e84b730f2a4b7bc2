"""How a server gets its first owner."""

from allauth.account.models import EmailAddress
from django.db import transaction

from dashboard.accounts.models import SetupLink, User, owner_exists
from tracking.models import Member, Role
from tracking.site_creation import teams_of_nobody


def first_owner_link() -> str | None:
    """The address at which the first owner signs up, or None where there is an owner already.

    Each call makes a new link and ends the one before.
    """
    return None if owner_exists() else SetupLink.issue()


def make_first_owner(user: User) -> None:
    """Let `user` administer the server and own the sites that were added before anybody came."""
    user.is_staff = user.is_superuser = True
    with transaction.atomic():
        user.save(update_fields=["is_staff", "is_superuser"])
        for team in teams_of_nobody():
            Member.objects.create(team=team, user=user, role=Role.OWNER)


def vouch_for(user: User) -> None:
    """Take a person's only address as theirs, on the word of whoever runs the server."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
