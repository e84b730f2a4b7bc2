import os
import subprocess
import sys

import pytest

from tests.server import ROOT

LOADED = "import proj.settings, sys; print('sentry_sdk' in sys.modules)"


@pytest.mark.parametrize(
    ("dsn", "loaded"),
    [("", "False"), ("https://key@sentry.example/1", "True")],
    ids=["without", "with"],
)
def test_server_loads_the_sdk_where_it_reports_errors(tmp_path, dsn, loaded):
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "FOOTFALL_DATA": str(tmp_path), "SENTRY_DSN": dsn},
        capture_output=True,
        text=True,
        check=True,
    )

    assert loaded == done.stdout.strip()
