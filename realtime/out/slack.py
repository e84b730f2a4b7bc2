"""Alerts in the format of Slack's incoming webhooks, which Mattermost and others read too.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: a JSON object with a
`text`, in which three characters are escaped and a link stands between angle brackets.
"""

import json
from collections.abc import Mapping
from typing import Any

ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def text(site: str, fields: Mapping[str, Any]) -> str:
    """Of an alert's live event, its fields."""
    told = f"*{escaped(site)}*: {escaped(fields['threshold'])}. It is {fields['value']} now."
    if fields["link"]:
        told += f" <{escaped(fields['link'])}|Show the moment>"
    return json.dumps({"text": told}, ensure_ascii=False)


def test(site: str) -> str:
    return json.dumps({"text": f"*{escaped(site)}*: alerts of Footfall come here."})


def escaped(plain: str) -> str:
    return plain.translate(ESCAPES)
