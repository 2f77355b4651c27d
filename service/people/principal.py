"""Who is asking: a person with a session or a program with a key; and what they may."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from service.errors import ServiceError
from service.store.sight import Sight


class Role(enum.StrEnum):
    """What somebody is. ``label`` is what a person reads."""

    SUBMITTER = "submitter"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"submitter": "报送单位", "reviewer": "评审", "administrator": "管理员"}[self.value]


class Scope(enum.StrEnum):
    """What a key may do, within what its role may. People have all scopes of their role."""

    READ = "read"  # lists, reports, sheets, originals of what the role may see
    WRITE = "write"  # hand in, check, withdraw
    DECIDE = "decide"
    MANAGE = "manage"  # users, keys, webhooks, rulebooks, archive, retention


SCOPES: Final = {
    Role.SUBMITTER: frozenset({Scope.READ, Scope.WRITE}),
    Role.REVIEWER: frozenset({Scope.READ, Scope.DECIDE}),
    Role.ADMINISTRATOR: frozenset(Scope),
}
ALL_SCOPES: Final = frozenset(Scope)
ALL_BATCHES: Final = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Somebody who was recognised.

    ``batches`` are those a reviewer is assigned to, with whether blind; :data:`ALL_BATCHES` means all. ``session`` is the hash of the
    session, "" for a key.
    """

    id: str  # "user:ID" or "key:ID": as it stands in created_by and audit
    name: str
    role: Role
    unit: str = ""
    unit_key: str = ""
    scopes: frozenset[Scope] = frozenset()
    batches: dict[str, bool] = field(default_factory=dict)
    session: str = ""
    csrf: str = ""

    @property
    def user(self) -> str | None:
        """Id of the account, None for a key."""
        return self.id.removeprefix("user:") if self.id.startswith("user:") else None

    def need(self, scope: Scope, roles: Collection[Role] = tuple(Role)) -> None:
        """Raise :class:`ServiceError` 403 unless this role and scope suffice."""
        if self.role not in roles:
            wanted = "、".join(r.label for r in roles)
            raise ServiceError(403, "forbidden.role", f"这项操作只有{wanted}可以做", "如确有需要，请联系管理员。")
        if scope not in self.scopes:
            raise ServiceError(
                403, "forbidden.scope", f"这个密钥没有“{scope.value}”权限", "请管理员另发一个带此权限的密钥。"
            )

    def assigned(self, batch: str | None) -> bool:
        """Whether a reviewer is assigned to a batch; None are the submissions without one."""
        return ALL_BATCHES in self.batches or (batch is not None and batch in self.batches)

    def blind(self, batch: str | None) -> bool:
        """Whether names are hidden from this person: for reviewers unless the assignment says otherwise."""
        if self.role is not Role.REVIEWER:
            return False
        return self.batches.get(batch or ALL_BATCHES, self.batches.get(ALL_BATCHES, True))

    def sight(self) -> Sight:
        """Return what this person may see."""
        blind = self.role is Role.REVIEWER and any(self.batches.values())
        if self.role is Role.ADMINISTRATOR or (self.role is Role.REVIEWER and ALL_BATCHES in self.batches):
            return Sight(everything=True, blind=blind)
        if self.role is Role.SUBMITTER:
            return Sight(unit_key=self.unit_key)
        return Sight(batches=tuple(sorted(self.batches)), blind=blind)
