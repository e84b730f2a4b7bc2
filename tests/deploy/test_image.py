"""What the image is made of is enough to run from."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from proj.kept_hits import FOLDER
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


def nginx_in_image() -> str:
    """Our file of nginx as the image's build changes it."""
    script = re.findall(r"-e '([^']+)'", (ROOT / "deploy/docker/Dockerfile").read_text())
    words = [word for each in script for word in ("-e", each)]
    file = ROOT / "deploy/nginx/footfall.conf"
    return subprocess.run(["sed", *words, file], check=True, capture_output=True, text=True).stdout


def test_nginx_writes_requests_where_docker_bounds_them_and_hits_into_their_volume():
    written = re.findall(r"^ +access_log (\S+?);?(?: .*)?$", nginx_in_image(), re.MULTILINE)

    assert [f"{FOLDER}/footfall.hits.log", "/dev/stdout", "off"] == written


def test_a_renewed_certificate_is_put_into_the_files_that_nginx_has_mounted(tmp_path):
    names = {"fullchain.pem": "certificate", "privkey.pem": "certificate_key"}
    for folder in ("lineage", "deploy/docker", "deploy/secrets.d", "bin"):
        (tmp_path / folder).mkdir(parents=True)
    for name, secret in names.items():
        (tmp_path / "lineage" / name).write_text(f"new {secret}")
        (tmp_path / "deploy/secrets.d" / secret).write_text("old")
    before = {path: path.stat().st_ino for path in (tmp_path / "deploy/secrets.d").iterdir()}
    shutil.copy(ROOT / "deploy/docker/renewed", tmp_path / "deploy/docker")
    docker = tmp_path / "bin/docker"
    docker.write_text('#!/bin/sh\necho "$@"\n')
    docker.chmod(0o755)

    done = subprocess.run(
        [tmp_path / "deploy/docker/renewed"],
        env={
            "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
            "RENEWED_LINEAGE": str(tmp_path / "lineage"),
        },
        check=True,
        capture_output=True,
        text=True,
    )

    assert before == {
        path: path.stat().st_ino for path in (tmp_path / "deploy/secrets.d").iterdir()
    }
    assert {f"new {each}" for each in names.values()} == {path.read_text() for path in before}
    assert "compose -f compose.yaml exec -T nginx nginx -s reload\n" == done.stdout
