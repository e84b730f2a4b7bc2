"""`make bench`: every benchmark, one after another."""

import subprocess
import sys

BENCHMARKS = (
    "bench_live_latency",
    "bench_dashboards",
    "bench_readers",
    "bench_accept",
    "bench_enrich",
    "bench_road",
    "bench_queries",
    "bench_warehouse",
    "bench_retention",
    "bench_behaviour",
    "bench_pages",
    "bench_stores",
    "bench_import",
    "bench_import_formats",
    "bench_import_logs",
    "bench_totals",
    "bench_disk",
    "bench_memory",
    "bench_enrichment_libraries",
)

if __name__ == "__main__":
    failed = False
    for name in BENCHMARKS:
        print(f"\n== {name}", flush=True)
        failed |= bool(subprocess.run([sys.executable, "-m", f"tests.bench.{name}"]).returncode)
    sys.exit(failed)
