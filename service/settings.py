"""Settings as one table: name, default, help. From the environment (SCREENING_…), then a TOML file, then the defaults."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from screening.errors import UsageError
from service.signin import NAME, Provider

PREFIX: Final = "SCREENING_"
FILE: Final = "screening-service.toml"


class Settings(BaseSettings):
    """What an installation may choose. Sizes are in MB, times in the unit their name says."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True)

    data: Path = Field(Path("screening-data"), description="数据文件夹：数据库、备份、临时文件都在里面")
    database: str = Field(
        "", description="数据库地址；空为数据文件夹里的 SQLite 文件，多机时用 postgresql://用户@主机/库名"
    )
    host: str = Field("127.0.0.1", description="监听的地址；只给本机用 127.0.0.1，给全单位用 0.0.0.0")
    port: int = Field(8950, ge=1, le=65535, description="监听的端口")
    public_url: str = Field("", description="外面看到的网址，例如 https://shencha.example.cn；空为 http://地址:端口")
    workers: int = Field(0, ge=0, le=64, description="筛查的工作进程数；0 为每个处理器一个")
    rulebook: str = Field("henan-2023-950", description="默认规则集：自带的编号，或 TOML 文件的路径")
    models: str = Field("", description="自己的切题模型所在的文件夹；空为自带的模型")
    thorough: bool = Field(default=False, description="查重是否更仔细（约慢三倍，供数量不多或申诉复核时用）")
    encryption_key: SecretStr = Field(
        SecretStr(""), description="加密保存的密钥（32 字节的 base64）；空为不加密。丢了就读不出来，请另存一份"
    )
    encryption_key_old: SecretStr = Field(
        SecretStr(""), description="更换密钥时的旧密钥；screening-service reseal 做完以后清空"
    )
    max_file: int = Field(20, ge=1, le=200, description="单个文件的上限（MB）")
    max_batch: int = Field(1024, ge=1, le=10240, description="整批压缩包的上限（MB）")
    max_members: int = Field(2000, ge=1, le=20_000, description="整批压缩包里的文件数上限")
    body_seconds: int = Field(
        30, ge=1, le=3600, description="上传内容最多等多久（秒）；每收到 16 KB 再多等 1 秒，太慢的连接会被断开"
    )
    check_processes: int = Field(1, ge=1, le=16, description="快速检查同时用几个进程；忙不过来时请对方稍后再试")
    check_seconds: int = Field(60, ge=5, le=600, description="一次快速检查最多用多久（秒）")
    attempts: int = Field(3, ge=1, le=20, description="一份材料最多试几次，仍不成功就停下来等人处理")
    lease_seconds: int = Field(60, ge=5, le=3600, description="工作进程多久没有回音就由别的进程接手（秒）")
    item_seconds: int = Field(
        120, ge=1, le=3600, description="一份材料最多处理多久，超过就中止（秒）；解压整批不在此限"
    )
    session_hours: int = Field(12, ge=1, le=720, description="登录后多久需要重新登录（小时）")
    idle_minutes: int = Field(60, ge=5, le=1440, description="多久不操作就自动退出（分钟）")
    lock_after: int = Field(5, ge=3, le=100, description="连续输错几次密码后暂时锁定账号")
    lock_minutes: int = Field(15, ge=1, le=1440, description="锁定多久（分钟）")
    link_hours: int = Field(72, ge=1, le=720, description="设置密码的一次性链接多久失效（小时）")
    password_memory: int = Field(64, ge=19, le=1024, description="计算密码散列用多少内存（MB）；不低于 OWASP 的下限")
    password_rounds: int = Field(3, ge=2, le=20, description="计算密码散列的遍数；不低于 OWASP 的下限")
    key_days: int = Field(365, ge=1, le=3650, description="接口密钥默认多久到期（天）")
    requests_per_minute: int = Field(
        600,
        ge=0,
        description="每个密钥或账号每分钟的请求数上限；0 为不限。各项上限都记在网页进程的内存里，重启后重新计",
    )
    uploads_per_minute: int = Field(120, ge=0, description="每个密钥或账号每分钟上传的份数上限；0 为不限")
    checks_per_minute: int = Field(30, ge=0, description="每个密钥或账号每分钟快速检查的次数上限；0 为不限")
    signins_per_minute: int = Field(
        30, ge=0, description="每个网络地址每分钟尝试登录的次数上限；0 为不限。地址只用来计数，不保存、不写日志"
    )
    retention_days: int = Field(0, ge=0, description="一批材料保存多久后清除（天），从批次关闭算起；0 为不自动清除")
    webhooks_private: bool = Field(default=False, description="回调地址可否是内网地址；默认不可，防止被人借道访问内网")
    webhook_seconds: int = Field(
        10, ge=1, le=25, description="一次回调从连接到收到答复最多用多久（秒），超过就稍后重试"
    )
    metrics: str = Field(
        "local",
        pattern="^(local|key|open)$",
        description="谁可以看 /metrics：local 本机直接访问或带 manage 权限的密钥，key 只凭密钥，open 不限",
    )
    log_level: str = Field(
        "info", pattern="^(debug|info|warning|error)$", description="日志详细程度：debug、info、warning、error"
    )
    signin: dict[str, Provider] = Field(
        {},
        description="别处的账号登录：设置文件里的 [signin.名字] 表，支持 OIDC、OAuth2、CAS；样子见程序里的 service/signin.example.toml",
    )

    @field_validator("encryption_key", "encryption_key_old")
    @classmethod
    def _key_of_32_bytes(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and len(_bytes(value)) != 32:
            raise ValueError("应是 32 个字节的 base64；可用 screening-service settings new-key 生成")
        return value

    @field_validator("public_url")
    @classmethod
    def _url(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("应以 http:// 或 https:// 开头")
        return value.rstrip("/")

    @field_validator("signin")
    @classmethod
    def _names(cls, value: dict[str, Provider]) -> dict[str, Provider]:
        if wrong := [name for name in value if not NAME.fullmatch(name)]:
            raise ValueError(f"名字只能用小写字母、数字、- 和 _：{'、'.join(wrong)}")
        return value

    @property
    def database_url(self) -> str:
        """Path or URL of the database."""
        return self.database or str(self.data / "screening.db")

    @property
    def url(self) -> str:
        """The address by which people reach the service."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether people come by https: then cookies go by https only."""
        return self.url.startswith("https://")

    @property
    def key_bytes(self) -> bytes:
        """The encryption key, empty if there is none."""
        return _bytes(self.encryption_key)

    @property
    def old_key_bytes(self) -> bytes:
        """The encryption key before the present one, empty if there is none."""
        return _bytes(self.encryption_key_old)

    @property
    def processes(self) -> int:
        """How many worker processes this machine runs."""
        return self.workers or os.cpu_count() or 1

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's signature; both are not read
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what was given first, then the environment, then the file."""
        file = Path(os.environ.get(f"{PREFIX}SETTINGS") or FILE)
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file if file.is_file() else None)


def _bytes(value: SecretStr) -> bytes:
    try:
        return base64.b64decode(value.get_secret_value(), validate=True)
    except ValueError as error:
        raise ValueError("应是 32 个字节的 base64；可用 screening-service settings new-key 生成") from error


def load_settings(**given: Any) -> Settings:
    """Return the settings; ``given`` (from the command line) goes first. Raises :class:`UsageError` naming what is wrong."""
    try:
        return Settings(**{k: v for k, v in given.items() if v is not None})
    except ValidationError as error:
        raise UsageError(
            "settings.invalid", "设置有误：" + "；".join(_said(e) for e in error.errors()), _ADVICE
        ) from error
    except ValueError as error:  # a TOML file that is none
        raise UsageError("settings.file", f"设置文件读不出来：{error}", _ADVICE) from error


_ADVICE: Final = "全部设置及说明见：screening-service settings list"
_WORDS: Final = {
    "extra_forbidden": "没有这项设置",
    "int_parsing": "应是整数",
    "bool_parsing": "应是 true 或 false",
    "string_pattern_mismatch": "不在可选的值里",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
}


def _said(error: Any) -> str:
    name = ".".join(map(str, error["loc"]))
    words = _WORDS.get(error["type"], str(error["msg"]).removeprefix("Value error, "))
    return f"{name} {words.format(**error.get('ctx', {}))}"


def table() -> list[tuple[str, str, str, str]]:
    """Return every setting as (name, name in the environment, default, help), in their order."""
    rows = []
    for name, field in Settings.model_fields.items():
        value = field.default
        text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        if bool in (field.annotation, *get_args(field.annotation)):
            text = text.lower()
        rows.append((name, f"{PREFIX}{name.upper()}", text, field.description or ""))
    return rows
