"""The page on which an owner takes raw events out of a site and puts others in."""

from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Any, BinaryIO

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from dashboard.access import site_view
from dashboard.room import Did, What, tell
from dashboard.sites.download import download
from dashboard.sites.forms import ExportForm
from realtime.presence.online import online
from tracking import tasks
from tracking.access import Right
from tracking.models import Import, Site
from tracking.transfer import formats, totals, uploads
from tracking.transfer.days import begun_here
from tracking.transfer.errors import ImportProblem
from tracking.transfer.exporting import Sink, Span, recorded, span_of
from tracking.transfer.exporting import export as export_events
from tracking.transfer.fields import format_of
from tracking.transfer.formats.sample import SAMPLE_BYTES, sample
from tracking.transfer.refused import path_of_refusals

SHOWN = 5
TSV = "text/tab-separated-values; charset=utf-8"
CONTENT_TYPES = {
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


@site_view(Right.MANAGE)
@require_GET
def transfer(request: HttpRequest, site: Site) -> HttpResponse:
    return page(request, site, ExportForm())


@site_view(Right.MANAGE)
@require_GET
def export(request: HttpRequest, site: Site) -> HttpResponse:
    form = ExportForm(request.GET)
    if not form.is_valid():
        return page(request, site, form)
    asked = form.cleaned_data
    first, last = (day.isoformat() if day else None for day in (asked["first"], asked["last"]))
    span = span_of(site, first, last) if first or last else None
    kind = asked["format"]
    days = {"format": kind, "from": first, "to": last}
    tell(request, site, Did.DOWNLOADED, What.EXPORT, details=days)
    return download(
        request,
        f"{site.domain}-{datetime.now(site.zone):%Y-%m-%d}.{kind}".replace(":", "-"),
        CONTENT_TYPES[kind],
        partial(write, site, request.user, kind, span),
    )


def write(site: Site, person: Any, kind: str, span: Span | None, to: Sink) -> None:
    with recorded(site, person) as counts:
        counts["events"] = export_events(site, to, kind, span)


@site_view(Right.MANAGE)
@require_GET
def imports(request: HttpRequest, site: Site) -> HttpResponse:
    """The files alone, for htmx."""
    return render(request, "sites/imports.html", imports_of(site))


@site_view(Right.MANAGE)
@require_POST
def begin(request: HttpRequest, site: Site) -> HttpResponse:
    """Announce a file: `name`, `size`, `kind`, and what only its kind is told.

    Answers where to send its parts, and their size.
    """
    asked = request.POST
    kind = asked.get("kind", uploads.RAW)
    taken = formats.FORMATS[kind].options if kind in formats.FORMATS else ()
    options = {name: text for name in taken if (text := asked.get(name, "").strip())}
    try:
        size = int(asked.get("size", ""))
        with transaction.atomic():
            job = uploads.begin(site, asked.get("name", ""), size, kind, options)
            # The same file again goes on where it was.
            if not job.bytes_done:
                tell(request, site, Did.STARTED, What.IMPORT, job.file_name)
    except ImportProblem as problem:
        return JsonResponse({"error": str(problem)}, status=400)
    except ValueError:
        return JsonResponse({"error": "The file has no size."}, status=400)
    # Less than a request may have, here and at usual proxies.
    part = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2
    return JsonResponse({"id": job.pk, "part": part})


@site_view(Right.MANAGE)
@require_POST
def guess(request: HttpRequest, site: Site) -> HttpResponse:
    """Where a file is from, by the `name` and its first bytes; blank where that is not clear."""
    name = request.GET.get("name", "")
    foreign = formats.guess(sample(name, request.body[:SAMPLE_BYTES]))
    raw = uploads.RAW if format_of(name) else ""
    return JsonResponse({"kind": foreign.name if foreign else raw})


@site_view(Right.MANAGE)
@require_POST
def add_part(request: HttpRequest, site: Site, number: int) -> HttpResponse:
    """Bytes of the file from `offset` on. Answers how many are there."""
    job = import_or_404(site, number)
    try:
        offset = int(request.GET.get("offset", ""))
        if not 0 <= offset < job.bytes_total:
            raise ValueError
        there = uploads.add(job, offset, request.body)
    except ImportProblem as problem:
        return JsonResponse({"error": str(problem)}, status=400)
    except ValueError:
        return JsonResponse({"error": "There is no such part."}, status=400)
    if there == job.bytes_total:
        transaction.on_commit(tasks.import_uploaded)
    return JsonResponse({"done": there})


@site_view(Right.MANAGE)
@require_POST
def cancel(request: HttpRequest, site: Site, number: int) -> HttpResponse:
    job = import_or_404(site, number)
    with transaction.atomic():
        uploads.cancel(job)
        tell(request, site, Did.CANCELLED, What.IMPORT, job.file_name)
    if request.htmx:
        return render(request, "sites/imports.html", imports_of(site))
    messages.success(request, "The import is cancelled. Nothing of the file was stored.")
    return redirect("site_transfer", site.domain)


@site_view(Right.MANAGE)
@require_POST
def remove(request: HttpRequest, site: Site, number: int) -> HttpResponse:
    """Take the daily totals that an import brought out of all reports, as a whole."""
    job = import_or_404(site, number)
    with transaction.atomic():
        if totals.remove(job):
            tell(request, site, Did.DELETED, What.IMPORT, job.file_name)
    if request.htmx:
        return render(request, "sites/imports.html", imports_of(site))
    messages.success(request, f"The totals of {job.file_name} are removed.")
    return redirect("site_transfer", site.domain)


@site_view(Right.MANAGE)
@require_POST
def choose(request: HttpRequest, site: Site, number: int) -> HttpResponse:
    """Take the `choice` that an import waits for."""
    job = import_or_404(site, number)
    with transaction.atomic():
        if uploads.choose(job, request.POST.get("choice", "")):
            tell(request, site, Did.STARTED, What.IMPORT, job.file_name)
            transaction.on_commit(tasks.import_uploaded)
    if request.htmx:
        return render(request, "sites/imports.html", imports_of(site))
    return redirect("site_transfer", site.domain)


@site_view(Right.MANAGE)
@require_GET
def refused(request: HttpRequest, site: Site, number: int) -> HttpResponse:
    """The refused lines of a file: number and reason, with a tab between them.

    All of them, or the first after a while.
    """
    job = import_or_404(site, number)
    file: BinaryIO
    try:
        file = path_of_refusals(job).open("rb")
    except FileNotFoundError:
        file = BytesIO("".join(f"{where}\t{why}\n" for where, why in job.refusals).encode())
    name = f"{site.domain}-refused-{job.pk}.tsv".replace(":", "-")
    return FileResponse(file, as_attachment=True, filename=name, content_type=TSV)


def import_or_404(site: Site, number: int) -> Import:
    try:
        return site.imports.get(pk=number)
    except Import.DoesNotExist as error:
        raise Http404("No such import.") from error


def imports_of(site: Site) -> dict[str, object]:
    # Those whose totals are in the reports stay on the list, so that they can be removed.
    latest = site.imports.order_by("-pk").values_list("pk", flat=True)[:SHOWN]
    listed = Q(pk__in=list(latest)) | Q(totals__counted=True)
    found = list(site.imports.filter(listed).select_related("totals"))
    # Nothing changes by itself while somebody has a choice to make.
    waits = any(each.is_under_way and each.state != Import.State.ASKING for each in found)
    return {"site": site, "imports": found, "waits": waits}


def page(request: HttpRequest, site: Site, form: ExportForm) -> HttpResponse:
    context = {
        **imports_of(site),
        "online": online(site.pk),
        "form": form,
        "formats": formats.FORMATS.values(),
        "most_bytes": settings.IMPORT_BYTES,
        "begun": begun_here(site),
    }
    return render(request, "sites/transfer.html", context)
