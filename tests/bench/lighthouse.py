"""Lighthouse, Google's check of pages, run from npm's cache in `.cache/npx`."""

import json
import os
import subprocess
import sys

from tests.browser.conftest import CHROMIUM
from tests.server import ROOT
from tests.tools import have

# The last one for the Node.js of today's Debian.
PACKAGE = "lighthouse@12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LEAST = 95
FORMS = {"desktop": ["--preset=desktop"], "phone": []}


def scores(url: str, cookie: str, form: str) -> tuple[dict[str, int], list[str]]:
    """The score of each category, 0 to 100, and what kept it from being whole.

    A `form` is one of FORMS: a desktop, or a slow phone on a slow line. Ends with a sentence where
    Lighthouse cannot run.
    """
    have("npx", "npm")
    command = [
        *("npx", "--yes", "--cache", str(ROOT / ".cache" / "npx"), PACKAGE, url),
        *("--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}"),
        f"--extra-headers={json.dumps({'Cookie': cookie})}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
        *FORMS[form],
    ]
    done = subprocess.run(
        command,
        env={**os.environ, "CHROME_PATH": CHROMIUM},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"Lighthouse did not run: {done.stderr.strip()[-500:]}")
    return _read(json.loads(done.stdout))


def _read(report: dict) -> tuple[dict[str, int], list[str]]:
    categories = report["categories"]
    complaints = [
        f"{name}: {audit['title']} {audit.get('displayValue', '')}".rstrip()
        for name in CATEGORIES
        for audit in _imperfect(report, categories[name])
    ]
    return {name: round(100 * categories[name]["score"]) for name in CATEGORIES}, complaints


def _imperfect(report: dict, category: dict) -> list[dict]:
    """The audits that count and are not passed; Lighthouse calls a score of 0.9 passed."""
    counted = [each["id"] for each in category["auditRefs"] if each["weight"]]
    audits = [report["audits"][name] for name in counted]
    return [each for each in audits if each["score"] is not None and each["score"] < 0.9]
