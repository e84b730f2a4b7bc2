"""Every component on one page, in both schemes, for those who build pages of them."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.report.place import THEMES
from dashboard.styles.examples import chart, figures, form, rows

COLOURS = (
    *("paper", "card", "wash", "line", "edge", "ink", "soft"),
    *("step", "step-ink", "step-wash", "halo", "past"),
    *("up", "down", "down-wash", "amber", "amber-ink", "amber-wash"),
)
SPACES = ("s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8")
SIZES = ("t-small", "t", "t-figure", "t-headline")


@login_required
@require_safe
def styles(request: HttpRequest) -> HttpResponse:
    """For the server's staff; nobody else learns that there is such a page."""
    if not request.user.is_staff:
        raise Http404("No such page.")
    context = {
        "colours": COLOURS,
        "spaces": SPACES,
        "sizes": SIZES,
        # Ids differ between the schemes: a page has each once.
        "schemes": [(theme, form(theme)) for theme in THEMES],
        "figures": figures(),
        "charts": [chart("line"), chart("bars")],
        "rows": rows(),
    }
    return render(request, "styles/page.html", context)
