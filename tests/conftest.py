"""What all tests share: no network beyond loopback, and where the labelled data is when there is any."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("KYKET_SHARED") or PROJECT.parent / "shared")


class OutsideNetworkError(AssertionError):
    """A test tried to reach beyond this machine."""


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise OutsideNetworkError(f"a test tried to connect to {address!r}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def _own_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the developer's database or configuration."""
    monkeypatch.delenv("KYKET_DB", raising=False)
    monkeypatch.delenv("KYKET_CONFIG", raising=False)
    # Colour is asked for, or not, by the tests of colour alone.
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of labelled data; the test skips where there is none."""
    if not SHARED.is_dir():
        pytest.skip(f"the labelled data is not here ({SHARED}); set KYKET_SHARED to its folder")
    return SHARED
