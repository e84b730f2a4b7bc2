"""What the links in mails open, for whoever has the mail: nobody has to sign in."""

from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from dashboard.mailed import choices
from realtime.subscriptions import tokens
from realtime.subscriptions.models import Subscription


# The token says enough: mail programs ask by themselves, and have no page of ours (RFC 8058).
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest) -> HttpResponse:
    """A POST ends it; a GET asks first, because programs that look at links open them."""
    try:
        number = tokens.read_unsubscribe(request.GET.get("token", ""))
    except (BadSignature, ValueError):
        raise Http404("No such report.") from None
    row = found(number)
    if row and request.method == "POST":
        choices.end(row)
    ended = row is None or request.method == "POST"
    return render(request, "mailed/unsubscribe.html", {"row": row, "ended": ended})


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """An address that somebody added agrees."""
    try:
        row = found(tokens.read_confirm(request.GET.get("token", "")))
    except (BadSignature, ValueError):
        row = None
    if row is None:
        raise Http404("No such report, or the link is too old.")
    if request.method == "POST":
        choices.confirm(row, timezone.now())
        row.refresh_from_db()
    return render(request, "mailed/confirm.html", {"row": row})


def found(number: int) -> Subscription | None:
    return Subscription.objects.filter(pk=number).select_related("site", "team", "user").first()
