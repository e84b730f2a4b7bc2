"""The lists of a site's rules, made ready once for the comparison with each of its hits."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import translate
from urllib.parse import unquote_plus

from tracking.ingest.address import Network, parse


@dataclass(frozen=True, slots=True)
class Globs:
    """Texts, in some of which * stands for any text."""

    exact: frozenset[str] = frozenset()
    pattern: re.Pattern[str] | None = None

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Globs":
        texts = set(texts)
        # fnmatch's expressions never try a * twice, so that no text takes long. Of what else
        # it knows, an owner means the characters themselves.
        escaped = (re.sub(r"[\[?]", r"[\g<0>]", text) for text in sorted(texts) if "*" in text)
        expressions = [translate(text) for text in escaped]
        return cls(
            exact=frozenset(text for text in texts if "*" not in text),
            pattern=re.compile("|".join(expressions)) if expressions else None,
        )

    def __bool__(self) -> bool:
        return bool(self.exact) or self.pattern is not None

    def __contains__(self, text: str) -> bool:
        if text in self.exact:
            return True
        return self.pattern is not None and self.pattern.match(text) is not None


# The bits of an address of IP version 4 and 6.
BITS = {4: 32, 6: 128}


@dataclass(frozen=True, slots=True)
class Networks:
    """Networks by their size: one look for each size, however many networks there are."""

    # By IP version and the bits that tell addresses of one network apart: what the others are.
    prefixes: dict[tuple[int, int], set[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, networks: Iterable[Network]) -> "Networks":
        prefixes: dict[tuple[int, int], set[int]] = defaultdict(set)
        for network in networks:
            apart = BITS[network.version] - network.prefixlen
            prefixes[network.version, apart].add(int(network.network_address) >> apart)
        return cls(dict(prefixes))

    def __bool__(self) -> bool:
        return bool(self.prefixes)

    def __contains__(self, address: str) -> bool:
        """Whether an address is in one; what is no address is in none."""
        parsed = parse(address) if self.prefixes else None
        if parsed is None:
            return False
        number, version = int(parsed), parsed.version
        return any(
            each == version and number >> apart in known
            for (each, apart), known in self.prefixes.items()
        )


@dataclass(frozen=True, slots=True)
class QueryRule:
    """Which parameters of a page's query string are part of its path."""

    keeps_others: bool = False
    excepted: Globs = field(default_factory=Globs)

    def kept(self, query: str) -> str:
        """The query string less what is left out; what is kept stays as it was sent."""
        if not query or not (self.keeps_others or self.excepted):
            return ""
        return "&".join(part for part in query.split("&") if part and self.keeps(part))

    def keeps(self, part: str) -> bool:
        return (unquote_plus(part.partition("=")[0]) in self.excepted) != self.keeps_others
