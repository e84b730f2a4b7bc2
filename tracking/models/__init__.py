from tracking.models.control import Generation, TaskRun
from tracking.models.events import Event, EventLog
from tracking.models.inbox import InboxHit, LedgerEntry, QuarantinedHit, RefusalCount
from tracking.models.keys import ApiKey
from tracking.models.salts import Salt
from tracking.models.sites import Membership, Site, SiteAlias, Watch

__all__ = [
    "ApiKey",
    "Event",
    "EventLog",
    "Generation",
    "InboxHit",
    "LedgerEntry",
    "Membership",
    "QuarantinedHit",
    "RefusalCount",
    "Salt",
    "Site",
    "SiteAlias",
    "TaskRun",
    "Watch",
]
