"""A real server that knows a site by its domain and by the names that its old trackers have."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server import Server

UMAMI_WEBSITE = "b59e9c65-ae32-47f1-8400-119fcf4861c4"
MATOMO_NUMBER = "5"

ADD_ALIASES = f"""
from tracking.models import Site, SiteAlias
site = Site.objects.get(domain="site.example")
for name in {[UMAMI_WEBSITE, MATOMO_NUMBER]}:
    SiteAlias.objects.create(site=site, name=name)
"""


@pytest.fixture(scope="package")
def data_with_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("moved")
    server = Server(folder)
    server.manage("migrate")
    server.manage("site_create", "site.example")
    server.manage("shell", "--command", ADD_ALIASES)
    return folder


@pytest.fixture
def server(data_with_site: Path, tmp_path: Path) -> Iterator[Server]:
    """A server of its own for a test; the site in it was made once for all."""
    with Server(shutil.copytree(data_with_site, tmp_path / "data")) as running:
        yield running
