"""The units of `deploy/systemd/`: systemd takes them, and they give their processes little."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.deploy.commands import options_of, supervised
from tests.server import ROOT

UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
SERVERS = [name for name in SERVICES if name != "footfall-backup.service"]
# Those whose port systemd holds, and which.
PORTS = {"hits": 8001, "pages": 8000, "sockets": 8002}
PROGRAMS = "/opt/footfall/current/.venv/bin/"
# Of 10; below this systemd calls a unit "OK".
HIGHEST_EXPOSURE = 2.0


def settings(name: str) -> dict[str, list[str]]:
    """The values of each key of a unit file, in order."""
    found: dict[str, list[str]] = {}
    for line in (UNITS / name).read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A copy of the units whose programs exist, as they do on a server."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("gunicorn", "daphne", "python"):
        (programs / name).touch(mode=0o755)
    for path in UNITS.rglob("*.*"):
        if path.is_file():
            copy = tmp_path / "units" / path.relative_to(UNITS)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(path.read_text().replace(PROGRAMS, f"{programs}/"))
    return tmp_path / "units"


@pytest.mark.stack
def test_systemd_finds_no_fault_in_any_unit(installed):
    files = [str(path) for path in installed.glob("footfall*.*") if path.is_file()]

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True
    )

    assert (0, "") == (done.returncode, done.stdout + done.stderr)


@pytest.mark.stack
@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_little_exposed(name):
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNITS / name)],
        capture_output=True,
        text=True,
    )

    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert exposure, done.stderr
    assert float(exposure[1]) < HIGHEST_EXPOSURE


@pytest.mark.parametrize("name", PORTS)
def test_a_socket_is_held_on_loopback_and_handed_over_as_standard_input(name):
    service = settings(f"footfall-{name}@.service")

    assert [f"127.0.0.1:{PORTS[name]}"] == settings(f"footfall-{name}.socket")["ListenStream"]
    assert (["socket"], [f"footfall-{name}.socket"]) == (
        service["StandardInput"],
        service["Sockets"],
    )


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_says_how_much_memory_it_may_take_and_runs_from_the_current_release(name):
    service = settings(name)

    assert 1 == len(service["MemoryMax"])
    assert service["ExecStart"][0].startswith(PROGRAMS)


@pytest.mark.parametrize("unit", SERVERS)
def test_a_server_runs_with_the_options_it_has_under_supervisor(unit):
    name = unit.removeprefix("footfall-").removesuffix(".service").removesuffix("@")

    command = shlex.split(settings(unit)["ExecStart"][0])

    assert options_of(supervised(name)) == options_of(command)


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_is_started_again_for_ever(name):
    service = settings(name)

    assert (["always"], ["0"]) == (service["Restart"], service["StartLimitIntervalSec"])


def test_every_unit_is_enabled_by_some_kind_of_process():
    script = f'. {ROOT}/deploy/lib.bash; echo "${{parts[@]}}"'
    enabled = subprocess.run(["bash", "-c", script], capture_output=True, text=True).stdout.split()

    files = {path.name for path in UNITS.glob("footfall-*.*") if path.is_file()}
    of_two = {name.replace("@", f"@{number}") for name in files for number in (1, 2)}
    # The timer starts the backup.
    assert of_two - {"footfall-backup.service"} == set(enabled)


def test_what_is_enabled_is_started_and_stopped_with_the_target():
    names = [path.name for path in UNITS.glob("footfall-*.*") if path.is_file()]
    with_target = {
        name: (settings(name)["PartOf"], settings(name)["WantedBy"])
        for name in names
        if name != "footfall-backup.service"
    }

    both = (["footfall.target"], ["footfall.target"])
    assert dict.fromkeys(with_target, both) == with_target


@pytest.mark.parametrize("name", PORTS)
def test_what_a_server_prints_is_not_sent_to_who_connects(name):
    assert ["journal"] == settings(f"footfall-{name}@.service")["StandardOutput"]


def test_as_many_files_may_be_open_as_a_thousand_dashboards_need():
    limits = [
        settings("footfall-.service.d/common.conf")["LimitNOFILE"],
        settings("nginx.service.d/footfall.conf")["LimitNOFILE"],
    ]

    assert [["65536"], ["65536"]] == limits


def test_the_machine_may_be_looked_at_for_the_figures_of_processes():
    """Their start and their processor time are told with /proc/stat."""
    assert "ProcSubset" not in settings("footfall-.service.d/common.conf")


def test_huey_is_stopped_by_the_signal_after_which_it_ends_its_tasks():
    assert ["SIGINT"] == settings("footfall-queue.service")["KillSignal"]
