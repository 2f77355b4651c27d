"""A client for portals in one file: standard library only, made to be copied.

    from client import Client

    screening = Client("https://shencha.example.cn", "csk_…")
    submission = screening.submit("案例.docx", unit="白麓大学", project="国培计划")
    report = screening.report(submission["id"])          # waits until it is there
    print(report["verdict"], report["reuse"]["rates"]["total"] if report["reuse"] else None)

Requests that fail on the way are repeated with the same ``Idempotency-Key``, so that nothing is handed in twice; "later" (429, 503) is
honoured by waiting as long as the service asks for. Errors are :class:`Problem`: a status, a stable code, a sentence, an advice.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import mimetypes
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TRIES = 5
LONGEST_WAIT = 60.0  # seconds between two tries
TOLERANCE = 300  # seconds that a webhook's time may be off


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it so
    """What the service refused: ``status``, ``code``, the sentence (``str``), ``advice``, and the whole ``body``."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(body.get("title", f"HTTP {status}"))
        self.status, self.body = status, dict(body)
        self.code, self.advice = str(body.get("code", "")), str(body.get("advice", ""))


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the key would go along, to wherever it leads."""

    def redirect_request(self, *_: Any) -> None:
        """Give up; the answer is reported as it is."""


_OPENER = urllib.request.build_opener(_Straight)


class Client:
    """Speaks to one service with one key. ``timeout`` is for one request, in seconds."""

    def __init__(self, url: str, key: str, *, timeout: float = 60.0) -> None:
        self.url, self.timeout = url.rstrip("/"), timeout
        self._headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}

    # -- handing in -------------------------------------------------------------------------------------------------------

    def submit(
        self, file: str | Path, *, form: str | Path | None = None, key: str = "", **fields: str
    ) -> dict[str, Any]:
        """Hand in one case; ``fields`` are kind, title, unit, unit_type, project, author, received, batch, replaces …

        ``key`` makes it repeatable across restarts of your own program; without one each call is a submission of its own.
        """
        files = {"file": Path(file)} | ({"form": Path(form)} if form else {})
        return self._json(
            "POST", "/submissions", *_multipart(fields, files), {"Idempotency-Key": key or str(uuid.uuid4())}
        )

    def submit_batch(
        self, archive: str | Path, *, manifest: str | Path | None = None, key: str = "", **fields: str
    ) -> dict[str, Any]:
        """Hand in a zip with an optional list (xlsx or csv); ``fields`` are name, rulebook, unit …"""
        files = {"file": Path(archive)} | ({"manifest": Path(manifest)} if manifest else {})
        return self._json("POST", "/batches", *_multipart(fields, files), {"Idempotency-Key": key or str(uuid.uuid4())})

    def check(self, file: str | Path, **fields: str) -> dict[str, Any]:
        """Return the report on a case of which nothing is kept."""
        return self._json("POST", "/checks", *_multipart(fields, {"file": Path(file)}))

    # -- results ----------------------------------------------------------------------------------------------------------

    def submission(self, submission_id: str) -> dict[str, Any]:
        """Return what is known of a submission."""
        return self._json("GET", f"/submissions/{submission_id}")

    def report(self, submission_id: str, *, wait: float = 300.0) -> dict[str, Any]:
        """Return the newest report, waiting up to ``wait`` seconds for it. Raises :class:`TimeoutError`."""
        end = time.monotonic() + wait
        while True:
            found = self.submission(submission_id)
            if found["report"] and found["state"] in ("done", "failed"):
                return self._json("GET", f"/submissions/{submission_id}/report")
            if time.monotonic() > end:
                raise TimeoutError(f"{submission_id}: {found['state']}")
            time.sleep(1)

    def submissions(self, **filters: str) -> Iterator[dict[str, Any]]:
        """Yield submissions page by page; ``filters`` are those of GET /submissions (batch, verdict, q, sort …)."""
        path = f"/submissions?{urllib.parse.urlencode(filters)}"
        while path:
            page = self._json("GET", path)
            yield from page["items"]
            path = (page["next"] or "").removeprefix("/api/v1")

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """Return anything else that the interface tells as JSON: ``get("/pairs", batch=…)``, see the service's page /api."""
        return self._json("GET", f"{path}?{urllib.parse.urlencode(query)}" if query else path)

    def decide(
        self, submission_id: str, what: str, *, version: int, note: str = "", finding: str = ""
    ) -> dict[str, Any]:
        """Decide; raises :class:`Problem` 409 with ``body["present"]`` if somebody else was faster."""
        body = json.dumps({"what": what, "version": version, "note": note, "finding": finding}).encode()
        return self._json("POST", f"/submissions/{submission_id}/decisions", body, "application/json")

    def delete(self, submission_id: str, reason: str) -> dict[str, Any]:
        """Delete a submission with every trace; only with a key of an administrator. There is no way back."""
        return self._json("DELETE", f"/submissions/{submission_id}?{urllib.parse.urlencode({'reason': reason})}")

    # -- the wire ---------------------------------------------------------------------------------------------------------

    def _json(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        kind: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        repeatable = method == "GET" or "Idempotency-Key" in (headers or {})
        sent = self._headers | ({"Content-Type": kind} if kind else {}) | dict(headers or {})
        for n in range(TRIES):
            request = urllib.request.Request(f"{self.url}/api/v1{path}", body, sent, method=method)  # noqa: S310 - the address is the caller's
            try:
                with _OPENER.open(request, timeout=self.timeout) as answer:
                    found: dict[str, Any] = json.load(answer)
                    return found
            except urllib.error.HTTPError as error:
                problem = Problem(error.code, _body(error))
                later = error.headers.get("Retry-After", "")
                if n + 1 == TRIES or error.code not in (429, 502, 503, 504) or not (repeatable or later):
                    raise problem from None
                time.sleep(min(LONGEST_WAIT, float(later) if later.isdigit() else 2.0**n))
            except (OSError, http.client.HTTPException):  # cut off on the way
                if n + 1 == TRIES or not repeatable:
                    raise
                time.sleep(2.0**n)
        raise AssertionError("unreachable")


def _body(error: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        found = json.load(error)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _multipart(fields: Mapping[str, str], files: Mapping[str, Path]) -> tuple[bytes, str]:
    """Return body and content type after RFC 7578; names of files go as UTF-8, as browsers send them."""
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for name, path in files.items():
        shown = path.name.replace('"', "%22").replace("\r", "").replace("\n", "")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{shown}"\r\nContent-Type: {kind}\r\n\r\n'
        parts += [head.encode(), path.read_bytes(), b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """Return the message of a webhook that was really sent by the service. Raises :class:`ValueError` for any other.

    After Standard Webhooks: HMAC-SHA256 over "id.time.body" with the secret after ``whsec_``. Keep the ids that you have
    handled: a message may come more than once.
    """
    found = {k.lower(): v for k, v in headers.items()}
    message_id, at = found.get("webhook-id", ""), found.get("webhook-timestamp", "")
    if not at.isdigit() or abs(time.time() - int(at)) > TOLERANCE:
        raise ValueError("webhook: too old, or no time")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, f"{message_id}.{at}.".encode() + body, hashlib.sha256).digest()).decode()
    given = [s.partition(",")[2] for s in found.get("webhook-signature", "").split() if s.startswith("v1,")]
    if not any(hmac.compare_digest(wanted.encode(), s.encode()) for s in given):
        raise ValueError("webhook: signature does not fit")
    message: dict[str, Any] = json.loads(body)
    return message
