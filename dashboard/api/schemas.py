"""What the API's requests and answers look like, in JSON Schema as OpenAPI 3.1 has it."""

from typing import Any

from realtime.out.models import Kind
from tracking.models.goals import LONGEST_KEY, LONGEST_VALUE, MOST_PROPS
from tracking.warehouse.comparisons import MODES
from tracking.warehouse.dimensions import DIMENSIONS
from tracking.warehouse.imported.asked import INTERVAL, NONE, OUT_OF_RANGE, QUERY
from tracking.warehouse.metrics import METRICS
from tracking.warehouse.query import MAX_DIMENSIONS, MAX_LIMIT, MAX_METRICS, MAX_OFFSET
from tracking.warehouse.retention import INTERVALS

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NAME: Schema = {
    "type": "string",
    "description": "Of a site: its domain, or another name it has.",
    "examples": ["example.com"],
}
NEW_NAME: Schema = {"type": "string", "maxLength": 253, "examples": ["shop.example.com"]}
ZONE: Schema = {
    "type": ["string", "null"],
    "description": "A time zone of the IANA database.",
    "examples": ["Europe/Berlin"],
}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
BOOLEAN: Schema = {"type": "boolean"}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def items(of: Schema, least: int = 0, most: int | None = None, **more: Any) -> Schema:
    most_items = {} if most is None else {"maxItems": most}
    return {"type": "array", "items": of, "minItems": least, **most_items, **more}


