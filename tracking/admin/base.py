"""What the pages of the administration have in common."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin, ShowFacets, SimpleListFilter
from django.core.paginator import Paginator
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest

from tracking.admin.log import Audited
from tracking.models import (
    Site,
)


class BoundedPaginator(Paginator):
    """Counts no further than `MOST` rows, so that a page of a big table costs little."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Model] = self.object_list  # type: ignore[assignment]
        return rows.order_by().values("pk")[: self.MOST].count()


class SiteFilter(SimpleListFilter):
    """For tables that know a site by its id alone."""

    title = "site"
    parameter_name = "site"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Sequence[tuple[str, str]]:
        return [(str(site.pk), site.domain) for site in Site.objects.all()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(site_id=self.value()) if self.value() else queryset


class ReadOnlyAdmin(Audited):
    """Rows that the server alone writes; a subclass may allow deleting them."""

    kept_by_server = True
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    paginator = BoundedPaginator

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Revocable(ReadOnlyAdmin):
    """What people make on their pages: here it can be looked at and deleted."""

    kept_by_server = False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return ModelAdmin.has_delete_permission(self, request, obj)


class WithDomain(ReadOnlyAdmin):
    """Shows the domain where a table has the site's id."""

    list_filter = [SiteFilter]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        domain = Site.objects.filter(pk=OuterRef("site_id")).values("domain")
        return super().get_queryset(request).annotate(domain=Subquery(domain))

    @admin.display(description="site", empty_value="no known site")
    def domain(self, row: Any) -> str | None:
        return row.domain
