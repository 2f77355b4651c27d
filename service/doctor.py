"""Looks at an installation as a whole: one line a subject, with what to do about it."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Final

from screening import __version__
from screening.errors import ScreeningError
from screening.intake import boundary
from screening.library.transfer import verify
from screening.rulebook import load_rulebook
from screening.topic.model import SHIPPED, load_model, model_place
from service.moment import now
from service.readiness import FULL, LOW, MB
from service.settings import Settings
from service.store import backup, health
from service.store.database import Store

OK, NOTE, WRONG = "✓", "!", "✗"
_PAPER_FONTS: Final = (
    "仿宋",
    "FangSong",
    "Noto Serif CJK",
    "Noto Sans CJK",
    "Source Han",
    "WenQuanYi",
    "方正",
    "宋体",
    "SimSun",
)
_MEMORY: Final = 512  # MB that a worker may take


@dataclass(frozen=True, slots=True)
class Line:
    """What was found: a mark, the subject, a sentence, and what to do."""

    mark: str
    subject: str
    said: str
    advice: str = ""


def examine(settings: Settings) -> Iterator[Line]:
    """Yield a line a subject. Nothing is made or changed."""
    yield _version()
    yield from basics(settings)
    for look in (_fonts, _memory, _limits):
        yield look(settings)
    yield from _database(settings)


def basics(settings: Settings) -> Iterator[Line]:
    """Yield what `settings check` looks at too: folder, disk, rulebook, models, converter."""
    yield from _folder(settings)
    yield _tried("规则集", lambda: f"{load_rulebook(settings.rulebook).title}")
    for kind in SHIPPED:
        yield _tried(f"切题模型 {kind}", lambda kind=kind: load_model(model_place(kind, settings.models)).sha256[:12])  # type: ignore[misc]  # a lambda's default
    yield _converter()


def database(settings: Settings) -> Line:
    """Say whether the database can be reached; one that is not there yet will be made at the first start."""
    if not settings.database and not Path(settings.database_url).exists():
        return Line(NOTE, "数据库", f"{settings.database_url} 还没有", "第一次启动时会自动建立。")
    try:
        with _opened(settings) as store, store.read() as tx:
            size = health.work(tx, settings.lease_seconds).size
    except ScreeningError as error:
        return Line(WRONG, "数据库", error.message, error.advice)
    return Line(OK, "数据库", f"{store.engine.dialect.name}，{size / MB:.0f} MB")


def glance(settings: Settings, store: Store) -> Iterator[Line]:
    """Yield what :func:`examine` looks at in a service that runs, but for every row of the archive: that takes as long as it is large."""
    yield _version()
    yield from basics(settings)
    for look in (_fonts, _memory, _limits):
        yield look(settings)
    yield from _inside(settings, store, archive=False)


def _version() -> Line:
    return Line(
        OK, "版本", f"案例智审 {__version__}，Python {platform.python_version()}，SQLAlchemy {version('sqlalchemy')}"
    )


@contextmanager
def _opened(settings: Settings) -> Iterator[Store]:
    store = Store.open(settings.database_url, settings.key_bytes, old=settings.old_key_bytes, migrate=False)
    try:
        yield store
    finally:
        store.close()


def _tried(subject: str, look: Callable[[], str]) -> Line:
    try:
        return Line(OK, subject, look())
    except ScreeningError as error:
        return Line(WRONG, subject, error.message, error.advice)


def _folder(settings: Settings) -> Iterator[Line]:
    folder = settings.data
    there = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    if not os.access(there, os.W_OK | os.X_OK) or (folder.exists() and not folder.is_dir()):
        yield Line(WRONG, "数据文件夹", f"{folder} 写不了", "请核对权限，或用设置 data 换一个位置。")
        return
    if folder.exists() and sys.platform != "win32" and folder.stat().st_mode & 0o077:
        yield Line(NOTE, "数据文件夹", f"{folder} 别的账号也能看", f"请运行：chmod 700 {folder}")
    else:
        yield Line(OK, "数据文件夹", f"{folder}" + ("" if folder.exists() else "（第一次启动时建立）"))
    free = shutil.disk_usage(there).free
    mark, advice = (
        (WRONG, "已经收不了材料，请马上清理磁盘。")
        if free < FULL
        else (NOTE, "请清理磁盘，或换大一些的磁盘。")
        if free < LOW
        else (OK, "")
    )
    yield Line(mark, "磁盘", f"剩余 {free / MB:,.0f} MB", advice)


def _converter() -> Line:
    if not (found := shutil.which("soffice") or shutil.which("libreoffice")):
        return Line(
            NOTE, "LibreOffice", "没有安装，部分旧格式读不了", "Debian、Ubuntu：apt-get install libreoffice-writer"
        )
    return Line(OK, "LibreOffice", found)


def _fonts(_: Settings) -> Line:
    if shutil.which("fc-list") is None:
        return Line(NOTE, "字体", "本机没有 fc-list，看不到装了哪些字体", "Debian、Ubuntu：apt-get install fontconfig")
    listed = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False).stdout  # noqa: S607 - wherever it is
    if found := next((name for name in _PAPER_FONTS if name in listed), None):
        return Line(OK, "字体", f"有中文字体（{found}）")
    return Line(
        NOTE,
        "字体",
        "没有中文字体，打印的单子会缺字",
        "请安装仿宋，或 apt-get install fonts-noto-cjk；程序不自带字体。",
    )


def _memory(settings: Settings) -> Line:
    try:
        told = Path("/proc/meminfo").read_text("ascii")
    except OSError:
        return Line(NOTE, "内存", "这个系统上看不到空闲内存")
    free = int(re.findall(r"MemAvailable: +(\d+) kB", told)[0]) / 1024
    wanted = _MEMORY * settings.processes
    if free < wanted:
        return Line(NOTE, "内存", f"空闲 {free:,.0f} MB，{settings.processes} 个工作进程可能不够", "请减少 workers。")
    return Line(OK, "内存", f"空闲 {free:,.0f} MB")


def _limits(_: Settings) -> Line:
    names = {"network": "断网", "files": "不能写文件", "processes": "不能启动别的程序", "memory": "内存上限"}
    off = [names[k] for k, v in boundary.status().items() if not v and k in names]
    if not boundary.enabled():
        return Line(WRONG, "读取限制", "环境变量 SCREENING_BOUNDARY 关闭了子进程", "请去掉这个环境变量。")
    if off:
        return Line(NOTE, "读取限制", f"不生效：{'、'.join(off)}", "详见 screening limits；请不要用 root 运行服务。")
    return Line(OK, "读取限制", "全部生效")


def _database(settings: Settings) -> Iterator[Line]:
    if not settings.database and not Path(settings.database_url).exists():
        yield database(settings)
        return
    try:
        with _opened(settings) as store:
            yield from _inside(settings, store)
    except ScreeningError as error:
        yield Line(WRONG, "数据库", error.message, error.advice)


def _inside(settings: Settings, store: Store, *, archive: bool = True) -> Iterator[Line]:
    with store.read() as tx:
        work = health.work(tx, settings.lease_seconds)
        sealed = backup.sealed_probe(tx, store.sealer)
        drift = health.clock_drift(tx)
        newest = health.newest(tx)
    yield Line(OK, "数据库", f"{store.engine.dialect.name}，{work.size / MB:,.0f} MB，表结构是本版本的")
    if sealed:
        yield Line(WRONG, "加密保存", "；".join(sealed), "请核对设置 encryption_key；数据损坏的请从备份恢复。")
    elif not store.sealer.keyed:
        yield Line(
            NOTE, "加密保存", "没有设置密钥，原件和报告不加密", "可用 screening-service settings new-key 生成一个。"
        )
    else:
        yield Line(OK, "加密保存", f"密钥 {store.sealer.key_id} 打得开")
    wrong = verify(store.library()) if archive else ()
    if not archive:
        yield Line(OK, "比对库", f"{len(store.library())} 篇；逐行核对请用 screening-service doctor")
    elif wrong:
        yield Line(WRONG, "比对库", "；".join(wrong[:3]), "请从备份恢复（screening-service restore）。")
    else:
        yield Line(OK, "比对库", f"{len(store.library())} 篇，逐行核对无误")
    if abs(drift) > 5 or (newest and newest > now() + timedelta(seconds=60)):
        yield Line(
            WRONG, "时钟", f"本机与数据库相差 {drift:+.0f} 秒，或记录的时间在将来", "请打开时间同步（timedatectl）。"
        )
    else:
        yield Line(OK, "时钟", f"{now().astimezone():%Y-%m-%d %H:%M:%S %z}")
    if work.workers:
        yield Line(OK, "工作进程", f"{work.workers} 个，最久 {work.silence:.0f} 秒前有回音")
    else:
        waiting = sum(work.attempts.values())
        yield Line(NOTE, "工作进程", f"没有在运行的，{waiting} 份在等", "请启动：screening-service serve 或 worker。")
    dead = {"submission": "材料", "batch": "批次", "delivery": "回调"}
    if any(work.dead.values()):
        said = "、".join(f"{dead[k]} {v}" for k, v in work.dead.items() if v)
        yield Line(NOTE, "处理失败", said, "请在管理页查看原因，再重试或撤回。")
    else:
        yield Line(OK, "处理失败", "没有")
