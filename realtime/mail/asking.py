"""Asking the processes that run the queue's tasks to send mail."""

from huey.contrib.djhuey import task


@task()
def post() -> None:
    """Look whether there is mail to send."""
    # Not at the top: the postman sends what the outbox has, which asks for him here.
    from realtime.mail.postman import postman

    postman.wake()
