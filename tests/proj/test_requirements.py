"""What the pinned packages are, as far as it can be known without the internet."""

import json
import re
from importlib.metadata import version

import pytest
from packaging.version import Version

from tests import audit
from tests.audit import UNKNOWN, WEAK, outcome
from tests.server import ROOT

FILES = [
    path.name for path in (ROOT / "requirements").glob("*.txt") if path.name != "overrides.txt"
]
PINNED = re.compile(r"^([\w.-]+(?:\[[\w,]+\])?)==(\S+)(?: ; .*)? \\$")
# The first versions without a weakness that matters here, and which.
FIXED = {
    "daphne": "4.2.2",  # CVE-2026-44545, CVE-2026-44546
    "django": "5.2.8",  # CVE-2025-64459
    "gunicorn": "23.0.0",  # CVE-2024-6827
    "h11": "0.16.0",  # CVE-2025-43859
    "requests": "2.32.4",  # CVE-2024-47081
    "sentry-sdk": "2.8.0",  # CVE-2024-40647
    "urllib3": "2.6.0",  # CVE-2025-66418, CVE-2025-66471
}


def pinned(file: str) -> dict[str, str]:
    lines = (ROOT / "requirements" / file).read_text().splitlines()
    found = [match for line in lines if (match := PINNED.match(line))]
    return {match[1].partition("[")[0].lower(): match[2] for match in found}


@pytest.mark.parametrize("file", FILES)
def test_each_package_is_pinned_with_its_hashes(file):
    text = (ROOT / "requirements" / file).read_text()
    packages = [part for part in re.split(r"^(?=[\w])", text, flags=re.MULTILINE) if "==" in part]

    assert [] == [
        part[:60] for part in packages if "--hash=sha256:" not in part.split("\n    #")[0]
    ]
    assert [] == [part[:60] for part in packages if not PINNED.match(part.splitlines()[0])]
    assert len(packages) > 20


@pytest.mark.parametrize("file", FILES)
def test_no_package_comes_from_elsewhere(file):
    lines = (ROOT / "requirements" / file).read_text().splitlines()

    assert [] == [line for line in lines if "://" in line or line.startswith(("-", "git+"))]


@pytest.mark.parametrize("name", FIXED)
def test_package_is_not_older_than_its_last_known_weakness(name):
    versions = [found[name] for file in FILES if name in (found := pinned(file))]

    assert versions
    assert [] == [each for each in versions if Version(each) < Version(FIXED[name])]


def test_every_file_of_packages_is_audited():
    assert sorted(f"requirements/{file}" for file in FILES) == sorted(audit.FILES)


def test_what_runs_is_what_is_pinned():
    names = ("django", "daphne", "channels", "uvicorn", "django-csp", "django-allauth")

    assert {name: pinned("run.txt")[name] for name in names} == {
        name: version(name) for name in names
    }


def package(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "version": "1.0", "vulns": [], **more}


@pytest.mark.parametrize(
    ("packages", "code"),
    [
        ([package("a"), package("b")], 0),
        ([package("a", vulns=[{"id": "CVE-1", "fix_versions": ["1.1"]}])], WEAK),
        (
            [
                package("a", vulns=[{"id": "CVE-1", "fix_versions": []}]),
                {"name": "b", "skip_reason": ""},
            ],
            WEAK,
        ),
        ([package("a"), {"name": "b", "skip_reason": "not found"}], UNKNOWN),
        ([], UNKNOWN),
    ],
    ids=["none known", "one known", "one known, one unknown", "one unknown", "nothing asked"],
)
def test_an_audit_passes_where_all_packages_are_known_to_be_sound_alone(packages, code):
    assert code == outcome(json.dumps({"dependencies": packages})).code


@pytest.mark.parametrize("report", ["", "Traceback", "[]", "{}"])
def test_an_audit_that_did_not_happen_is_no_success(report):
    assert UNKNOWN == outcome(report).code
