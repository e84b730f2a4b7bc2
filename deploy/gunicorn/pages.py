"""gunicorn's settings for the process that serves pages. Where it listens, who starts it says."""

from typing import Any

worker_class = "gthread"
# For more cores, more processes are started, which can be restarted one after the other.
workers = 1
# A page waits for the database or for DuckDB, both outside of Python's lock.
threads = 8

# nginx opens a connection for each request.
keepalive = 0
# Longer than nearly every question takes.
graceful_timeout = 30
# Of a worker whose main thread is silent; a slow page does not count.
timeout = 60
# No max_requests: the worker would lose its mirror of the warehouse.
max_requests = 0

# Two processes would open the same one, in a home that the user need not have.
control_socket_disable = True
# An access log would hold addresses.
accesslog = None
errorlog = "-"
loglevel = "info"


def post_worker_init(worker: Any) -> None:
    worker.log.info("Worker is ready (pid %s)", worker.pid)
