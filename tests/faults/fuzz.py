"""Mutations through the whole of intake and screening: ``python -m tests.faults.fuzz 5000``; exit code 1 if one of them got no answer."""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from screening.errors import ScreeningError
from screening.intake.assemble import assemble
from screening.intake.gather import gather
from screening.pipeline import Setting, screen, vocabulary
from screening.rulebook import load_rulebook
from tests.faults.mutations import stream
from tests.faults.watching import readers, resident

# Codes that say that the program failed, not the file: none of them may come.
FAILURES = frozenset({"internal", "crashed", "no_reader", "memory", "timeout"})


def answers(path, names, setting):
    """Yield (outcome, "" or what failed) of a file, or of each file in a zip."""
    try:
        found = gather(path)
    except ScreeningError as error:  # of a zip that can't be opened at all
        yield error.code, ""
        return
    except Exception as error:  # noqa: BLE001 - what this run looks for
        yield "error", repr(error)
        return
    yield from ((refused.code, "") for refused in found.refused)
    for submission in found.submissions:
        try:
            report = screen(assemble(submission, names), setting)
            broken = [f"{o.rule}: {o.reason}" for o in report.outcomes if o.status == "broken"]
            yield "screened", "; ".join(broken)
        except ScreeningError as error:
            yield error.code, f"{error.code}: {error.message}" if error.code in FAILURES else ""
        except Exception as error:  # noqa: BLE001 - what this run looks for
            yield "error", repr(error)


def run(n, folder, seed=1):
    """Return (how often each outcome came, the failures: number and what happened, seconds of the slowest)."""
    book = load_rulebook()
    names, setting = vocabulary(book), Setting.of(book)
    outcomes, failures, slowest = Counter(), [], 0.0
    for number, suffix, data in stream(n, seed):
        path = Path(folder) / f"案例{suffix}"
        path.write_bytes(data)
        start = time.monotonic()
        for code, failure in answers(path, names, setting):
            outcomes[code] += 1
            failures += [(number, failure)] if failure else []
        slowest = max(slowest, time.monotonic() - start)
        path.unlink()
    return outcomes, failures, slowest


def main(n):
    with tempfile.TemporaryDirectory() as folder:
        run(20, folder, seed=0)  # models and the like are loaded
        before, start = resident(), time.monotonic()
        outcomes, failures, slowest = run(n, folder)
        seconds, grown = time.monotonic() - start, resident() - before
    lines = [f"{code:>20} {count:6}" for code, count in outcomes.most_common()]
    lines += [
        f"{n} in {seconds:.0f} s, slowest {slowest:.2f} s; grown by {grown / 2**20:.0f} MB; {len(readers())} child left in the pool"
    ]
    lines += [f"FAILED {number}: {what}" for number, what in failures]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000))
