"""What a release says of itself."""

import importlib.util

import pytest

from proj.release import version
from tests.server import ROOT

spec = importlib.util.spec_from_file_location("release_notes", ROOT / "deploy/release_notes.py")
assert spec
assert spec.loader
release_notes = importlib.util.module_from_spec(spec)
spec.loader.exec_module(release_notes)

CHANGELOG = """# Changelog

## Unreleased

- Later.

## 1.2.0 (2026-11-22)

- New.
- Better,
  by far.

## 1.2.0-rc1

- Nearly.
"""


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.2.0", "- New.\n- Better,\n  by far.\n"),
        ("1.2.0-rc1", "- Nearly.\n"),
        ("Unreleased", "- Later.\n"),
    ],
)
def test_the_notes_of_a_version_are_its_section_of_the_changelog(version, expected):
    assert expected == release_notes.notes(CHANGELOG, version)


@pytest.mark.parametrize("version", ["1.2", "2.0.0", ""])
def test_a_version_that_the_changelog_does_not_know_has_no_notes(version):
    with pytest.raises(LookupError):
        release_notes.notes(CHANGELOG, version)


def test_a_version_that_the_project_does_not_name_is_refused():
    with pytest.raises(LookupError, match=r"pyproject\.toml says 1\.2\.0, not 1\.3\.0"):
        release_notes.check_version('[project]\nversion = "1.2.0"', "1.3.0")


def test_the_version_that_the_project_names_is_taken():
    release_notes.check_version(release_notes.PROJECT.read_text(), version())


def test_the_changelog_of_this_project_can_be_read():
    assert release_notes.notes(release_notes.CHANGELOG.read_text(), "Unreleased").startswith("- ")
