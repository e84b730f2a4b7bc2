"""The settings of the tests: those of the server, over a data folder of their own."""

import os
import tempfile

_folder = os.environ.setdefault("FOOTFALL_DATA", tempfile.mkdtemp(prefix="footfall-tests-"))
os.environ.setdefault("FOOTFALL_SECRET_KEY", "tests")
os.environ.setdefault("EMAIL_URL", "memory://")
# Two threads answer the small questions of tests no sooner than one.
os.environ.setdefault("FOOTFALL_QUERY_THREADS", "1")
# All hits of the tests come from a few addresses.
os.environ.setdefault("FOOTFALL_ADDRESS_RATE", "0")
os.environ.setdefault("FOOTFALL_SITE_RATE", "0")
os.environ.setdefault("FOOTFALL_API_RATE", "0")

from proj.settings import *  # noqa: E402, F403

# A file, because the writer of the inbox, the drain and the pages each use a thread of their own.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/tests.sqlite3"}  # noqa: F405
# Where nothing is collected: each test's first page would look through all of it.
STATIC_ROOT = f"{_folder}/static"
os.makedirs(STATIC_ROOT, exist_ok=True)
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The factories' people have shown no address to be theirs.
ACCOUNT_EMAIL_VERIFICATION = "none"
HUEY = {"name": "tests", "huey_class": "huey.MemoryHuey", "immediate": False, "results": False}
