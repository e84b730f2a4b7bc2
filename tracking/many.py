"""Many values as one parameter, so that a statement's text does not grow with their number.

Django and the drivers read the text of a statement for its marks: with a mark for each of a
thousand values that takes as long as what the database does.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from django.db import connection

Part = tuple[str, list[Any]]  # of a statement: its text and its parameters


def among(numbers: Sequence[int]) -> Part:
    """The condition that what stands before it is one of the numbers."""
    if connection.vendor == "postgresql":
        return "= ANY(%s)", [list(numbers)]
    return "IN (SELECT value FROM json_each(%s))", [orjson.dumps(numbers).decode()]


def pairs(numbers: Sequence[tuple[int, int]], first: str, second: str) -> Part:
    """A relation of two columns, to select from."""
    if connection.vendor == "postgresql":
        columns = [[pair[place] for pair in numbers] for place in (0, 1)]
        return f"unnest(%s::bigint[], %s::bigint[]) AS wanted ({first}, {second})", columns
    read = f"SELECT value ->> 0 AS {first}, value ->> 1 AS {second} FROM json_each(%s)"  # noqa: S608
    return f"({read}) AS wanted", [orjson.dumps(numbers).decode()]
