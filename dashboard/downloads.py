"""How many files are sent at once to one person, or to all who have the same link.

Each is bounded in memory and time, and asks the warehouse many questions; this bounds their number.
Counted in each process.
"""

import threading
import weakref
from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from dashboard.errors import too_many

MOST = 3

View = Callable[..., HttpResponseBase]

# One thread may end a file while it begins another: garbage is collected at any time.
_lock = threading.RLock()
_under_way: Counter[str] = Counter()


def one_of_few(view: View) -> View:
    """For views that answer with a file: one too many is refused until another has ended."""

    @wraps(view)
    def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        holder = f"link {kwargs['token']}" if "token" in kwargs else f"user {request.user.pk}"
        if not _begin(holder):
            return too_many(request)
        try:
            response = view(request, **kwargs)
        except BaseException:
            _end(holder)
            raise
        # Ended once: when the server closes it; one that was broken off, when nobody holds it.
        ended = weakref.finalize(response, _end, holder)
        response._resource_closers.append(ended)
        return response

    return wrapped


def _begin(holder: str) -> bool:
    with _lock:
        if _under_way[holder] >= MOST:
            return False
        _under_way[holder] += 1
        return True


def _end(holder: str) -> None:
    with _lock:
        _under_way[holder] -= 1
        if not _under_way[holder]:
            del _under_way[holder]
