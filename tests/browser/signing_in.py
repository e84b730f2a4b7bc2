"""Signing in without the form."""


def sign_in(context, client, live_server, user) -> None:
    client.force_login(user)
    cookie = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
