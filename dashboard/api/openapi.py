"""The description of the API, OpenAPI 3.1, served at `/api/openapi.json`."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from dashboard.api import behaviour_schemas
from dashboard.api.errors import json_response, wrong_method
from dashboard.api.schemas import NAME, SCHEMAS, ref
from tracking.models.keys import Scope

Operation = dict[str, Any]

REFUSALS = {
    400: "What was sent is not right; the sentence names the part.",
    401: "There is no valid key, or it does not open the site that is asked about.",
    403: "The key has not the scope that this needs.",
    404: "There is nothing of that name which the key opens.",
    409: "Another request has just saved the same.",
    410: "The events after this id are gone, or more than 10,000 visits ago.",
    413: "The body has more than 1 MB.",
    421: "The process that was asked cannot stream.",
    429: "The key has made its requests of this hour, or has too many streams.",
}
LIMIT_HEADERS = {
    "X-RateLimit-Limit": "Requests that the key may make in an hour.",
    "X-RateLimit-Remaining": "How many of them are left.",
    "X-RateLimit-Reset": "When the hour ends, in seconds since 1970.",
}
PAGING = [
    {"name": "after", "in": "query", "schema": {"type": "string"}},
    {"name": "before", "in": "query", "schema": {"type": "string"}},
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000}},
]
GOAL_ID = {"type": "string", "pattern": "^[0-9]+$", "examples": ["1"]}
STREAM = {"text/event-stream": {"schema": {"type": "string"}}}
HEARD = [
    {"name": "types", "in": "query", "schema": {"type": "string", "examples": ["visit,goal"]}},
    {"name": "cursor", "in": "query", "schema": {"type": "string", "examples": ["17-0"]}},
    {"name": "Last-Event-ID", "in": "header", "schema": {"type": "string"}},
]
NOTE_ID = {"type": "string", "pattern": "^[0-9]+$", "examples": ["1"]}
SITE_ID = {"name": "site_id", "in": "query", "required": True, "schema": NAME}


@csrf_exempt
def openapi(request: HttpRequest) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return wrong_method(["GET"]).response()
    return json_response(DESCRIPTION)


def in_path(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def operation(
    summary: str,
    scope: Scope,
    answer: str,
    refusals: tuple[int, ...] = (),
    body: str = "",
    parameters: list[dict[str, Any]] | None = None,
) -> Operation:
    """One method of an address; `answer` and `body` are names of schemas."""
    described: Operation = {
        "summary": summary,
        "security": [{"key": [scope]}],
        "description": f"Needs a key of the scope {scope}.",
        "responses": {"200": answered("Done.", answer, LIMIT_HEADERS)}
        | {
            str(status): answered(REFUSALS[status], "Error", {})
            for status in sorted({401, 403, 429, *refusals, *((400, 413) if body else ())})
        },
    }
    if parameters:
        described["parameters"] = parameters
    if body:
        content = {"application/json": {"schema": ref(body)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def listing(summary: str, answer: str, scope: Scope = Scope.SITES_READ) -> Operation:
    """What a site has of one kind, page by page."""
    return operation(summary, scope, answer, refusals=(400, 404), parameters=[SITE_ID, *PAGING])


def saving(summary: str, answer: str, body: str, scope: Scope = Scope.SITES_WRITE) -> Operation:
    return operation(summary, scope, answer, refusals=(404, 409), body=body)


def deleting(summary: str, scope: Scope = Scope.SITES_WRITE) -> Operation:
    return operation(summary, scope, "Deleted", refusals=(404,), body="OfSite")


def answered(description: str, schema: str, headers: dict[str, str]) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": ref(schema)}},
        "headers": {
            name: {"description": words, "schema": {"type": "integer"}}
            for name, words in headers.items()
        },
    }


def streamed(described: Operation) -> Operation:
    """The operation, whose answer is a stream of what it names instead of one."""
    told = described["responses"]["200"]
    of = told["content"]["application/json"]["schema"]["$ref"]
    told |= {"description": f"A stream, whose events have each a {of} as data.", "content": STREAM}
    return described


DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Footfall",
        "version": "1",
        "description": "Figures and sites, in the words of Plausible's Stats API v2 and Sites API.",
    },
    "security": [{"key": []}],
    "paths": {
        "/api/v2/query": {
            "post": operation(
                "Ask about a site's visits", Scope.STATS_READ, "Answer", body="Question"
            )
        },
        "/api/v2/retention": {
            "post": operation(
                "Ask who came back", Scope.STATS_READ, "Cohorts", body="RetentionQuestion"
            )
        },
        "/api/v2/funnel": {
            "post": operation(
                "Ask who took some steps, one after another",
                Scope.STATS_READ,
                "FunnelAnswer",
                body="FunnelQuestion",
            )
        },
        "/api/v2/journey": {
            "post": operation(
                "Ask which pages visits saw next, or before",
                Scope.STATS_READ,
                "JourneyAnswer",
                body="JourneyQuestion",
            )
        },
        "/api/v1/stats/realtime/visitors": {
            "get": operation(
                "Visitors of the last five minutes",
                Scope.STATS_READ,
                "Visitors",
                refusals=(400,),
                parameters=[SITE_ID],
            )
        },
        "/api/v1/live/events": {
            "get": streamed(
                operation(
                    "Hear of visits, goals and alerts as they happen",
                    Scope.STATS_READ,
                    "LiveEvent",
                    refusals=(400, 404, 410, 421),
                    parameters=[SITE_ID, *HEARD],
                )
            ),
        },
        "/api/v1/sites": {
            "get": operation(
                "List the sites", Scope.SITES_READ, "Sites", refusals=(400,), parameters=PAGING
            ),
            "post": operation(
                "Add a site", Scope.SITES_WRITE, "Site", refusals=(409,), body="NewSite"
            ),
        },
        "/api/v1/sites/{site_id}": {
            "parameters": [in_path("site_id", NAME)],
            "get": operation("Read a site", Scope.SITES_READ, "Site", refusals=(404,)),
            "put": saving("Change a site's domain or time zone", "Site", "ChangedSite"),
            "delete": operation(
                "Delete a site with all its figures", Scope.SITES_WRITE, "Deleted", refusals=(404,)
            ),
        },
        "/api/v1/sites/goals": {
            "get": listing("List a site's goals", "Goals"),
            "put": saving("Find or create a goal", "GoalOfSite", "NewGoal"),
        },
        "/api/v1/sites/annotations": {
            "get": listing("List the notes on a site's charts", "Annotations"),
            "post": saving(
                "Add a note to a site's charts", "Annotation", "NewAnnotation", Scope.NOTES_WRITE
            ),
        },
        "/api/v1/sites/annotations/{note_id}": {
            "parameters": [in_path("note_id", NOTE_ID)],
            "delete": deleting("Delete a note", Scope.NOTES_WRITE),
        },
        "/api/v1/sites/funnels": {
            "get": listing("List a site's funnels", "Funnels"),
            "put": saving("Make or change the funnel of a name", "FunnelOfSite", "NewFunnel"),
        },
        "/api/v1/sites/funnels/{funnel_id}": {
            "parameters": [in_path("funnel_id", GOAL_ID)],
            "delete": deleting("Delete a funnel"),
        },
        "/api/v1/sites/shared-links": {
            "get": listing("List the links to a site's report", "SharedLinks", Scope.SITES_WRITE),
            "put": saving(
                "Find or create a link to a site's report", "SharedLink", "NewSharedLink"
            ),
        },
        "/api/v1/sites/goals/{goal_id}": {
            "parameters": [in_path("goal_id", GOAL_ID)],
            "delete": deleting("Delete a goal"),
        },
    },
    "components": {
        "schemas": SCHEMAS | behaviour_schemas.SCHEMAS,
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
    },
}
