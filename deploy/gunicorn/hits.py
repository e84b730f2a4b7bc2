"""gunicorn's settings for the process that accepts hits. Where it listens, who starts it says."""

from typing import Any

worker_class = "asgi"
# For more cores, more processes are started, which can be restarted one after the other.
workers = 1

# nginx ends an idle connection after 5 seconds (deploy/nginx/keepalive.conf), always before this.
keepalive = 15
# Longer than that, so that a worker that stops has seen its last connection end.
graceful_timeout = 20
# A worker that has been silent for so long is killed; one that starts is silent, too.
timeout = 60
# No max_requests: a worker keeps its memory, and a new one would have to read rules and salts anew.
max_requests = 0

# Two processes would open the same one, in a home that the user need not have.
control_socket_disable = True
# An access log would hold addresses.
accesslog = None
errorlog = "-"
loglevel = "info"
# For the pages alone: the accept application decides by itself whom it believes.
forwarded_allow_ips = ""


def post_worker_init(worker: Any) -> None:
    worker.log.info("Worker is ready (pid %s)", worker.pid)
