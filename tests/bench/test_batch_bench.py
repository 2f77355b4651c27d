"""``screening batch`` end to end against the usual stack, on the same files in the same run: ratios, since machines differ."""

import json
import math
import os

import pytest

from tests.bench import corpus, process
from tests.bench.figures import say

pytestmark = pytest.mark.bench

SMALL = int(os.environ.get("BENCH_DOCUMENTS", "1000"))
LARGE = 4 * SMALL
TEMPLATE = max(100, SMALL // 2)
PAIRED = 100  # documents that the usual stack compares letter by letter; the cost of all pairs follows by N²
FASTER = 8  # times less processor time, at least, for a thousand; on the wall it is more, for a script like that uses one core
GROWTH = 1.15  # exponent of the processor time between SMALL and LARGE


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("bench")


def row(name, n, seconds, cpu, peak):
    each = 1000 * cpu / n
    say(f"{name:>24}  {n:6}  {seconds:8.1f}  {n / seconds:8.1f}  {cpu:8.1f}  {each:8.1f}  {peak / 2**20:8.0f}")


def screened(folder, name, n, mould=corpus.MOULD):
    source = corpus.write(folder / name, n, mould=mould)
    run = process.python("-m", "screening", "batch", source, "--out", folder / f"{name}-out")
    reports = (folder / f"{name}-out" / "report.jsonl").read_text("utf-8").splitlines()
    assert len(reports) == n
    row(name, n, run.seconds, run.cpu, run.peak)
    return run, [json.loads(line) for line in reports]


def test_batch_is_many_times_faster_than_the_usual_stack_and_grows_as_the_batch(folder):
    say(f"\n{'':>24}  {'docs':>6}  {'seconds':>8}  {'docs/s':>8}  {'cpu s':>8}  {'cpu ms':>8}  {'MB':>8}")
    small, reports = screened(folder, "batch", SMALL)
    truth = corpus.shared(corpus.texts(SMALL))
    found = {(number, s["id"]) for number, r in enumerate(reports) for s in r["reuse"]["sources"]}
    ids = [r["case"]["id"] for r in reports]
    missed = [(b, a) for b, a in truth if (b, ids[a]) not in found]
    large, _ = screened(folder, "larger-batch", LARGE)
    screened(folder, "one-template", TEMPLATE, mould=0.9)

    naive = process.python("-W", "ignore", "-m", "tests.bench.naive", folder / "batch", str(PAIRED))
    seconds = json.loads(naive.output.splitlines()[-1])
    every = math.comb(SMALL, 2)
    ratios = seconds["ratio"] / math.comb(seconds["paired"], 2) * every
    partials = seconds["partial"] / math.comb(seconds["partly"], 2) * every
    whole = seconds["read"] + seconds["cut"] + seconds["tfidf"] + ratios
    row("usual stack", SMALL, whole, whole, naive.peak)
    say(
        f"  of it, measured: reading {seconds['read']:.1f} s, jieba {seconds['cut']:.1f} s, TF-IDF and cosine {seconds['tfidf']:.1f} s; "
        f"extrapolated by N² from the pairs of {PAIRED} and {seconds['partly']}: fuzz.ratio {ratios:.0f} s; fuzz.partial_ratio, left out of the sum, {partials:.0f} s"
    )
    growth = math.log(large.cpu / small.cpu) / math.log(LARGE / SMALL)
    say(
        f"  {whole / small.cpu:.1f} times less processor time, {whole / small.seconds:.1f} times less on the wall; growth N^{growth:.2f}"
    )
    say(f"  pairs that share a paragraph: {len(truth) - len(missed)} of {len(truth)} found")
    assert whole / small.cpu >= FASTER
    assert growth <= GROWTH
    assert len(missed) <= 0.01 * len(truth)
