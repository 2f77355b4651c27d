"""Is it alive, is it ready."""

from __future__ import annotations

from fastapi import APIRouter

from service.context import Here
from service.store import health

router = APIRouter(tags=["运行状况"])


@router.get("/healthz", summary="进程活着")
def alive() -> dict[str, str]:
    """Answer without touching anything."""
    return {"status": "ok"}


@router.get("/readyz", summary="可以接受请求")
def ready(here: Here) -> dict[str, str]:
    """Answer once the database answers."""
    with here.store.read() as tx:
        health.see(tx)
    return {"status": "ok"}
