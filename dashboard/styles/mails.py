"""Every mail with made-up names, as text and as HTML, for those who write them."""

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from dashboard.styles import reports
from realtime.mail.letter import inert, write

LINK = "https://stats.example.com/password/link?user=9&token=cz2k0p-3f6d1b8c7e5a4902d8f1"
ACCOUNT = {"email": "ada@example.com"}
INVITED = {"by": "grace@example.com", "kind": "team", "team": "", "site": "shop.example"}
TRACEBACK = """Traceback (most recent call last):
  File "/opt/footfall/current/dashboard/report/views.py", line 120, in report
    figures = answers.overview(question, now)
ValueError: a bound < 0 & no other
"""

ALERT = {
    "site": "shop.example",
    "name": "Visitors above 200% of usual in 30 minutes",
    "value": 412,
    "limit": 180,
    "of_usual": True,
    "moment": "10 Mar 2026, 14:05",
    "zone": "Europe/Berlin",
    "link": "https://stats.example.com/sites/shop.example/alerts/then?moment=1773147900000&minutes=30",
    "alerts_link": "https://stats.example.com/sites/shop.example/alerts",
    "is_test": False,
}

# The contexts with which each template is shown, by what is special about them.
SAMPLES: dict[str, dict[str, dict[str, Any]]] = {
    "email_confirmation_signup": {"": {**ACCOUNT, "activate_url": LINK}},
    "email_confirmation": {"": {**ACCOUNT, "activate_url": LINK}},
    "account_already_exists": {"": {**ACCOUNT, "link": LINK}},
    "password_reset_key": {"": {**ACCOUNT, "password_reset_url": LINK}},
    "password_reset": {"": ACCOUNT},
    "password_changed": {"": ACCOUNT},
    "password_set": {"": ACCOUNT},
    "email_changed": {
        "": {**ACCOUNT, "from_email": "ada@example.com", "to_email": "countess@example.com"}
    },
    "email_confirm": {"": ACCOUNT},
    "email_deleted": {"": {**ACCOUNT, "deleted_email": "old@example.com"}},
    "totp_activated": {"": ACCOUNT},
    "totp_deactivated": {"": ACCOUNT},
    "webauthn_added": {"": ACCOUNT},
    "webauthn_removed": {"": ACCOUNT},
    "recovery_codes_generated": {"": ACCOUNT},
    "invitation": {
        "to a team": {
            **INVITED,
            "team": inert("Tom & <b>Jerry</b> www.example.com"),
            "link": LINK,
        },
        "to a site": {**INVITED, "kind": "guest", "link": LINK},
        "to take a site": {**INVITED, "kind": "site", "link": LINK},
    },
    "webhook_switched_off": {
        "": {
            "site": "shop.example",
            "address": "https://hooks.example.com/a/rather/long/path/in/which/is/no/place/to/break",
            "reason": "nothing was delivered for 3 days",
            "link": "https://stats.example.com/sites/shop.example/webhooks/4",
        }
    },
    "report_site": {
        "": reports.site(),
        "to an address without an account": reports.to_a_stranger(),
    },
    "report_team": {"": reports.team()},
    "report_added": {
        "": {"by": "grace@example.com", "place": "shop.example", "rhythm": "weekly", "link": LINK}
    },
    "alert": {"": ALERT, "tried out": {**ALERT, "is_test": True}},
    "task_failed": {
        "": {"task": "tracking.tasks.drain", "error": "OperationalError", "before": 59}
    },
    "page_failed": {
        "": {"what": "Internal Server Error: /sites/shop.example/", "traceback": TRACEBACK}
    },
}


def samples() -> list[tuple[str, str, dict[str, Any]]]:
    """Template, case and context of each."""
    return [
        (name, case, context) for name, cases in SAMPLES.items() for case, context in cases.items()
    ]


def staff_only(request: HttpRequest) -> None:
    """Nobody else learns that there is such a page."""
    if not request.user.is_staff:
        raise Http404("No such page.")


@login_required
@require_safe
@csp_update({"frame-src": [SELF]})
def mails(request: HttpRequest) -> HttpResponse:
    """All of them, the HTML at the width of a phone."""
    staff_only(request)
    shown = [
        {"name": name, "case": case, "letter": write(name, "", context)}
        for name, case, context in samples()
    ]
    return render(request, "styles/mails.html", {"mails": shown})


# Mails have their styles in their elements, which pages here may not.
@login_required
@require_safe
@xframe_options_sameorigin
@csp(
    {
        "default-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "frame-ancestors": [SELF],
        "form-action": [NONE],
        "base-uri": [NONE],
        "sandbox": [],
    }
)
def mail(request: HttpRequest, sample: int) -> HttpResponse:
    """The HTML of one of them, from 1 on, as a mail program gets it."""
    staff_only(request)
    for name, _, context in samples()[sample - 1 : sample]:
        return HttpResponse(write(name, "", context).html)
    raise Http404("No such mail.")
