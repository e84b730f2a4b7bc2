"""The visitor that a command names by the site's own id."""

import sys

from django.core.management.base import CommandError, CommandParser

from tracking.models import Site
from tracking.privacy.own_ids import visitors_called


def add_visitor_arguments(parser: CommandParser) -> None:
    parser.add_argument("domain")
    parser.add_argument(
        "visitor",
        help="what the site calls the visitor; - reads it from standard input, so that neither "
        "the shell's history nor the list of processes has it",
    )


def visitors_named(site: Site, visitor: str) -> set[int]:
    """Raises CommandError where nobody is named."""
    visitors = visitors_called(site, sys.stdin.readline() if visitor == "-" else visitor)
    if not visitors:
        raise CommandError("Name the visitor as your site does.")
    return visitors
