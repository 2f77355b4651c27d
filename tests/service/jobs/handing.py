"""What the tests of the work hand in: files and zips, straight into the store."""

import hashlib
import io
import zipfile
from functools import cache

from sqlalchemy import insert, select, update

from screening.intake.gather import case_id
from service.moment import new_id, now
from service.store import files, submissions
from service.store.schema import batch, submission
from service.store.submissions import Handed
from tests.writing import case_lines, docx


@cache  # a .docx holds the time at which it was written
def text_of(seed, paragraphs=6):
    return docx(case_lines(seed, paragraphs))


def keep(tx, store, data):
    stream = io.BytesIO(data)
    sha256, size = files.digest_of(stream)
    files.keep(tx, store.sealer, stream, sha256, size)
    return sha256


def hand_in(store, data, name="案例.docx", **more):
    with store.write() as tx:
        handed = Handed(sha256=keep(tx, store, data), file=name, case=case_id(name), by="key:test", **more)
        return submissions.hand_in(tx, store.sealer, handed)


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def open_batch(store, data=None, manifest=None, state=None, **more):
    batch_id = new_id()
    with store.write() as tx:
        row = {
            "id": batch_id,
            "state": state or ("unpacking" if data else "open"),
            "created": now(),
            "created_by": "key:test",
        }
        if data:
            row["archive"] = keep(tx, store, data)
        if manifest:
            row |= {"manifest": keep(tx, store, manifest), "manifest_name": "清单.csv"}
        tx.execute(insert(batch), row | more)
    return batch_id


def row_of(store, submission_id):
    with store.read() as tx:
        return tx.execute(select(submission).where(submission.c.id == submission_id)).mappings().one()


def members(store, batch_id):
    with store.read() as tx:
        query = select(submission).where(submission.c.batch == batch_id).order_by(submission.c.id)
        return tx.execute(query).mappings().all()


def alter(store, submission_id, **values):
    with store.write() as tx:
        tx.execute(update(submission).where(submission.c.id == submission_id).values(**values))


def digest(data):
    return hashlib.sha256(data).hexdigest()
