"""The site that a command is about."""

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError, connection

from tracking.models import Site
from tracking.models.sites import normalise_domain


def site_named(domain: str) -> Site:
    """Raises CommandError where there is none, or no database that Footfall has made."""
    try:
        return Site.objects.get(domain=normalise_domain(domain))
    except DatabaseError:
        if Site._meta.db_table in connection.introspection.table_names():
            raise
        raise CommandError(
            f"There is no site in {settings.DATA} yet. Run the command with the settings that the"
            " server has, FOOTFALL_DATA or DATABASE_URL among them."
        ) from None
    except Site.DoesNotExist:
        raise CommandError(f"There is no site {domain}.") from None
