"""The layers of the package: who may import whom."""

from __future__ import annotations

import configparser
from pathlib import Path

import pytest
from click.testing import CliRunner
from importlinter.cli import lint_imports_command


def test_the_contracts_on_imports_hold(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout)
    result = CliRunner().invoke(lint_imports_command, ["--no-cache", "--no-logo"])
    assert result.exit_code == 0, result.output


def test_a_broken_contract_would_be_found(checkout: Path, tmp_path: Path) -> None:
    config = configparser.ConfigParser()
    config.read(checkout / ".importlinter", encoding="utf-8")
    layers = config["importlinter:contract:layers"]
    layers["layers"] = "\n".join(reversed(layers["layers"].split("\n")[1:]))
    with (tmp_path / "upside_down").open("w", encoding="utf-8") as file:
        config.write(file)
    arguments = ["--config", str(tmp_path / "upside_down"), "--no-cache", "--no-logo"]
    result = CliRunner().invoke(lint_imports_command, arguments)
    assert result.exit_code == 1
    assert "BROKEN" in result.output
