"""The compose file: every container is closed, and runs what the other shapes run."""

import re
import subprocess

import pytest
import yaml

from proj.kept_hits import FOLDER
from tests.deploy.commands import options_of, supervised
from tests.server import ROOT

COMPOSE = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
SERVICES = COMPOSE["services"]
CALLED = [name for name, service in SERVICES.items() if service.get("profiles")]
# Where somebody is told to start a container beside those that run.
TOLD = [
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / ".github/workflows").glob("*.yml"),
    ROOT / "deploy/compose.yaml",
]
RUN = re.compile(r"compose [^\n]*?\brun (?:--entrypoint \S+ |-\S+ )*(\w+)")
LASTING = [name for name, service in SERVICES.items() if service["restart"] != "no"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_write_into_its_volumes_alone_and_become_no_more_than_it_is(name):
    service = SERVICES[name]

    assert (True, ["ALL"], ["no-new-privileges:true"]) == (
        service["read_only"],
        service["cap_drop"],
        service["security_opt"],
    )
    assert not {"cap_add", "privileged"} & service.keys()


@pytest.mark.parametrize("name", LASTING)
def test_a_container_that_lasts_has_a_limit_of_memory_and_starts_again(name):
    assert ("unless-stopped", True) == (SERVICES[name]["restart"], "mem_limit" in SERVICES[name])


@pytest.mark.parametrize("name", ["hits", "pages", "sockets", "queue"])
def test_a_process_runs_with_the_options_it_has_under_supervisor(name):
    assert options_of(supervised(name)) == options_of(SERVICES[name]["command"])


def test_only_nginx_is_reached_from_outside_and_only_it_is_believed_about_addresses():
    assert ["nginx"] == [name for name, service in SERVICES.items() if "ports" in service]
    assert {SERVICES["nginx"]["networks"]["front"]["ipv4_address"]} == {
        SERVICES[name]["environment"]["FOOTFALL_TRUSTED_PROXIES"]
        for name in ("hits", "pages", "sockets", "queue")
    }


def test_who_is_run_beside_the_others_takes_nobodys_address():
    told = {name for path in TOLD for name in RUN.findall(path.read_text())}
    networks = {name: SERVICES[name]["networks"] for name in told}

    assert set(CALLED) == told
    # A fixed address is a network's value in place of its name in a list.
    assert [] == [name for name, each in networks.items() if isinstance(each, dict)]


def test_kept_hits_are_written_by_nginx_and_read_by_who_tells_of_them_and_replays_them():
    mounts = {
        name: mount.removeprefix(f"hits:{FOLDER}")
        for name, service in SERVICES.items()
        for mount in service.get("volumes", [])
        if mount.startswith(f"hits:{FOLDER}")
    }

    assert {
        "nginx": "",
        **dict.fromkeys(("hits", "pages", "sockets", "queue", "manage"), ":ro"),
    } == mounts


def test_no_secret_stands_in_the_environment():
    names = {name for service in SERVICES.values() for name in service.get("environment", {})}

    assert set() == names & {
        "DATABASE_URL",
        "EMAIL_URL",
        "FOOTFALL_SECRET_KEY",
        "POSTGRES_PASSWORD",
    }


@pytest.mark.stack
def test_every_secret_is_made_by_the_script(tmp_path):
    (tmp_path / "secrets").write_bytes((ROOT / "deploy/secrets").read_bytes())
    for _again in range(2):
        subprocess.run(
            ["bash", tmp_path / "secrets", "stats.example.com"], check=True, capture_output=True
        )

    made = {f"secrets.d/{path.name}" for path in (tmp_path / "secrets.d").iterdir()}
    assert {secret["file"] for secret in COMPOSE["secrets"].values()} == made
    assert 0o700 == (tmp_path / "secrets.d").stat().st_mode & 0o777
    password = (tmp_path / "secrets.d/database_password").read_text()
    assert (
        f"postgres://footfall:{password}@postgres/footfall"
        == (tmp_path / "secrets.d/database_url").read_text()
    )
