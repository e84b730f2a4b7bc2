"""What the fields of servers' log formats are here, by the names that the servers give them.

nginx's variables: http://nginx.org/en/docs/varindex.html. Apache's directives:
https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats.
"""

HEADERS = {
    "referer": "referrer",
    "user-agent": "user_agent",
    "accept-language": "language",
    "host": "host",
    "x-forwarded-for": "forwarded",
    "x-real-ip": "forwarded",
    "cf-connecting-ip": "forwarded",
    "sec-purpose": "purpose",
    "purpose": "purpose",
    "x-purpose": "purpose",
    "x-moz": "purpose",
    "sec-fetch-dest": "destination",
    "x-requested-with": "requested_with",
    "dnt": "dnt",
    "sec-gpc": "gpc",
}

NGINX = {
    "remote_addr": "address",
    "time_local": "time",
    "time_iso8601": "time",
    "msec": "time",
    "request": "request",
    "request_method": "method",
    "request_uri": "target",
    "uri": "path",
    "document_uri": "path",
    "args": "query",
    "query_string": "query",
    "status": "status",
    "host": "host",
    "server_name": "host",
    **{f"http_{header.replace('-', '_')}": name for header, name in HEADERS.items()},
}

# By the letter of the directive; those with an argument are told apart by it.
APACHE = {
    "h": "address",
    "a": "address",
    "t": "time",
    "r": "request",
    "m": "method",
    "U": "path",
    "q": "query",
    "s": "status",
    "v": "host",
    "V": "host",
}

# Of JSON logs whose format nobody told: the names that people give, in lower case with _ between.
USUAL = {
    **NGINX,
    "remote_ip": "address",
    "remoteip": "address",
    "client": "address",
    "client_ip": "address",
    "clientip": "address",
    "ip": "address",
    "remote": "address",
    "remote_address": "address",
    "x_forwarded_for": "forwarded",
    "forwarded_for": "forwarded",
    "time": "time",
    "timestamp": "time",
    "@timestamp": "time",
    "ts": "time",
    "date": "time",
    "datetime": "time",
    "method": "method",
    "verb": "method",
    "url": "target",
    "path": "path",
    "query": "query",
    "status_code": "status",
    "response": "status",
    "code": "status",
    "referer": "referrer",
    "referrer": "referrer",
    "http_referrer": "referrer",
    "user_agent": "user_agent",
    "useragent": "user_agent",
    "agent": "user_agent",
    "vhost": "host",
    "server": "host",
    "hostname": "host",
    "domain": "host",
    "accept_language": "language",
}
