"""What the tests of intake send."""

import io
import zipfile
from functools import cache

from tests.writing import case_lines, docx

UNIT, OTHER = "白麓大学", "临溪市第一小学"


@cache  # a .docx holds the time at which it was written
def text_of(seed=1, paragraphs=6):
    return docx(case_lines(seed, paragraphs))


def send(client, data=None, name="案例.docx", headers=None, **fields):
    files = {"file": (name, text_of() if data is None else data)}
    return client.post("/api/v1/submissions", files=files, data=fields, headers=headers)


def send_named(client, name):
    """Send a file with this very name: a client's library would escape what is odd in it."""
    disposition = f'Content-Disposition: form-data; name="file"; filename="{name}"'.encode("utf-8", "surrogatepass")
    body = b"--b\r\n" + disposition + b"\r\n\r\ntext\r\n--b--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    return client.post("/api/v1/submissions", content=body, headers=headers)


def open_batch(client, **fields):
    answer = client.post("/api/v1/batches", data={"state": "open", **fields})
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()
