"""The page for portals' programmers, and the client of one file to take along; both for everybody, as the description itself is."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse

from service import client
from service.context import Here, Visitor
from service.openapi import API, CONVENTIONS
from service.pages.api_page import coded, groups, problems
from service.pages.frame import render
from service.store.webhooks import KINDS, UNIT_KINDS

router = APIRouter(include_in_schema=False)


@router.get("/api")
def described(request: Request, here: Here, who: Visitor) -> HTMLResponse:  # noqa: ARG001 - who is signed in has the menu
    """Show how a portal starts, and every operation."""
    description = request.app.openapi()
    return render(
        "api.html",
        request,
        url=here.settings.url,
        openapi=f"{API}/openapi.json",
        conventions=[(what, coded(how)) for what, how in CONVENTIONS],
        groups=groups(description),
        problems=problems(description),
        kinds=KINDS,
        unit_kinds=UNIT_KINDS,
    )


@router.get("/api/client.py")
def taken() -> FileResponse:
    """Return the client."""
    return FileResponse(Path(client.__file__), media_type="text/x-python", filename="screening_client.py")
