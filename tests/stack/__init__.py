"""The server as it is deployed: its shipped configuration, run on free ports of this machine."""

from tests.stack.stack import Stack as Stack
