"""Other processes of this machine."""

from __future__ import annotations

import os


def is_alive(pid: int | None) -> bool:
    """Does a process of this number live? True also for somebody else's, which may not be signalled."""
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
