"""The command ``screening-service``."""

from __future__ import annotations

import typer

app = typer.Typer(name="screening-service", no_args_is_help=True, add_completion=False)


@app.callback()
def _root() -> None:
    """案例智审服务：收材料、后台筛查、评审、对接平台。"""


def main() -> None:
    """Run the command."""
    app()
