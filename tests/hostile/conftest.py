from tests.realtime.conftest import running_loop

__all__ = ["running_loop"]
