"""Figures as they travel between processes, and how those of several become one.

A family is what `prometheus_client` collects under one name: counters and histograms that are the
same in several processes are added up, and so are gauges; what describes one process is kept apart.
"""

from collections.abc import Iterable

from msgspec import Struct
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

# Of the interpreter and the process itself.
OF_A_PROCESS = ("process_", "python_")
# What goes on counting when its process has ended.
LASTING = ("counter", "histogram")

Labels = tuple[tuple[str, str], ...]


class Sample(Struct, array_like=True):
    name: str
    labels: Labels
    value: float


class Family(Struct, array_like=True):
    name: str
    type: str
    help: str
    samples: list[Sample]

    @property
    def is_of_a_process(self) -> bool:
        return self.name.startswith(OF_A_PROCESS)


def collected(registry: CollectorRegistry, process: str, number: int) -> list[Family]:
    """What a process has counted; its kind and number (pid) are labels of what describes it."""
    found = []
    for metric in registry.collect():
        family = Family(metric.name, metric.type, metric.documentation, [])
        own = (("process", process), ("pid", str(number))) if family.is_of_a_process else ()
        family.samples = [
            Sample(each.name, (*sorted(each.labels.items()), *own), each.value)
            for each in metric.samples
            # The time at which counting began, for each label: of no use once added up.
            if not each.name.endswith("_created")
        ]
        found.append(family)
    return found


def added(several: Iterable[list[Family]]) -> list[Family]:
    """One family a name, with the sums of samples that have the same name and labels."""
    heads: dict[str, Family] = {}
    sums: dict[str, dict[tuple[str, Labels], float]] = {}
    for families in several:
        for family in families:
            heads.setdefault(family.name, family)
            own = sums.setdefault(family.name, {})
            for sample in family.samples:
                key = (sample.name, sample.labels)
                own[key] = own.get(key, 0.0) + sample.value
    return [
        Family(
            name,
            head.type,
            head.help,
            [Sample(*key, value) for key, value in sums[name].items()],
        )
        for name, head in heads.items()
    ]


def lasting(families: Iterable[Family]) -> list[Family]:
    return [each for each in families if each.type in LASTING and not each.is_of_a_process]


def metric(family: Family) -> Metric:
    """As `prometheus_client` writes it."""
    made = Metric(family.name, family.help, family.type)
    for sample in family.samples:
        made.add_sample(sample.name, dict(sample.labels), sample.value)
    return made
