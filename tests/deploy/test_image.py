"""What the image is made of is enough to run from."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from proj.release import PROJECT, version
from tests.server import ROOT

IN_IMAGE = [
    line.removeprefix("!")
    for line in (ROOT / ".dockerignore").read_text().splitlines()
    if line.startswith("!")
]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A folder with nothing else than what is copied into the image."""
    folder = tmp_path / "image"
    for name in IN_IMAGE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def manage(image: Path, *arguments: str) -> str:
    names = ("PATH", "HOME", "LANG")
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=image,
        env={
            **{name: os.environ[name] for name in names if name in os.environ},
            "FOOTFALL_DATA": str(image.parent / "data"),
        },
        capture_output=True,
        text=True,
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout


def test_the_file_that_tells_the_version_is_in_the_image():
    assert str(PROJECT.relative_to(ROOT)) in IN_IMAGE


@pytest.mark.stack
def test_a_backup_is_made_from_the_image_alone(image):
    manage(image, "migrate", "--no-input", "-v", "0")

    manage(image, "backup", "--to", str(image.parent / "backups"))

    [made] = (image.parent / "backups").glob("*/backup.json")
    assert version() == json.loads(made.read_text())["version"]
