"""What deploy/install makes of a machine, as far as it needs neither systemd nor databases."""

import subprocess
from pathlib import Path

import pytest

from tests.deploy.test_scripts import bash
from tests.server import ROOT

NGINX = "events {\n\tworker_connections 768;\n\t# multi_accept on;\n}\n"


def on(machine: Path, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a piece of the installation of stats.example.com on a machine in a folder."""
    known = {"here": str(ROOT), "release": str(ROOT), "host": "stats.example.com", **variables}
    set_up = "\n".join(f"{name}={value}" for name, value in known.items())
    return bash(machine, f"{set_up}\n. {ROOT}/deploy/server.bash\n{script}")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """With Debian's nginx."""
    for name in ("sites-enabled", "conf.d", "footfall"):
        (tmp_path / "etc/nginx" / name).mkdir(parents=True)
    (tmp_path / "etc/nginx/nginx.conf").write_text(NGINX)
    (tmp_path / "etc/nginx/sites-enabled/default").write_text("server {}")
    return tmp_path


def test_nginx_may_hold_the_connections_of_a_thousand_dashboards(machine):
    on(machine, "tune_nginx").check_returncode()

    assert NGINX.replace("768", "16384") == (machine / "etc/nginx/nginx.conf").read_text()
    assert (machine / "etc/systemd/system/nginx.service.d/footfall.conf").exists()


def test_the_site_that_debian_serves_by_any_name_goes(machine):
    on(machine, "tune_nginx").check_returncode()

    assert [] == list((machine / "etc/nginx/sites-enabled").iterdir())


@pytest.mark.parametrize(
    ("kind", "address"),
    [("hits", "10.0.0.20:8001"), ("pages", "10.0.0.20:8000"), ("sockets", "10.0.0.20:8002")],
)
def test_a_machine_of_several_listens_at_its_own_address(machine, kind, address):
    on(machine, f"listen_at 10.0.0.20 {kind}").check_returncode()

    written = machine / f"etc/systemd/system/footfall-{kind}.socket.d/listen.conf"
    listens = [line for line in written.read_text().splitlines() if line.startswith("ListenStream")]
    assert ["ListenStream=", f"ListenStream={address}"] == listens


@pytest.mark.parametrize("there", [True, False], ids=["got before", "to be got"])
def test_a_certificate_of_the_authority_takes_the_place_of_the_one_made_here(machine, there):
    live = machine / "etc/letsencrypt/live/stats.example.com"
    if there:
        live.mkdir(parents=True)
    conf = machine / "etc/nginx/footfall/footfall.conf"
    made = f"{machine}/etc/footfall/certificate"
    conf.write_text(f"ssl_certificate {made}.pem;\nssl_certificate_key {made}.key;\n")

    done = on(
        machine, 'certbot() { echo "certbot $1"; }\nhave_certificate', certbot="you@example.com"
    )

    assert (0, not there) == (done.returncode, "certbot certonly" in done.stdout)
    assert (
        f"ssl_certificate {live}/fullchain.pem;\nssl_certificate_key {live}/privkey.pem;\n"
        == conf.read_text()
    )


def test_hits_that_nginx_keeps_lie_where_no_rotation_finds_them_and_the_server_reads_them():
    for conf in ("nginx/footfall.conf", "many/nginx.conf"):
        lines = (ROOT / "deploy" / conf).read_text().splitlines()
        [log] = [line.split()[1] for line in lines if "footfall_hit " in line]
        assert "/var/lib/footfall-hits/footfall.hits.log" == log
