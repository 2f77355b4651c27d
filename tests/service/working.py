"""All waiting work, done here and now instead of by worker processes."""

from service.jobs.kit import Kit
from service.jobs.running import run
from service.settings import Settings
from service.store import work
from service.store.database import Store


def drain(store: Store, settings: Settings) -> int:
    """Do all work that can be done now (what pauses before another attempt stays); return how many pieces that were."""
    kit, count = Kit(store, settings), 0
    while True:
        with store.write() as tx:
            leases = work.claim(tx, "drain", 60)
        if not leases:
            return count
        for lease in leases:
            run(kit, lease)
            count += 1