def fixed(**properties: Schema) -> Schema:
    """An object that has all these keys and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def optional(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    """An object that has no other keys, and need have but the required ones."""
    return {**fixed(**properties), "required": list(required)}


DATES = items(TEXT, 2, 2, description="Two ISO 8601 dates or datetimes, both of the range.")
DATE_RANGE: Schema = {
    "anyOf": [
        {"enum": ["30m", "day", "24h", "month", "year", "all"]},
        {"type": "string", "pattern": "^[1-9][0-9]{0,3}(d|mo)$"},
        DATES,
    ]
}
DIMENSION: Schema = {
    "anyOf": [
        {"enum": [*DIMENSIONS, "time"]},
        {"type": "string", "pattern": "^event:props:.{1,300}$"},
    ]
}
FIGURES = items(
    {"anyOf": [{"type": "number"}, {"type": "null"}, ref("Money")]},
    1,
    description="In the order of the question's metrics; null where nothing can be said.",
)
VALUES = items(TEXT_OR_NULL, description="In the order of the question's dimensions.")
META = fixed(
    after={"type": ["string", "null"], "description": "Leads to the next page, if there is one."},
    before={"type": ["string", "null"], "description": "Leads to the page before."},
    limit={"type": "integer"},
)
GOAL = {
    "id": TEXT,
    "goal_type": {"enum": ["event", "page"]},
    "display_name": TEXT,
    "event_name": TEXT_OR_NULL,
    "page_path": TEXT_OR_NULL,
    "custom_props": {"type": "object", "additionalProperties": TEXT},
    "scroll_threshold": {"type": ["integer", "null"]},
    "currency": TEXT_OR_NULL,
}

ANNOTATION = {
    "id": TEXT,
    "time": {"type": "string", "format": "date-time"},
    "text": TEXT,
    "reference": TEXT_OR_NULL,
}

COMPARED: Schema = {"anyOf": [{"enum": list(MODES)}, ref("Comparison"), {"type": "null"}]}

SCHEMAS: dict[str, Schema] = {
    "Error": fixed(error={"type": "string", "description": "A sentence for a person."}),
    "Site": fixed(domain=TEXT, timezone=TEXT),
    "Sites": fixed(sites=items(ref("Site")), meta=META),
    "Goal": fixed(**GOAL),
    "Goals": fixed(goals=items(ref("Goal")), meta=META),
    "GoalOfSite": fixed(domain=TEXT, **GOAL),
    "Deleted": fixed(deleted={"const": True}),
    "Visitors": {"type": "integer", "minimum": 0},
    "Money": fixed(value={"type": "number"}, currency=TEXT, short=TEXT, long=TEXT),
    "NewSite": optional(
        ("domain",),
        domain=NEW_NAME,
        timezone=ZONE,
        team_id={"description": "Passed over."},
        tracker_script_configuration={"description": "Passed over."},
    ),
    "ChangedSite": optional(
        domain={**NEW_NAME, "type": ["string", "null"]},
        timezone=ZONE,
        team_id={"description": "Passed over."},
        tracker_script_configuration={"description": "Passed over."},
    ),
    "NewGoal": optional(
        ("site_id", "goal_type"),
        site_id=NAME,
        goal_type={"enum": ["event", "page"]},
        event_name={"type": "string", "maxLength": 120, "examples": ["Signup"]},
        page_path={"type": "string", "maxLength": 500},
        display_name={"type": ["string", "null"], "maxLength": 600},
        custom_props={
            "type": ["object", "null"],
            "maxProperties": MOST_PROPS,
            "propertyNames": {"minLength": 1, "maxLength": LONGEST_KEY},
            "additionalProperties": {"type": "string", "minLength": 1, "maxLength": LONGEST_VALUE},
        },
        scroll_threshold={"type": ["integer", "null"], "minimum": 0, "maximum": 100},
        currency={"type": ["string", "null"], "pattern": "^([A-Z]{3})?$"},
    ),
    "Annotation": fixed(**ANNOTATION),
    "Annotations": fixed(annotations=items(ref("Annotation")), meta=META),
    "NewAnnotation": optional(
        ("site_id", "text"),
        site_id=NAME,
        text={"type": "string", "minLength": 1, "maxLength": 200, "examples": ["Release 2.1"]},
        time={
            "type": ["string", "null"],
            "description": "When it was in ISO 8601, from 2000 to 2199; now unless given.",
            "examples": ["2026-11-20T14:30:00Z"],
        },
        reference={
            "type": ["string", "null"],
            "maxLength": 100,
            "description": "What you call it: the note that has it is answered, none added.",
        },
    ),
    "SharedLink": fixed(name=TEXT, url=TEXT),
    "SharedLinks": fixed(shared_links=items(ref("SharedLink")), meta=META),
    "NewSharedLink": optional(
        ("site_id", "name"),
        site_id=NAME,
        name={"type": "string", "minLength": 1, "maxLength": 120, "examples": ["For a friend"]},
    ),
    "LiveEvent": {
        "type": "object",
        "properties": {
            "id": {"type": "string", "description": "Grows; a stream goes on after it."},
            "type": {"enum": Kind.values},
            "site": TEXT,
            "time": {"type": "string", "format": "date-time"},
        },
        "required": ["id", "type", "site", "time"],
    },
    "OfSite": optional(("site_id",), site_id=NAME),
    "Filter": {
        "type": "array",
        "minItems": 2,
        "description": "[operator, dimension, [values]] or [operator, filters].",
    },
    "Comparison": optional(
        ("mode",), mode={"enum": list(MODES)}, date_range=DATES, match_day_of_week=BOOLEAN
    ),
    "Question": optional(
        ("site_id", "metrics", "date_range"),
        site_id=NAME,
        metrics=items({"enum": list(METRICS)}, 1, MAX_METRICS, uniqueItems=True),
        date_range=DATE_RANGE,
        dimensions=items(DIMENSION, 0, MAX_DIMENSIONS, uniqueItems=True),
        filters=items(ref("Filter")),
        order_by={
            "type": ["array", "null"],
            "items": {"type": "array", "prefixItems": [TEXT, {"enum": ["asc", "desc"]}]},
        },
        include=optional(
            imports=BOOLEAN,
            time_labels=BOOLEAN,
            total_rows=BOOLEAN,
            comparisons=COMPARED,
        ),
        pagination=optional(
            limit={"type": "integer", "minimum": 1, "maximum": MAX_LIMIT},
            offset={"type": "integer", "minimum": 0, "maximum": MAX_OFFSET},
        ),
    ),
    "RetentionQuestion": optional(
        ("site_id", "date_range"),
        site_id=NAME,
        date_range=DATE_RANGE,
        interval={"enum": list(INTERVALS)},
        filters=items(ref("Filter")),
    ),
    "Cohorts": fixed(
        interval={"enum": list(INTERVALS)},
        cohorts=items(
            fixed(
                start={"type": "string", "format": "date"},
                visitors={"type": "integer", "minimum": 0},
                returned=items(
                    {"type": ["integer", "null"]},
                    description="One interval later, two later and so on; null for what nobody"
                    " can know.",
                ),
                complete={"type": "integer", "description": "How many of these are over."},
            )
        ),
    ),
    "Row": optional(
        ("dimensions", "metrics"),
        dimensions=VALUES,
        metrics=FIGURES,
        comparison=fixed(
            dimensions=VALUES,
            metrics=FIGURES,
            change=items({"type": ["number", "null"]}, 1),
        ),
    ),
    "Answer": fixed(
        results=items(ref("Row")),
        meta=optional(
            imports_included=BOOLEAN,
            imports_skip_reason={"enum": [NONE, OUT_OF_RANGE, INTERVAL, QUERY]},
            imports_warning=TEXT,
            metric_warnings={
                "type": "object",
                "additionalProperties": fixed(code=TEXT, warning=TEXT),
            },
            time_labels=items(TEXT),
            comparison_time_labels=items(TEXT),
            total_rows={"type": "integer", "minimum": 0},
        ),
        query={"type": "object", "description": "The question as it was understood."},
    ),
}
