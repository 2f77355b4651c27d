"""What the page for portals' programmers shows, from the interface's own description: it can't say anything else than that."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any, Final

from screening.output.markup import Markup, h

_SCHEMAS: Final = "#/components/schemas/"
_KINDS: Final = {
    "string": "文字",
    "integer": "整数",
    "number": "数",
    "boolean": "true / false",
    "object": "对象",
    "array": "列表",
    "null": "null",
}
_NULL: Final = " 或 null"
_DEEPEST: Final = 3  # levels of fields that are listed
_FORM: Final = "multipart/form-data"


def coded(text: str) -> Markup:
    """Return a sentence with what stands between backticks as code."""
    return h("span", [h("code", part) if n % 2 else part for n, part in enumerate(text.split("`"))])


def groups(description: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the operations by tag, in the order of the tags: {"name", "about", "operations"}."""
    found: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in description["tags"]}
    for path, methods in sorted(description["paths"].items(), key=lambda item: (item[0].count("/"), item[0])):
        for method, operation in methods.items():
            found[operation["tags"][0]].append(_operation(path, method, operation, description))
    about = {tag["name"]: tag["description"] for tag in description["tags"]}
    return [{"name": name, "about": about[name], "operations": ops} for name, ops in found.items() if ops]


def problems(description: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what can go wrong everywhere: status, when, and an example with its code and advice."""
    return [
        {"status": status, "when": answer["description"], **_only(answer)["example"]}
        for status, answer in description["components"]["responses"].items()
    ]


def _operation(path: str, method: str, operation: Mapping[str, Any], description: Mapping[str, Any]) -> dict[str, Any]:
    said, _, who = operation["description"].partition("\n\n谁可以用：")
    contents = operation.get("requestBody", {}).get("content", {})
    return {
        "id": f"{method}-{path.strip('/')}".translate(str.maketrans("/.", "--", "{}")),
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "said": said.split("\n\n"),
        "who": who or ("登录后即可" if operation.get("security") else "不用登录"),
        "parameters": [_parameter(p) for p in operation.get("parameters", [])],
        "bodies": [
            {"kind": kind, "fields": [_sent(f) for f in _fields(content["schema"], description)]}
            for kind, content in contents.items()
        ],
        "curls": [_curl(path, method, operation, kind) for kind in contents or ("",)],
        "answers": [
            _answer(status, answer, description) for status, answer in operation["responses"].items() if status < "400"
        ],
        "failures": sorted(
            (status, answer.get("description", ""))
            for status, answer in operation["responses"].items()
            if status >= "400"
        ),
    }


def _parameter(parameter: Mapping[str, Any]) -> dict[str, Any]:
    schema = parameter["schema"]
    example = parameter.get("example", next(iter(schema.get("examples", [])), schema.get("default")))
    return _sent(
        {
            "name": parameter["name"],
            "place": {"path": "地址", "query": "查询", "header": "请求头", "cookie": "Cookie"}[parameter["in"]],
            "kind": _kind(schema, {}),
            "required": parameter.get("required", False),
            "about": parameter["description"],
            "example": _shown(example) if example else "",
        }
    )


def _sent(field: dict[str, Any]) -> dict[str, Any]:
    """Return a field as who sends it sees it: null is what he leaves out."""
    return field | {"kind": field["kind"].removesuffix(_NULL)}


def _answer(status: str, answer: Mapping[str, Any], description: Mapping[str, Any]) -> dict[str, Any]:
    content = _only(answer)
    return {
        "status": status,
        "about": answer["description"],
        "kinds": list(answer.get("content", {})),
        "shown": _shown(content["example"]) if "example" in content else "",
        "fields": [f | {"required": False} for f in _fields(content.get("schema", {}), description)],
    }


def _only(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    return next(iter(answer.get("content", {}).values()), {})


def _shown(example: Any) -> str:
    return example if isinstance(example, str) else json.dumps(example, ensure_ascii=False, indent=2)


def _resolved(schema: Mapping[str, Any], description: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].removeprefix(_SCHEMAS)]
    return schema


def _fields(
    schema: Mapping[str, Any], description: Mapping[str, Any], before: str = "", depth: int = 0
) -> Iterator[dict[str, Any]]:
    """Yield the fields of an object, those inside of it after it; of a list those of its items."""
    schema = _resolved(schema, description)
    if schema.get("type") == "array":
        yield from _fields(schema["items"], description, f"{before}[]", depth)
        return
    required = schema.get("required", [])
    for name, part in schema.get("properties", {}).items() if depth < _DEEPEST else ():
        found = _resolved(part, description)
        path = f"{before}.{name}" if before else name
        about = part.get("description") or ("" if "properties" in found else found.get("description", ""))
        yield {"name": path, "kind": _kind(found, description), "required": name in required, "about": about}
        yield from _fields(found, description, path, depth + 1)


def _kind(schema: Mapping[str, Any], description: Mapping[str, Any]) -> str:
    schema = _resolved(schema, description)
    if "anyOf" in schema:
        return " 或 ".join(_kind(part, description) for part in schema["anyOf"])
    if "const" in schema:
        return str(schema["const"])
    if "enum" in schema:
        return "、".join(str(v) or "空" for v in schema["enum"])
    if schema.get("format") == "binary" or "contentMediaType" in schema:
        return "文件"
    return _KINDS.get(schema.get("type", ""), "对象")


def _curl(path: str, method: str, operation: Mapping[str, Any], kind: str) -> str:
    """Return how to ask by curl, with the examples put in; $KEY and $URL are set at the head of the page."""
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", str(parameter["example"]))
    needed = [p for p in operation.get("parameters", []) if p["in"] == "query" and p.get("required")]
    words = ["curl -sSf"]
    plain = method == "get" or (method == "post" and "requestBody" in operation)
    words += [] if plain else [f"-X {method.upper()}"]
    words += ['-H "Authorization: Bearer $KEY"'] if operation.get("security") else []
    if kind:
        sent = operation["requestBody"]["content"][kind]["example"]
        if kind == _FORM:
            words += [f"-F {shlex.quote(f'{k}={_part(k, v)}')}" for k, v in sent.items()]
        else:
            body = json.dumps(sent, ensure_ascii=False)
            words += [f'-H "Content-Type: {kind}"', f"-d {shlex.quote(body)}"]
    words += [f"--url-query {shlex.quote(p['name'] + '=…')}" for p in needed]
    return " \\\n  ".join([*words, f'"$URL{path}"'])


def _part(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"@{value}" if name in ("file", "form", "manifest", "roster") else str(value)
