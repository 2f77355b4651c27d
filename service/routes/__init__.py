"""The answers: one file a subject, each with a ``router``; BEING HERE IS THE REGISTRATION."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from fastapi import APIRouter


def routers() -> Iterator[APIRouter]:
    """Yield the router of every file in this folder, in the order of their names."""
    for found in sorted(iter_modules(__path__), key=lambda m: m.name):
        router = getattr(import_module(f"{__name__}.{found.name}"), "router", None)
        if router is not None:
            yield router
