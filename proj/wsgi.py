import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "proj.settings")

from proj import process, stopping
from proj.metrics.shared import sharing

process.named(process.PAGES)
sharing()
stopping.watch()

application = get_wsgi_application()
