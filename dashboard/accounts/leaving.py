"""Deleting one's account, with all that would be left with nobody."""

from dataclasses import dataclass

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dashboard.accounts.models import User
from tracking import audit
from tracking.audit import Did, What
from tracking.models import Invitation, Member, Role, Site, Team


@dataclass(frozen=True)
class Left:
    """What becomes of a person's teams.

    alone: teams with nobody else, which go with the person, as their sites do
    waiting: teams with others and no other owner who can sign in, which must get one before
    """

    alone: list[Team]
    waiting: list[Team]

    @classmethod
    def by(cls, user: User) -> "Left":
        others = Member.objects.exclude(user=user)
        mine = Team.objects.filter(members__user=user).order_by("name", "pk")
        shared = mine.filter(pk__in=others.values("team"))
        owned = mine.filter(members__user=user, members__role=Role.OWNER)
        heirs = others.filter(role=Role.OWNER, user__is_active=True)
        return cls(
            alone=list(mine.exclude(pk__in=shared)),
            waiting=list(owned.filter(pk__in=shared).exclude(pk__in=heirs.values("team"))),
        )

    @property
    def sites(self) -> list[Site]:
        return list(Site.objects.filter(team__in=self.alone).order_by("domain"))


class DeleteForm(forms.Form):
    """Asks for the address, because nothing brings a deleted account back."""

    email = forms.CharField(label="E-mail address")

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.user = user
        self.fields["email"].help_text = f"Type {user.email} to confirm."

    def clean_email(self) -> str:
        if self.cleaned_data["email"].strip().lower() != self.user.email:
            raise forms.ValidationError("This is not your address.")
        return self.user.email


@login_required
@reauthentication_required(app="allauth.account")
def delete_account(request: HttpRequest) -> HttpResponse:
    user = User.objects.get(pk=request.user.pk)
    form = DeleteForm(request.POST or None, user=user)
    if form.is_valid() and delete(user):
        request.session.flush()
        messages.success(request, "Your account is deleted.")
        return redirect("account_login")
    context = {"form": form, "left": Left.by(user), "last": is_last_admin(user)}
    return render(request, "accounts/delete.html", context)


@transaction.atomic
def delete(user: User) -> bool:
    """Delete a person, and what would be left with nobody; what is shared stays with the others.

    Their keys, segments, wall links, places and second factors go by the database's cascade; what
    they did stays in the audit log as done by somebody who is no longer known. Returns False, and
    deletes nothing, where a team must get another owner before.
    """
    # Two last owners of a team who leave at once do so one after the other.
    list(Team.objects.filter(members__user=user).order_by("pk").select_for_update(of=("self",)))
    left = Left.by(user)
    if left.waiting:
        return False
    for site in left.sites:
        audit.record(Did.DELETED, What.SITE, site, by=user, site=site)
        site.delete()
    for team in left.alone:
        audit.record(Did.DELETED, What.TEAM, team, by=user, team=team)
        team.delete()
    audit.record(Did.DELETED, What.ACCOUNT, by=user)
    Invitation.objects.filter(email=user.email).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    user.delete()
    return True


def is_last_admin(user: User) -> bool:
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    return user.is_superuser and not others.exists()
