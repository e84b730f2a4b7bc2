"""What texts of errors say of people, taken out of them before they leave the server."""

import re

# Keys and tokens are longer than the words of an address; those of links stand after their word.
TOKEN = re.compile(r"(?<=/share/)[^/\s?]+|(?<=/wall/)(?!links(?:[/\s?]|$))[^/\s?]+|[\w-]{32,}")
# Addresses of people and of machines; a time of day with seconds looks like the last, and goes too.
EMAIL = re.compile(r"[^\s<>()\"'=]+@[^\s<>()\"'=]+")
IPV4 = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
IPV6 = re.compile(r"(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])")
# What databases add to their errors: the values of the row, the statement, its parameters; some
# errors spell the end of a line out.
OF_A_ROW = re.compile(
    r"(?:\b|(?<=\\n))(?:DETAIL|CONTEXT|LINE \d+|PARAMETERS|parameters)\b.*", re.DOTALL
)
QUOTED = (OF_A_ROW, EMAIL, IPV6, IPV4, TOKEN)


def without_people(text: str) -> str:
    """Of one message: what follows the values of a row is left out to its end."""
    for pattern in QUOTED:
        text = pattern.sub("…", text)
    return text
