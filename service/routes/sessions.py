"""Signing in and out by the interface, and who one is."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from service.context import Asker, Here, from_address
from service.people import accounts, sessions
from service.people.answers import Me, SignIn
from service.people.cookies import let_in, own_form
from service.people.principal import Principal
from service.routes.pages_people import let_in, own_form

router = APIRouter(prefix="/api/v1", tags=["登录与账号"])
