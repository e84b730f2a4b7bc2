"""The scripts that install and upgrade a server, as far as they need none."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.server import ROOT

DEPLOY = ROOT / "deploy"


def bash(root: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a script that uses what those of `deploy/` share, on a server in `root`."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f". {DEPLOY}/lib.bash\n{script}"],
        env={"PATH": os.environ["PATH"], "FOOTFALL_ROOT": str(root)},
        capture_output=True,
        text=True,
    )


def enable(server: Path, services: list[str]) -> None:
    """These run on the machine, and no others."""
    links = server / "etc/systemd/system/footfall.target.wants"
    shutil.rmtree(links, ignore_errors=True)
    links.mkdir(parents=True)
    for name in services:
        (links / name).symlink_to(server / "opt/footfall/current/deploy/systemd" / name)


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """A root with two releases, the first of which runs."""
    for name in ("one", "two"):
        release = tmp_path / "opt/footfall/releases" / name
        (release / ".cache/static").mkdir(parents=True)
        (release / ".cache/static" / f"{name}.css").write_text(name)
        (release / ".cache/static" / "staticfiles.json").write_text(name)
        (release / "deploy/systemd/footfall-.service.d").mkdir(parents=True)
        (release / "deploy/systemd/footfall-.service.d/common.conf").write_text(name)
        (release / "deploy/systemd/footfall-queue.service").write_text(name)
        (release / "deploy/nginx").mkdir(parents=True)
        (release / "deploy/nginx/server.conf").write_text(name)
        (release / "deploy/nginx/footfall.conf").write_text(name)
    (tmp_path / "opt/footfall/static").mkdir()
    (tmp_path / "etc/nginx/footfall").mkdir(parents=True)
    (tmp_path / "etc/nginx/footfall/footfall.conf").write_text("mine")
    enable(tmp_path, FORTH)
    (tmp_path / "opt/footfall/current").symlink_to(tmp_path / "opt/footfall/releases/one")
    return tmp_path


def runs(server: Path) -> str:
    """The release that runs, and whose units and nginx files are in place."""
    places = [
        server / "opt/footfall/current/deploy/systemd/footfall-queue.service",
        server / "etc/systemd/system/footfall-queue.service",
        server / "etc/systemd/system/footfall-.service.d/common.conf",
        server / "etc/nginx/footfall/server.conf",
    ]
    return " ".join(sorted({place.read_text() for place in places}))


# What a release is made of.
CODE = bash(ROOT, 'printf "%s\n" "${code[@]}"').stdout.split()
FORTH = [
    "footfall-queue.service",
    *(
        f"footfall-{kind}@{number}.service"
        for kind in ("hits", "pages", "sockets")
        for number in (1, 2)
    ),
]


def restarted(output: str) -> list[str]:
    begin = "== systemctl restart "
    return [line.removeprefix(begin) for line in output.splitlines() if line.startswith(begin)]


def test_rolling_to_a_release_restarts_the_queue_first_and_each_process_alone(server):
    done = bash(server, "roll_to $releases/two")

    assert (0, "two", FORTH) == (done.returncode, runs(server), restarted(done.stdout))
    assert "one" == (server / "opt/footfall/previous").readlink().name


def test_rolling_to_a_release_that_does_not_come_up_ends_with_the_one_before(server):
    done = bash(server, 'steady() { [ "$1" != footfall-pages@1.service ]; }\nroll_to $releases/two')

    assert (1, "one") == (done.returncode, runs(server))
    assert "two did not come up; back to one" in done.stdout


@pytest.mark.parametrize("before", ["zero", None], ids=["one ran before", "none ran before"])
def test_a_release_that_did_not_come_up_is_not_what_a_rollback_leads_to(server, before):
    previous = server / "opt/footfall/previous"
    if before:
        previous.symlink_to(server / "opt/footfall/releases" / before)

    bash(server, "steady() { false; }\nroll_to $releases/two")

    assert before == (previous.readlink().name if previous.is_symlink() else None)


def test_only_what_is_enabled_on_a_machine_is_restarted_there(server):
    enable(server, ["footfall-hits@1.service", "footfall-pages@1.service"])

    done = bash(server, "roll_to $releases/two")

    assert ["footfall-hits@1.service", "footfall-pages@1.service"] == restarted(done.stdout)


def test_a_process_is_asked_where_the_machine_listens_and_one_that_runs_unasked_is_restarted(
    server,
):
    enable(server, ["footfall-hits@1.service"])
    (server / "run/systemd/system").mkdir(parents=True)
    # As systemd answers where a process was started without being enabled.
    systemctl = """
        systemctl() {
            case "$*" in
                show*--property=Listen*footfall-hits.socket) echo "10.0.0.20:8001 (Stream)" ;;
                list-units*footfall-hits@*) echo "footfall-hits@3.service loaded active running" ;;
            esac
        }
        steady() { :; }
        ready() { echo "asked $1"; }
    """

    done = bash(server, f"{systemctl}\nrestart ${{forth[@]}}")

    assert ["footfall-hits@1.service", "footfall-hits@3.service"] == restarted(done.stdout)
    assert "asked 10.0.0.20:8001" == done.stdout.splitlines()[-1]


def test_a_machine_without_nginx_gets_units_alone(server):
    (server / "etc/nginx/footfall/footfall.conf").unlink()

    bash(server, "configure $releases/two").check_returncode()

    assert (True, []) == (
        (server / "etc/systemd/system/footfall-queue.service").exists(),
        list((server / "etc/nginx/footfall").iterdir()),
    )


def test_a_release_has_the_code_and_no_secret_that_lies_beside_it(tmp_path):
    checkout, release = tmp_path / "checkout", tmp_path / "release"
    wanted = [name for name in CODE if name != "deploy"]
    for name in (*wanted, "data/one", "deploy/secrets.d/key", "deploy/nginx/footfall.conf"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("")
    (checkout / "deploy/.env").write_text("")
    release.mkdir()

    bash(tmp_path, f"copy_code {checkout} {release}").check_returncode()

    files = {str(path.relative_to(release)) for path in release.rglob("*") if path.is_file()}
    assert {*wanted, "deploy/nginx/footfall.conf"} == files


def test_what_the_operator_edits_of_nginx_is_left_alone(server):
    bash(server, "configure $releases/two").check_returncode()

    assert "mine" == (server / "etc/nginx/footfall/footfall.conf").read_text()


def test_static_files_of_both_releases_are_served(server):
    bash(server, "share_static $releases/one\nshare_static $releases/two").check_returncode()

    served = {path.name for path in (server / "opt/footfall/static").iterdir()}
    assert {"one.css", "two.css"} == served


def test_old_releases_go_but_never_the_one_that_runs_or_ran(server):
    for number in range(4):
        (server / "opt/footfall/releases" / f"old{number}").mkdir()
        os.utime(server / "opt/footfall/releases" / f"old{number}", (number, number))
    os.utime(server / "opt/footfall/releases/one", (0, 0))

    bash(server, "switch_to $releases/two\nforget_old 1").check_returncode()

    left = {path.name for path in (server / "opt/footfall/releases").iterdir()}
    assert {"one", "two", "old3"} == left


def test_a_release_is_named_by_its_version(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')

    assert "1.2.3\n" == bash(tmp_path, f"name_of {tmp_path}").stdout


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("install", "--url must be such as https://stats.example.com"),
        ("install --url http://stats.example.com", "--url must be such as"),
        ("install --url", "--url needs a value"),
        ("install --url https://a.example --certificate /nowhere", "cannot read /nowhere"),
        ("install --only hits,pages", "--only needs the --listen ADDRESS"),
        ("install --only all", "--only: there is no all, but hits pages sockets queue"),
        ("install --only queue", "footfall.env first"),
        ("upgrade --faster", "unknown option --faster"),
        ("rollback --faster", "unknown option --faster"),
    ],
)
def test_a_wrong_option_is_told_and_nothing_done(command, words):
    done = subprocess.run(f"{DEPLOY}/{command}", shell=True, capture_output=True, text=True)  # noqa: S602

    assert (1, True) == (done.returncode, words in done.stderr)


@pytest.mark.parametrize("name", ["install", "upgrade", "rollback"])
def test_help_says_how_it_is_used(name):
    done = subprocess.run([DEPLOY / name, "--help"], capture_output=True, text=True)

    assert (0, True) == (done.returncode, f"usage: deploy/{name}" in done.stdout)


@pytest.mark.parametrize("name", ["upgrade", "rollback"])
def test_without_systemd_nothing_is_claimed_to_run(server, name):
    done = subprocess.run(
        [DEPLOY / name],
        env={"PATH": os.environ["PATH"], "FOOTFALL_ROOT": str(server)},
        capture_output=True,
        text=True,
    )

    assert (1, "one") == (done.returncode, (server / "opt/footfall/current").readlink().name)
    assert "systemd does not run here" in done.stderr
