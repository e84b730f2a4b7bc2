"""Connections of the pool outlive their database; none of them may fail a request afterwards."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.on_postgres import postgres_server, stop_at_once
from tests.server import ROOT, Server

pytestmark = pytest.mark.stack

ASK_TWICE = """
import os, sys
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "proj.settings"
django.setup()
from django.db import connection

def ask():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    connection.close()

ask()
print("asked", flush=True)
sys.stdin.readline()
ask()
print("asked again", flush=True)
"""


def test_a_connection_from_before_an_absence_fails_nobody(tmp_path: Path):
    with postgres_server() as database:
        asking = subprocess.Popen(
            [sys.executable, "-c", ASK_TWICE],
            cwd=ROOT,
            env={**Server(tmp_path).environment, "DATABASE_URL": database.get_uri()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert asking.stdin
        assert asking.stdout
        first = asking.stdout.readline()
        stop_at_once(database)
        database.ensure_postgres_running()
        rest, _ = asking.communicate("go on\n", timeout=120)

    assert ("asked\n", "asked again\n") == (first, rest)
