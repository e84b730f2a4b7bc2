"""The configuration for many machines, as far as one can look at it."""

import os
import shlex
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from proj import env
from tests.server import ROOT

MANY = ROOT / "deploy" / "many"


def settings_of(path: Path) -> dict[str, str]:
    words = shlex.split(path.read_text(), comments=True)
    return {name: value for name, _, value in (word.partition("=") for word in words)}


def test_the_settings_are_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = settings_of(MANY / "footfall.env")
    (tmp_path / "key").write_text("secret")
    for name in [name for name in os.environ if name.startswith(("FOOTFALL_", "REDIS_"))]:
        monkeypatch.delenv(name)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("FOOTFALL_DATA", str(tmp_path))
    monkeypatch.setenv("FOOTFALL_SECRET_KEY_FILE", str(tmp_path / "key"))

    read = env.read()

    assert ("footfall", 8, 2) == (read.clickhouse_cluster, read.shards, len(read.feed_redis))


def test_the_settings_name_the_cluster_that_clickhouse_is_given() -> None:
    cluster = ElementTree.parse(MANY / "clickhouse-cluster.xml").find("remote_servers")

    assert cluster is not None
    assert [settings_of(MANY / "footfall.env")["FOOTFALL_CLICKHOUSE_CLUSTER"]] == [
        each.tag for each in cluster
    ]


@pytest.mark.stack
def test_nginx_takes_the_file_of_several_machines(tmp_path: Path) -> None:
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert nginx
    shutil.copytree(ROOT / "deploy" / "nginx", tmp_path / "footfall")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-subj", "/CN=stats.example.com"),
            *("-keyout", tmp_path / "key.pem", "-out", tmp_path / "certificate.pem"),
        ],
        check=True,
        capture_output=True,
    )
    text = (MANY / "nginx.conf").read_text()
    for place, file in (("fullchain.pem", "certificate.pem"), ("privkey.pem", "key.pem")):
        text = text.replace(
            f"/etc/letsencrypt/live/stats.example.com/{place}", str(tmp_path / file)
        )
    for folder in ("/var/log/nginx/", "/var/lib/footfall-hits/"):
        text = text.replace(folder, f"{tmp_path}/")
    (tmp_path / "footfall" / "footfall.conf").write_text(text)
    (tmp_path / "nginx.conf").write_text(
        f"include /etc/nginx/modules-enabled/*.conf;\npid {tmp_path}/pid;\n"
        "events {}\nhttp { include footfall/footfall.conf; }\n"
    )

    done = subprocess.run(
        [nginx, "-t", "-q", "-e", tmp_path / "log", "-c", tmp_path / "nginx.conf"],
        capture_output=True,
        text=True,
    )

    assert 0 == done.returncode, done.stderr
