"""The tables of the service, the same on SQLite and PostgreSQL, beside those of the archive. Changes come as Alembic migrations.

Personal data has two homes only: ``service_author`` and the sealed bodies (originals, cases, reports). Every other column may be logged.
"""

from service.store.schema.around import audit, delivery, event, idempotency, secret, webhook, worker
from service.store.schema.cases import SORTS, WAITING, assignment, author, batch, case, chunk, file, submission, words
from service.store.schema.columns import ID, REVISION, metadata
from service.store.schema.offices import activation, removal, rulebook, task
from service.store.schema.opinions import choice, decision, exclusion, memory, score
from service.store.schema.people import key, link, session, signin, user, view
from service.store.schema.results import OTHERS, finding, mention, pair, run

__all__ = [
    "ID",
    "OTHERS",
    "REVISION",
    "SORTS",
    "WAITING",
    "activation",
    "assignment",
    "audit",
    "author",
    "batch",
    "case",
    "choice",
    "chunk",
    "decision",
    "delivery",
    "event",
    "exclusion",
    "file",
    "finding",
    "idempotency",
    "key",
    "link",
    "memory",
    "mention",
    "metadata",
    "pair",
    "removal",
    "rulebook",
    "run",
    "score",
    "secret",
    "session",
    "signin",
    "submission",
    "task",
    "user",
    "view",
    "webhook",
    "words",
    "worker",
]
