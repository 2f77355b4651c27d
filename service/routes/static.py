"""Style sheets and scripts: their address carries their hash, so browsers keep them for good."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import FileResponse

from service.errors import not_found
from service.pages import frame

router = APIRouter()
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@router.get("/static/{digest}/{name:path}", include_in_schema=False)
def static(digest: str, name: str) -> FileResponse:
    """Return a file. An old address gives the present file, but no browser keeps it under that."""
    there = {
        found.relative_to(frame.STATIC).as_posix(): found for found in frame.STATIC.rglob("*") if found.suffix in _KINDS
    }
    if name not in there:
        raise not_found("这个文件")
    present = frame.static(name) == f"/static/{digest}/{name}"
    cache = "public, max-age=31536000, immutable" if present else "no-cache"
    return FileResponse(there[name], media_type=_KINDS[there[name].suffix], headers={"Cache-Control": cache})
