"""Files of other programs, each format in a module of its own, and which of them a file is."""

from tracking.transfer.formats.access_log import ACCESS_LOG
from tracking.transfer.formats.format import Format
from tracking.transfer.formats.goatcounter import GOATCOUNTER
from tracking.transfer.formats.matomo import MATOMO
from tracking.transfer.formats.plausible import PLAUSIBLE
from tracking.transfer.formats.sample import Sample
from tracking.transfer.formats.umami import UMAMI

FORMATS: dict[str, Format] = {
    each.name: each for each in (GOATCOUNTER, PLAUSIBLE, UMAMI, MATOMO, ACCESS_LOG)
}


def guess(sample: Sample) -> Format | None:
    """The format that recognises a file, if one does."""
    return next((each for each in FORMATS.values() if each.recognises(sample)), None)
