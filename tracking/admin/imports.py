"""The administration of what came in files."""

from django.contrib import admin

from tracking.admin.base import ReadOnlyAdmin
from tracking.models import (
    FileSalt,
    Import,
    ImportedRecords,
    ImportKey,
    Totals,
    TotalsChunk,
    TotalsTable,
)


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    list_display = ["file_name", "site", "state", "events", "refused", "created_at"]
    list_filter = ["state", "created_at"]
    list_select_related = ["site"]
    search_fields = ["file_name", "site__domain"]
    date_hierarchy = "created_at"


@admin.register(ImportedRecords)
class ImportedRecordsAdmin(ReadOnlyAdmin):
    list_display = ["id", "job"]
    list_select_related = ["job"]
    search_fields = ["job__file_name"]
    fields = ["job"]


@admin.register(ImportKey)
class ImportKeyAdmin(ReadOnlyAdmin):
    list_display = ["site"]
    list_select_related = ["site"]
    search_fields = ["site__domain"]
    # The key stays out of every page: whoever has it can tell which text a visitor id is of.
    fields = ["site"]


@admin.register(FileSalt)
class FileSaltAdmin(ReadOnlyAdmin):
    list_display = ["site", "day", "made_at"]
    list_select_related = ["site"]
    search_fields = ["site__domain"]
    # As of an import's key: this one tells which address.
    fields = ["site", "day", "made_at"]


@admin.register(Totals)
class TotalsAdmin(ReadOnlyAdmin):
    list_display = ["site", "service", "counted", "job"]
    list_filter = ["service", "counted"]
    list_select_related = ["site", "job"]
    search_fields = ["site__domain", "job__file_name"]


@admin.register(TotalsTable)
class TotalsTableAdmin(ReadOnlyAdmin):
    list_display = ["name", "totals", "first", "last"]
    list_select_related = ["totals"]
    search_fields = ["name", "token"]


@admin.register(TotalsChunk)
class TotalsChunkAdmin(ReadOnlyAdmin):
    list_display = ["table", "number"]
    list_select_related = ["table"]
    search_fields = ["table__token"]
    fields = ["table", "number"]
