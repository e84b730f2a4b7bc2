"""Formats of logs of text, as they stand in the configurations of nginx and Apache."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tracking.transfer.access_logs.names import APACHE, HEADERS, NGINX
from tracking.transfer.errors import ImportProblem

LONGEST_FORMAT = 4000

NGINX_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))", re.ASCII)
APACHE_DIRECTIVE = re.compile(r"%[!\d,<>]*(?:\{([^}]*)\})?(\^\w\w|[A-Za-z%])", re.ASCII)

# What `%{...}t` may say, but for the brackets around: the forms that `time_of` reads.
STRFTIME = {
    "%d/%b/%Y:%T %z",
    "%d/%b/%Y:%H:%M:%S %z",
    "%Y-%m-%dT%T%z",
    "%Y-%m-%dT%H:%M:%S%z",
    "%F %T %z",
    "%FT%T%z",
    "sec",
    "msec",
    "usec",
}

# nginx writes \xHH for what it escapes, Apache that or a backslash before the character.
ESCAPED = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"v": b"\v", b"f": b"\f"}

COMBINED = r"%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\""
FORWARDED = r"\"%{X-Forwarded-For}i\""
COMMON = r"%h %l %u %t \"%r\" %>s %b"
# The formats that servers bring along, and ones that people make of them by an addition or two.
# What has more comes first: lines of some read like those of others, less exactly.
KNOWN = {
    "vhost_combined": f"%v:%p {COMBINED}",
    "host_main": f"%v {COMBINED} {FORWARDED}",
    "host_combined": f"%v {COMBINED}",
    "main": f"{COMBINED} {FORWARDED}",
    "combined": COMBINED,
    "vhost_common": f"%v {COMMON}",
    "common": COMMON,
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """Reads the lines of one format."""

    expression: re.Pattern[str]

    def read(self, line: str) -> Mapping[str, str] | None:
        """The values that a line has, by the names of `names`; None where it has another form."""
        match = self.expression.fullmatch(line)
        if match is None:
            return None
        found = match.groupdict("")
        return found if "\\" not in line else {name: _plain(each) for name, each in found.items()}


def _plain(text: str) -> str:
    if "\\" not in text:
        return text
    return ESCAPED.sub(_unescaped, text.encode()).decode(errors="replace")


def _unescaped(match: re.Match[bytes]) -> bytes:
    code, letter = match.groups()
    return bytes([int(code, 16)]) if code else LETTERS.get(letter, letter)


@cache
def known(name: str) -> Pattern:
    """A format of `KNOWN`; lines may have more at their end."""
    return Pattern(re.compile(_expression(parts_of(KNOWN[name])) + r"(?: .*)?", re.DOTALL))


def pattern_of(text: str) -> Pattern:
    """The format of a string such as `LogFormat` and `log_format` have. Raises `ImportProblem`."""
    parts = parts_of(text)
    names = {part for part in parts if part in _known_names()}
    for needed in ("address", "time", "status"):
        if needed not in names and not (needed == "address" and "forwarded" in names):
            raise ImportProblem(f"The log's format has no {needed}.")
    if "request" not in names and not names & {"target", "path"}:
        raise ImportProblem("The log's format has no request.")
    return Pattern(re.compile(_expression(parts), re.DOTALL))


@cache
def _known_names() -> frozenset[str]:
    return frozenset({*NGINX.values(), *APACHE.values(), *HEADERS.values()})


def parts_of(text: str) -> list[str]:
    """Texts and fields in turn, beginning and ending with a text. Unknown fields are blank."""
    if len(text) > LONGEST_FORMAT:
        raise ImportProblem("The log's format is too long.")
    plain = bare(text)
    nginx, apache = NGINX_VARIABLE.search(plain), APACHE_DIRECTIVE.search(plain)
    parts = _nginx(plain) if nginx else _apache(plain) if apache else []
    if not parts:
        raise ImportProblem("The log's format is neither nginx's nor Apache's.")
    if any(between == "" for between in parts[2:-1:2]):
        raise ImportProblem("The log's format has two fields with nothing between them.")
    return parts


def bare(text: str) -> str:
    """The format within a directive that was copied whole, without the quotes around."""
    text = text.strip().removesuffix(";").strip()
    if match := re.match(r"log_format\s+\S+\s+(?:escape=\w+\s+)?(?=['\"])", text):
        pieces = re.findall(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", text[match.end() :])
        return "".join(one or other for one, other in pieces).replace(r"\"", '"')
    if match := re.match(r'LogFormat\s+"((?:[^"\\]|\\.)*)"', text):
        text = match[1]
    elif len(text) > 1 and text[0] == text[-1] == "'":
        text = text[1:-1]
    return text.replace(r"\"", '"').replace(r"\t", "\t")


def _nginx(text: str) -> list[str]:
    pieces = NGINX_VARIABLE.split(text)
    parts = pieces[:1]
    for braced, plain, after in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        parts += [NGINX.get(braced or plain, ""), after]
    return parts


def _apache(text: str) -> list[str]:
    # The query string follows its path without anything between.
    pieces = APACHE_DIRECTIVE.split(text.replace("%U%q", "%{query}U"))
    parts = pieces[:1]
    for argument, letter, after in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        if letter == "%":
            parts[-1] += f"%{after}"
            continue
        parts += [_apache_name(letter, argument), after]
    return parts


def _apache_name(letter: str, argument: str | None) -> str:
    if letter == "i":
        return HEADERS.get((argument or "").lower(), "")
    if letter == "t" and argument:
        form = argument.removeprefix("begin:").strip("[]")
        if form not in STRFTIME:
            raise ImportProblem(f"Times in the form {argument} cannot be read.")
        return "time"
    if letter == "U" and argument:
        return "target"
    # The peer's address, where the client's is another.
    return "" if argument else APACHE.get(letter, "")


def _expression(parts: list[str]) -> str:
    """Each field ends where the text behind it begins, so that a line is read in one go."""
    expression = re.escape(parts[0])
    seen: set[str] = set()
    for name, after in zip(parts[1::2], parts[2::2], strict=True):
        field = _field(name, after)
        # Of a value that is there twice the first counts.
        expression += f"(?P<{name}>{field})" if name and name not in seen else f"(?:{field})"
        seen.add(name)
        expression += re.escape(after)
    return expression


def _field(name: str, after: str) -> str:
    if after.startswith('"'):
        return r'(?:[^"\\]|\\.)*+'
    if name == "time":
        return r"\[[^\]]*\]|\S+ [+-]\d{4}|[^\s\"]+"
    if name == "request":
        return r"\S+ \S+ \S+"
    if name == "forwarded":
        return r"[^\s,]+(?:, ?[^\s,]+)*"
    if not after:
        return ".*"
    if after[0] == " ":
        # Names of users may have blanks in them.
        return r"\S+" if name else r"\S+(?: [^\s\[\"]+)*?"
    return f"[^{re.escape(after[0])}]*"
