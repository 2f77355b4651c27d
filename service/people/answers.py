"""Bodies of requests and answers about people and keys."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from service.moment import now, shown
from service.people.principal import Role, Scope

Batches = Annotated[
    dict[str, bool],
    Field(description="评审看哪些批次：批次编号 → 是否匿名评审；编号 * 为全部", examples=[{"*": True}]),
]


class Body(BaseModel):
    """A request's body; unknown fields are refused, so that a misspelt one is not silently ignored."""

    model_config = ConfigDict(extra="forbid")


class SignIn(Body):
    """登录名与密码。"""

    login: str = Field(max_length=80, description="登录名", examples=["wang.li"])
    password: str = Field(max_length=256, description="密码")


class Me(BaseModel):
    """请求者自己。"""

    id: str = Field(description="user:编号 或 key:编号", examples=["key:01a213d2b11435f5ec613e2037e0"])
    name: str = Field(description="姓名，或密钥的名字", examples=["省平台"])
    role: Role = Field(description="角色：submitter 报送单位，reviewer 评审，administrator 管理员")
    unit: str = Field(description="单位")
    scopes: list[Scope] = Field(description="权限：read 查看，write 报送，decide 评审，webhooks 回调，manage 管理")
    batches: Batches
    csrf: str | None = Field(description="用会话登录时，改动类请求要带的 X-CSRF-Token；密钥不需要")


class NewUser(Body):
    """要新建的账号。"""

    login: str = Field(max_length=80, description="登录名，不分大小写", examples=["wang.li"])
    name: str = Field("", max_length=80, description="姓名", examples=["王丽"])
    role: Role = Field(description="角色")
    unit: str = Field("", max_length=200, description="单位全称；报送单位必填", examples=["白麓大学"])


class ChangeUser(Body):
    """要改的内容；没有写的不变。"""

    version: int = Field(ge=1, description="读到的版本号；别人先改过时答 409")
    name: str | None = Field(None, max_length=80, description="姓名", examples=["王丽"])
    role: Role | None = Field(None, description="角色")
    unit: str | None = Field(None, max_length=200, description="单位全称")
    active: bool | None = Field(None, description="false 为停用：立即退出，不能再登录；true 为恢复")


class User(BaseModel):
    """一个账号。"""

    id: str = Field(description="编号")
    login: str = Field(description="登录名")
    name: str = Field(description="姓名", examples=["王丽"])
    role: Role | None = Field(description="角色；null 为从别处登录、尚未开通")
    unit: str = Field(description="单位")
    provider: str = Field(description="用哪里的账号登录；空为本系统的密码")
    active: bool = Field(description="false 为已停用")
    locked_until: str | None = Field(description="连续输错密码，锁定到什么时候")
    created: str = Field(description="建立时间")
    seen: str | None = Field(description="最近一次登录的时间")
    version: int = Field(description="版本号，修改时带上")
    batches: Batches = {}
    sessions: int | None = Field(None, description="现有几处登录着")
    keys: int | None = Field(None, description="由此人发出、仍有效的密钥数；停用账号时请一并检查")

    @classmethod
    def of(cls, row: Any, **more: Any) -> User:
        """Return the answer for a row of the table."""
        locked = row["locked_until"]
        return cls(
            **{k: row[k] for k in ("id", "login", "name", "unit", "active", "version")},
            role=row["role"] or None,
            provider=row["issuer"],
            locked_until=shown(locked) if locked and locked > now() else None,
            created=shown(row["created"]) or "",
            seen=shown(row["seen"]),
            **more,
        )


class Users(BaseModel):
    """一页账号。"""

    items: list[User] = Field(description="账号，先建的在前")
    next: str | None = Field(description="下一页的 after；null 为没有了")


class Link(BaseModel):
    """设置密码的一次性链接，只显示这一次。"""

    user: str = Field(description="账号编号")
    link: str = Field(description="请交给本人；用过一次或到期即失效", examples=["https://shencha.example.cn/links/…"])


class Assignment(Body):
    """怎样评审一批。"""

    blind: bool = Field(default=True, description="true 为匿名评审：看不到姓名与单位")


class NewKey(Body):
    """要发的密钥。"""

    name: str = Field(min_length=1, max_length=80, description="名字，便于日后辨认", examples=["省平台"])
    role: Role = Field(description="角色")
    unit: str = Field("", max_length=200, description="单位全称；报送单位的密钥必填")
    scopes: list[Scope] = Field([], description="权限；空为该角色的全部权限")
    batches: Batches = {}
    days: int | None = Field(None, ge=1, le=3650, description="多少天后到期；空为设置里的天数")


class Key(BaseModel):
    """一个密钥；密钥本身只在发出时显示一次。"""

    id: str = Field(description="编号")
    prefix: str = Field(description="密钥的开头几位", examples=["csk_Xy12AbCd"])
    name: str = Field(description="名字", examples=["省平台"])
    role: Role = Field(description="角色")
    unit: str = Field(description="单位")
    scopes: list[Scope] = Field(description="权限")
    batches: Batches
    created: str = Field(description="发出时间")
    expires: str = Field(description="到期时间")
    revoked: str | None = Field(description="撤销时间")
    seen: str | None = Field(description="最近一次使用的时间")

    @classmethod
    def of(cls, row: Any) -> Key:
        """Return the answer for a row of the table."""
        times: dict[str, Any] = {k: shown(row[k]) for k in ("created", "expires", "revoked", "seen")}
        return cls(**{k: row[k] for k in ("id", "prefix", "name", "role", "unit", "scopes", "batches")}, **times)


class Issued(BaseModel):
    """刚发出的密钥。"""

    id: str = Field(description="编号")
    key: str = Field(description="密钥，只显示这一次，请妥善保存", examples=["csk_…"])
    expires: str = Field(description="到期时间")
