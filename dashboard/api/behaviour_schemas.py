"""What the requests and answers about funnels and journeys look like."""

from dashboard.api.schemas import (
    COMPARED,
    DATE_RANGE,
    META,
    NAME,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    fixed,
    items,
    optional,
    ref,
)
from tracking.models.goals import LONGEST_KEY, LONGEST_VALUE, MOST_PROPS
from tracking.warehouse.funnel import FEWEST, MOST, Scope
from tracking.warehouse.journey import DIRECTIONS, FARTHEST, LONGEST_PAGE
from tracking.warehouse.steps import LONGEST

MOST_STOPS = 100

COUNT: Schema = {"type": "integer", "minimum": 0}
PERCENT: Schema = {"type": "number", "minimum": 0, "maximum": 100}
STEP_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST}
SCOPE: Schema = {"enum": list(Scope), "description": "In any visits of a visitor, or in one."}
STEPS = items(ref("Step"), FEWEST, MOST)
QUERY: Schema = {"type": "object", "description": "The question as it was understood."}
PLACED = {"site_id": NAME, "date_range": DATE_RANGE, "filters": items(ref("Filter"))}
SAVED = {"id": TEXT, "name": TEXT, "steps": STEPS, "scope": SCOPE}

SCHEMAS: dict[str, Schema] = {
    "Step": {
        "anyOf": [
            fixed(page={**STEP_TEXT, "pattern": "^[/*]", "examples": ["/blog/*"]}),
            optional(
                ("event",),
                event={**STEP_TEXT, "examples": ["Signup"]},
                props={
                    "type": "object",
                    "maxProperties": MOST_PROPS,
                    "propertyNames": {"minLength": 1, "maxLength": LONGEST_KEY},
                    "additionalProperties": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": LONGEST_VALUE,
                    },
                },
            ),
            fixed(goal={**STEP_TEXT, "description": "One of the site's, by its name."}),
        ]
    },
    "FunnelQuestion": optional(
        ("site_id", "date_range", "steps"),
        **PLACED,
        steps=STEPS,
        scope=SCOPE,
        include=optional(
            comparisons=COMPARED,
            elsewhere={
                "type": "boolean",
                "description": "Where those went who did not reach the next step.",
            },
        ),
    ),
    "FunnelStep": optional(
        ("name", "visitors", "share_of_start", "share_of_previous", "dropped"),
        name=TEXT,
        visitors=COUNT,
        share_of_start=PERCENT,
        share_of_previous=PERCENT,
        dropped={**COUNT, "description": "Who took the step before, and not this one."},
        comparison=fixed(visitors=COUNT, share_of_start=PERCENT),
        elsewhere=items(fixed(page=TEXT_OR_NULL, visitors=COUNT)),
    ),
    "FunnelAnswer": fixed(results=items(ref("FunnelStep")), query=QUERY),
    "JourneyQuestion": optional(
        ("site_id", "date_range"),
        **PLACED,
        start={"anyOf": [ref("Step"), {"type": "null"}]},
        path=items({"type": "string", "minLength": 1, "maxLength": LONGEST_PAGE}, 0, FARTHEST),
        direction={"enum": list(DIRECTIONS)},
        limit={"type": "integer", "minimum": 1, "maximum": MOST_STOPS},
    ),
    "JourneyAnswer": fixed(
        results=items(fixed(page=TEXT_OR_NULL, visitors=COUNT, visits=COUNT, share=PERCENT)),
        meta=fixed(visitors=COUNT, visits=COUNT),
        query=QUERY,
    ),
    "Funnel": fixed(**SAVED),
    "Funnels": fixed(funnels=items(ref("Funnel")), meta=META),
    "FunnelOfSite": fixed(domain=TEXT, **SAVED),
    "NewFunnel": optional(
        ("site_id", "name", "steps"),
        site_id=NAME,
        name={"type": "string", "minLength": 1, "maxLength": 120, "examples": ["Checkout"]},
        steps=STEPS,
        scope={"enum": [*Scope, None]},
    ),
}
