"""The status page of the administration."""

from datetime import UTC, datetime

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from proj.status.checks import CHECKS
from proj.status.finding import database_answers, run
from tracking.models import TaskRun


@require_safe
def status(request: HttpRequest) -> TemplateResponse:
    context = {
        **admin.site.each_context(request),
        "title": "Status",
        "found": run(CHECKS, datetime.now(UTC)),
        "runs": list(TaskRun.objects.order_by("name")) if database_answers() else [],
    }
    return TemplateResponse(request, "admin/status.html", context)
