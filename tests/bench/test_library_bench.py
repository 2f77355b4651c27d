"""The archive at size: adding in bulk, bytes a document, and one new case against all, beside a scan of every text."""

import hashlib
import os
import statistics
import time

import pytest

from screening.library import open_library
from screening.library.entry import Entry
from screening.reuse.compare import compare
from tests.bench import corpus
from tests.bench.figures import say

pytestmark = pytest.mark.bench

DOCUMENTS = int(os.environ.get("BENCH_ARCHIVE", "20000"))
CASES = 60
SCANNED = 100  # documents that the scan looks at; the cost of all follows by N
FASTER = 50  # times less processor time than a scan of all documents, at least


def entry(number, lines):
    text = "\n".join(lines)
    sha256 = hashlib.sha256(f"{number}{text}".encode()).hexdigest()
    return Entry(sha256=sha256, text=text, title=lines[0], unit=f"单位{number % 300}", year=2015 + number % 10)


def spent(run):
    start = time.process_time()
    out = run()
    return time.process_time() - start, out


def test_one_case_against_the_archive(tmp_path):
    path = tmp_path / "archive.db"
    made = [entry(n, lines) for n, lines in enumerate(corpus.texts(DOCUMENTS))]
    with open_library(path, create=True) as library:
        seconds, added = spent(lambda: sum(a.new for a in library.add_many(made)))
        packing, _ = spent(library.pack)
    assert added == DOCUMENTS
    size = path.stat().st_size / DOCUMENTS
    say(
        f"\n  added {DOCUMENTS}: {DOCUMENTS / (seconds + packing):.0f} documents a second of one processor; {size:.0f} bytes a document"
    )
    probes = []
    for n in range(CASES):
        own = corpus.texts(1, seed=10_000 + n)[0]
        donor = made[n * 7919 % DOCUMENTS].text.split("\n")
        probes.append((entry(n, [*own[:6], *donor[4:6], *own[6:]]).comparable(), made[n * 7919 % DOCUMENTS].id))
    with open_library(path) as library:
        library.near(probes[0][0])
        looked, compared, found = [], [], 0
        for probe, source in probes:
            assert probe.grams is not None
            looked.append(spent(lambda probe=probe: library.near(probe))[0])
            seconds, reuse = spent(lambda probe=probe: compare(probe, library))
            compared.append(seconds)
            found += any(s.id == source for s in reuse.sources)
        scan = {e.id: e for e in made[:SCANNED]}
        shingles = {probe.text[i : i + 6] for probe, _ in probes[:1] for i in range(len(probe.text) - 5)}
        slow, _ = spent(
            lambda: [len(shingles & {e.text[i : i + 6] for i in range(len(e.text) - 5)}) for e in scan.values()]
        )
    scanning = slow / SCANNED * DOCUMENTS
    say(
        f"  candidates {1000 * statistics.median(looked):.1f} ms, candidates and passages {1000 * statistics.median(compared):.1f} ms a case (median)"
    )
    say(f"  a scan of every text, extrapolated from {SCANNED}: {1000 * scanning:.0f} ms; found {found} of {CASES}")
    assert found >= 0.98 * CASES
    assert scanning / statistics.median(compared) >= FASTER
    assert size <= 12_000
