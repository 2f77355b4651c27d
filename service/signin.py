"""Tables ``[signin.NAME]`` of the settings: who else may vouch for people, by OpenID Connect, plain OAuth 2 or CAS.

``signin.example.toml`` beside this file shows one of each.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")


class Rule(BaseModel):
    """A person whose ``field`` has this ``value`` gets this role when coming for the first time; without a rule an administrator gives it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str = Field(description="对方返回的字段，可用点号深入，例如 data.role")
    value: str = Field(description="字段的值；字段是列表时，含有这个值即可")
    role: Literal["submitter", "reviewer", "administrator"] = Field(description="给什么角色")
    unit: str = Field("", description="单位全称；空为取对方返回的单位字段")


class Provider(BaseModel):
    """One place where people sign in. Addresses are https, or on this machine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(description="登录页按钮上的名字，例如 河南省教育身份认证")
    kind: Literal["oidc", "oauth2", "cas"] = Field(
        description="oidc：有发现文档；oauth2：没有发现文档，逐项填写地址；cas：CAS 2 或 3"
    )
    issuer: str = Field("", description="oidc：签发者网址，发现文档在它的 /.well-known/openid-configuration")
    authorize_url: str = Field("", description="oauth2：授权页网址")
    token_url: str = Field("", description="oauth2：换取令牌的网址")
    userinfo_url: str = Field("", description="oauth2：取用户资料的网址")
    cas_url: str = Field("", description="cas：网址，/login 与 /p3/serviceValidate 之前的部分")
    cas_version: Literal[2, 3] = Field(3, description="cas：2 用 /serviceValidate，3 用 /p3/serviceValidate")
    client_id: str = Field("", description="对方分配的应用编号")
    client_secret: SecretStr = Field(SecretStr(""), description="对方分配的应用密码")
    client_auth: Literal["client_secret_basic", "client_secret_post", "none"] = Field(
        "client_secret_basic", description="换令牌时应用密码怎样带去"
    )
    scopes: list[str] = Field(["openid", "profile"], description="请求哪些资料")
    pkce: bool = Field(default=True, description="带上 PKCE；只有对方因此出错时才关闭")
    token_place: Literal["header", "uri"] = Field("header", description="取资料时令牌放在请求头还是网址里")
    token_wrapper: str = Field("", description="令牌答复外面包的一层，例如 data；没有则为空")
    subject: str = Field("sub", description="哪个字段是对方那里不变的用户编号；可用点号深入")
    name: str = Field("name", description="哪个字段是姓名")
    unit: str = Field("", description="哪个字段是单位全称")
    rules: list[Rule] = Field([], description="按字段给角色的规则，取第一条符合的")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        wanted = {
            "oidc": ("issuer", "client_id"),
            "oauth2": ("authorize_url", "token_url", "userinfo_url", "client_id"),
            "cas": ("cas_url",),
        }[self.kind]
        if missing := [name for name in wanted if not getattr(self, name)]:
            raise ValueError(f"{self.kind} 还要填写：{'、'.join(missing)}")
        for name in ("issuer", "authorize_url", "token_url", "userinfo_url", "cas_url"):
            if (address := getattr(self, name)) and not trustworthy(address):
                raise ValueError(f"{name} 应以 https:// 开头")
        return self


def trustworthy(address: str) -> bool:
    """Whether an address is https, or on this machine, where nobody listens in between.

    >>> trustworthy("http://sso.example.cn"), trustworthy("http://127.0.0.1:9000/cas"), trustworthy("https://sso.example.cn")
    (False, True, True)
    """
    parts = urlsplit(address)
    if parts.scheme == "https":
        return bool(parts.hostname)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
