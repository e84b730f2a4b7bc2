from tracking.models.annotations import Annotation
from tracking.models.changes import Change
from tracking.models.control import Generation, TaskRun
from tracking.models.events import Event, EventLog
from tracking.models.file_salts import FileSalt, FileSalts
from tracking.models.funnels import Funnel
from tracking.models.goals import Goal
from tracking.models.imports import Import, ImportedRecords, ImportKey
from tracking.models.inbox import InboxHit, LedgerEntry, QuarantinedHit, RefusalCount
from tracking.models.keys import ApiKey
from tracking.models.links import SharedLink, WallLink
from tracking.models.money import ExchangeRate
from tracking.models.privacy import OwnIdKey, VisitorKey
from tracking.models.salts import Salt
from tracking.models.sealing import (
    Purge,
    Renaming,
    ReopenedVisit,
    SealedSegment,
    SealedShare,
)
from tracking.models.segments import Segment
from tracking.models.sites import Site, SiteAlias, Watch
from tracking.models.teams import Guest, Invitation, Member, Role, SitePlace, Team
from tracking.models.totals import Totals, TotalsChunk, TotalsTable

__all__ = [
    "Annotation",
    "ApiKey",
    "Change",
    "Event",
    "EventLog",
    "ExchangeRate",
    "FileSalt",
    "FileSalts",
    "Funnel",
    "Generation",
    "Goal",
    "Guest",
    "Import",
    "ImportKey",
    "ImportedRecords",
    "InboxHit",
    "Invitation",
    "LedgerEntry",
    "Member",
    "OwnIdKey",
    "Purge",
    "QuarantinedHit",
    "RefusalCount",
    "Renaming",
    "ReopenedVisit",
    "Role",
    "Salt",
    "SealedSegment",
    "SealedShare",
    "Segment",
    "SharedLink",
    "Site",
    "SiteAlias",
    "SitePlace",
    "TaskRun",
    "Team",
    "Totals",
    "TotalsChunk",
    "TotalsTable",
    "VisitorKey",
    "WallLink",
    "Watch",
]
