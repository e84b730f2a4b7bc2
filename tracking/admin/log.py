"""What is changed in the administration, carried into the audit log.

Django writes a log of its own there, which one receiver reads. A row of it that could hold a
person's e-mail address is kept without.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Model, QuerySet
from django.db.models.signals import post_save, pre_save
from django.dispatch import receiver
from django.forms import BaseFormSet, Form
from django.http import HttpRequest, HttpResponse

from tracking import audit
from tracking.audit import Did, Means, What
from tracking.models import (
    Annotation,
    ApiKey,
    ExchangeRate,
    Funnel,
    Goal,
    Guest,
    Member,
    Segment,
    SharedLink,
    Site,
    Team,
    WallLink,
)

DIDS = {ADDITION: Did.ADDED, CHANGE: Did.CHANGED, DELETION: Did.DELETED}
# Tables whose rows are called by a name that is nobody's.
NAMED = {
    Site: What.SITE,
    Team: What.TEAM,
    Goal: What.GOAL,
    ExchangeRate: What.RATE,
    Segment: What.SEGMENT,
    Funnel: What.FUNNEL,
    ApiKey: What.KEY,
    Annotation: What.NOTE,
    SharedLink: What.LINK,
    WallLink: What.WALL,
}
# Those of people, who are named by themselves.
OF_PEOPLE = {Member: What.MEMBER, Guest: What.MEMBER}
VALUES = "values"


class Audited(ModelAdmin):
    """Records what each field was, and each of the rows that are deleted at once.

    Rows of a `kept_by_server` table go along with what they belong to, whoever deletes that.
    """

    kept_by_server = False

    def construct_change_message(
        self,
        request: HttpRequest,
        form: Form,
        formsets: Iterable[BaseFormSet],
        add: bool = False,
    ) -> list[dict[str, Any]]:
        message = super().construct_change_message(request, form, formsets, add)
        # What shows a message passes over a part that is neither added, changed nor deleted.
        return message if add else [*message, {VALUES: audit.plain(audit.changed_fields(form))}]

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        shown, counts, forbidden, protected = super().get_deleted_objects(objs, request)
        # Nobody may delete these by hand: to ask for that would keep all that they belong to.
        going_along = {
            str(model._meta.verbose_name)
            for model, its in self.admin_site._registry.items()
            if isinstance(its, Audited) and its.kept_by_server
        }
        forbidden = {name for name in forbidden if str(name) not in going_along}
        return shown, counts, forbidden, protected

    def log_deletions(self, request: HttpRequest, queryset: QuerySet) -> list[LogEntry]:
        # One after the other: Django stores several without a signal.
        return [super(Audited, self).log_deletions(request, [row])[0] for row in queryset]  # type: ignore[arg-type]

    @transaction.atomic
    def response_action(self, *args: Any, **kwargs: Any) -> HttpResponse | None:
        return super().response_action(*args, **kwargs)


@receiver(pre_save, sender=LogEntry)
def leave_out_names(instance: LogEntry, **_kwargs: Any) -> None:
    model = model_of(instance)
    if model not in NAMED:
        kind = model._meta.verbose_name if model else "row"
        instance.object_repr = f"{kind} {instance.object_id}"


@receiver(post_save, sender=LogEntry)
def record_entry(instance: LogEntry, created: bool, **_kwargs: Any) -> None:
    if not created:
        return
    model, row = model_of(instance), row_of(instance)
    person = row if isinstance(row, get_user_model()) else None
    audit.record(
        DIDS[instance.action_flag],
        What.ACCOUNT if person else what_of(model),
        "" if person or model in OF_PEOPLE else instance.object_repr,
        by=instance.user,
        site=row if isinstance(row, Site) else getattr(row, "site", None),
        team=row if isinstance(row, Team) else getattr(row, "team", None),
        person=person or getattr(row, "user", None),
        means=Means.ADMIN,
        details=details_of(instance),
    )


def model_of(entry: LogEntry) -> type[Model] | None:
    return entry.content_type.model_class() if entry.content_type else None


def what_of(model: type[Model] | None) -> What:
    return (NAMED | OF_PEOPLE).get(model, What.RECORD) if model else What.RECORD


def row_of(entry: LogEntry) -> Model | None:
    """The row itself: one that is deleted is still there when that is logged."""
    model = model_of(entry)
    return model._default_manager.filter(pk=entry.object_id).first() if model else None


def details_of(entry: LogEntry) -> audit.Details:
    """The values of the row's own fields, and which of the rows below it were touched."""
    try:
        parts = json.loads(entry.change_message or "[]")
    except ValueError:
        return {}
    details: audit.Details = {}
    for part in parts:
        details |= part.get(VALUES, {})
        for did in DIDS.values():
            if "name" in part.get(did, {}):
                details[part[did]["name"]] = did
    return details
