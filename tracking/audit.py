"""The audit log: who changed what, when, and by which means.

Whoever changes something records it in the transaction of the change, so that neither is without
the other. What others who have a site open should hear at once goes through `realtime.room.tell`,
which records it here.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import BaseForm

from tracking.models.changes import Change, Did, Means, What
from tracking.models.keys import ApiKey
from tracking.models.sites import Site
from tracking.models.teams import Team

__all__ = ["Did", "Means", "What", "changed_fields", "differences", "forget", "record"]

LONGEST_NAME = 200
LONGEST_TAB = 40
LONGEST_VALUE = 500
CHUNK = 1000

# What has one of these words in its name is said to be changed, and not what it was or is.
# An address of a webhook may hold a token; one of a rule is a person's, as that of mail is, and as
# whom to ask about a site may be.
SECRET = ("secret", "token", "password", "key", "url", "addresses", "mail", "contact")

Details = dict[str, Any]


@transaction.atomic
def record(
    did: Did,
    what: What,
    name: object = "",
    *,
    by: Any,
    site: Site | None = None,
    team: Team | None = None,
    person: Any = None,
    whose: Any = None,
    tab: str = "",
    means: Means = Means.BROWSER,
    key: ApiKey | None = None,
    details: Details | None = None,
) -> Change:
    """Write that `by` did this, in the caller's transaction. Returns the row.

    name: what the thing is called. Never an e-mail address: of a person, give `person`
    by: the person who did it; None for a command, and for the server itself
    site, team: where, if it was at one; a site that is deleted is recorded before it is
    person: the person to whom it was done, such as the new member
    whose: the one person whom it concerns and who alone is told, such as the owner of a segment
    tab: the browser's tab in which it was made, if that is known
    means: by which means; an API `key` by which it was asked goes before it
    details: `{field: [before, after]}`, see `differences`, or `{word: text}`; never a secret, nor
        what a visitor sent
    """
    if site is not None:
        # In turn, so that the ids of a site grow in commit order.
        Site.objects.select_for_update().get(pk=site.pk)
    return Change.objects.create(
        site=site,
        domain=site.domain if site else "",
        team=team,
        by=by,
        means=Means.KEY if key else means,
        key_prefix=key.prefix if key else "",
        did=did,
        what=what,
        name=str(name)[:LONGEST_NAME],
        person=person,
        details=plain(details or {}),
        whose=whose,
        tab=tab[:LONGEST_TAB],
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Details:
    """The fields of `after` that were another before, as `{field: [before, after]}`.

    Of a field that holds a secret, `{field: None}`.
    """
    return {
        field: None if is_secret(field) else [before.get(field), value]
        for field, value in after.items()
        if before.get(field) != value
    }


def changed_fields(form: BaseForm) -> Details:
    """The `differences` that a valid form makes."""
    before = {name: form.get_initial_for_field(form.fields[name], name) for name in form.fields}
    return differences(before, {name: form.cleaned_data.get(name) for name in form.changed_data})


def forget(now: datetime) -> None:
    """Delete what is older than the settings say; in chunks, because others wait for each."""
    if not settings.AUDIT_DAYS:
        return
    before = now - timedelta(days=settings.AUDIT_DAYS)
    while True:
        old = Change.objects.filter(made_at__lt=before).order_by("made_at").values("pk")[:CHUNK]
        # As a list, because a subquery may not have a limit everywhere.
        if not Change.objects.filter(pk__in=[row["pk"] for row in old]).delete()[0]:
            return


def is_secret(field: str) -> bool:
    return any(word in field.lower() for word in SECRET)


def plain(value: Any) -> Any:
    """The value as JSON has it, rows as their ids, texts cut to a length that a page can show."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | QuerySet):
        return [plain(each) for each in value]
    return str(value)[:LONGEST_VALUE]
