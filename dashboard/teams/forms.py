"""Forms about teams and the people in them."""

from collections.abc import Sequence
from typing import Any

from django import forms

from tracking.access import Right, teams_with
from tracking.models import Role, Team
from tracking.site_creation import named_after

ROLES_HELP = (
    "Viewers see the figures. Editors write notes and segments too. Admins manage sites and people."
)
PLAIN = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}


class TeamForm(forms.ModelForm):
    """A team's name."""

    class Meta:
        model = Team
        fields = ["name"]


class DeleteTeamForm(forms.Form):
    """Asks for the name, because nothing brings the team's sites back."""

    name = forms.CharField(widget=forms.TextInput(attrs=PLAIN))

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team
        self.fields["name"].help_text = f"Type {team.name} to confirm."

    def clean_name(self) -> str:
        if self.cleaned_data["name"].strip() != self.team.name:
            raise forms.ValidationError("This is not the name of the team.")
        return self.team.name


class EmailForm(forms.Form):
    """For whom an invitation is."""

    email = forms.EmailField(
        label="E-mail address",
        required=False,
        widget=forms.EmailInput(attrs=PLAIN),
        help_text="Leave it empty for a link that whoever has it can use, once.",
    )

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class InviteForm(EmailForm):
    """`roles` are those that the person who invites may give."""

    role = forms.ChoiceField(help_text=ROLES_HELP)

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]
        if Role.OWNER not in roles and Role.ADMIN not in roles:
            self.fields["role"].help_text = "Editors write notes and segments too."


class IntoATeam:
    """A form whose field `team` says to which of a person's teams a site goes; empty: to a new one.

    Where there is nothing to choose the form has no such field, and `goes_to` says what happens.
    """

    goes_to = ""

    def offer_teams(self: Any, user: Any) -> None:
        """The person's own team first, which is taken where they choose none."""
        own = teams_with(user, Right.OWN).first()
        teams, field = teams_with(user, Right.MANAGE), self.fields["team"]
        if not teams.exclude(pk=own and own.pk).exists():
            del self.fields["team"]
            self.goes_to = (
                f"your team {own}" if own else f"a new team of yours, {named_after(user)}"
            )
            return
        field.queryset, field.required = teams, False
        field.empty_label = None if own else f"A new team of yours, {named_after(user)}"
        self.initial["team"] = own


class TakeSiteForm(IntoATeam, forms.Form):
    """Into which team of `user` an offered site goes."""

    team = forms.ModelChoiceField(queryset=None)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_teams(user)


class HandToTeamForm(forms.Form):
    """Which of a person's teams gets a site."""

    team = forms.ModelChoiceField(queryset=None, empty_label=None)

    def __init__(self, *args: Any, teams: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
