"""``screening-service user …`` and ``screening-service key …``: accounts and keys from the machine itself, when nobody can sign in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from service.settings import Settings
    from service.store.database import Store

user = typer.Typer(no_args_is_help=True, help="账号：添加、列出、重置密码、停用")
key = typer.Typer(no_args_is_help=True, help="接口密钥：发放、列出、撤销")

BY = "command-line"
Login = Annotated[str, typer.Argument(help="登录名", show_default=False)]
RoleName = Annotated[str, typer.Option("--role", help="角色：submitter 报送单位，reviewer 评审，administrator 管理员")]
Unit = Annotated[str, typer.Option("--unit", help="单位全称；报送单位必填")]


def _where(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option("--data", help="数据文件夹。")] = None,
    database: Annotated[str | None, typer.Option("--database", help="数据库地址。")] = None,
) -> None:
    context.obj = {"data": data, "database": database}


user.callback()(_where)
key.callback()(_where)


@user.command("add")
def add_user(
    context: typer.Context,
    login: Login,
    role: RoleName = "reviewer",
    name: Annotated[str, typer.Option("--name", help="姓名")] = "",
    unit: Unit = "",
) -> None:
    """新建账号，打印设置密码的一次性链接。"""
    from service.people import accounts

    with _opened(context) as (store, settings):
        _, link = accounts.create(store, settings, login=login, name=name, role=_role(role), unit=unit, by=BY)
        typer.echo(f"请把这个链接交给本人（{settings.link_hours} 小时内有效，只能用一次）：\n{link}")


@user.command("list")
def list_users(context: typer.Context) -> None:
    """列出账号：登录名、角色、单位、是否停用。"""
    from service.moment import shown
    from service.people.principal import Role
    from service.store import users

    with _opened(context) as (store, _), store.read() as tx:
        after = ""
        while rows := users.listed(tx, after=after):
            for row in rows:
                role = Role(row["role"]).label if row["role"] else "尚未开通"
                state = "" if row["active"] else "已停用"
                _line(row["login"], row["name"], role, row["unit"], state, shown(row["seen"]) or "未登录过")
            after = rows[-1]["id"]


@user.command("reset")
def reset_user(context: typer.Context, login: Login) -> None:
    """打印重置密码的一次性链接，同时解除锁定。"""
    from service.people import accounts

    with _opened(context) as (store, settings):
        link = accounts.make_link(store, settings, _find(store, login)["id"], by=BY)
        typer.echo(f"请把这个链接交给本人（{settings.link_hours} 小时内有效，只能用一次）：\n{link}")


@user.command("disable")
def disable_user(context: typer.Context, login: Login) -> None:
    """停用账号：立即退出，不能再登录；由此人发出的密钥仍有效，会提示。"""
    from service.people import accounts
    from service.store import users

    with _opened(context) as (store, _):
        row = _find(store, login)
        accounts.change(store, row["id"], row["version"], by=BY, active=False)
        with store.read() as tx:
            _, keys = users.counts(tx, row["id"])
        typer.echo(f"已停用 {row['login']}。" + (f"此人发出的 {keys} 个密钥仍有效，请检查。" if keys else ""))


@key.command("add")
def add_key(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="名字，便于日后辨认", show_default=False)],
    role: RoleName = "submitter",
    unit: Unit = "",
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="权限：read、write、decide、webhooks、manage，可重复；不写为该角色的全部"),
    ] = None,
    batch: Annotated[list[str] | None, typer.Option("--batch", help="评审的密钥看哪些批次，可重复；* 为全部")] = None,
    named: Annotated[bool, typer.Option("--named", help="评审时看得到姓名与单位；默认匿名")] = False,
    days: Annotated[int, typer.Option("--days", min=0, max=3650, help="多少天后到期；0 为设置里的天数")] = 0,
) -> None:
    """发一个密钥，只打印这一次。"""
    from service.moment import shown
    from service.people import keys

    with _opened(context) as (store, settings):
        _, secret, end = keys.issue(
            store,
            name=name,
            role=_role(role),
            unit=unit,
            scopes=[_scope(s) for s in scope or ()],
            batches=dict.fromkeys(batch or (), not named),
            days=days or settings.key_days,
            by=BY,
        )
        typer.echo(secret)
        typer.echo(f"密钥只显示这一次，{(shown(end) or '')[:10]} 到期。", err=True)


@key.command("list")
def list_keys(context: typer.Context) -> None:
    """列出密钥：编号、开头几位、名字、角色、单位、到期。"""
    from service.moment import shown
    from service.people.principal import Role
    from service.store import keys as rows

    with _opened(context) as (store, _), store.read() as tx:
        for row in rows.listed(tx):
            end = "已撤销" if row["revoked"] else f"{(shown(row['expires']) or '')[:10]} 到期"
            _line(row["id"], f"{row['prefix']}…", row["name"], Role(row["role"]).label, row["unit"], end)


@key.command("revoke")
def revoke_key(
    context: typer.Context, key_id: Annotated[str, typer.Argument(help="编号，见 key list", show_default=False)]
) -> None:
    """立即撤销密钥。"""
    from service.store import keys as rows
    from service.store.database import note

    with _opened(context) as (store, _):
        with store.write() as tx:
            done = rows.revoke(tx, key_id)
            if done:
                note(tx, BY, "key.revoke", key_id)
        if not done:
            _stop("没有这个编号的有效密钥", "编号见：screening-service key list")
        typer.echo("已撤销。")


@contextmanager
def _opened(context: typer.Context) -> Iterator[tuple[Store, Settings]]:
    from service.settings import load_settings
    from service.store.database import Store

    settings = load_settings(**context.obj)
    settings.data.mkdir(parents=True, exist_ok=True)
    store = Store.open(settings.database_url, settings.key_bytes, old=settings.old_key_bytes)
    try:
        yield store, settings
    finally:
        store.close()


def _find(store: Store, login: str) -> Any:
    from service.people.passwords import fold_login
    from service.store import users

    with store.read() as tx:
        row = users.by_login(tx, fold_login(login))
    if row is None:
        _stop("没有这个账号", "登录名见：screening-service user list")
    return row


def _role(name: str) -> Any:
    from service.people.principal import Role

    return _one_of(Role, name, "角色")


def _scope(name: str) -> Any:
    from service.people.principal import Scope

    return _one_of(Scope, name, "权限")


def _one_of(kind: Any, name: str, what: str) -> Any:
    if name not in list(kind):
        _stop(f"没有这种{what}：{name}", f"可以是：{'、'.join(kind)}")
    return kind(name)


def _line(*words: str) -> None:
    typer.echo("\t".join(words))


def _stop(message: str, advice: str) -> NoReturn:
    from screening.errors import UsageError

    raise UsageError("people", message, advice)
