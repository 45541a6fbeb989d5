"""Serve the sample press by hand: `python -m crawler.press [--port-base N] [--big N] [--catalogue FILE]`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from .server import SamplePress


def main() -> int:
    """Serve until Ctrl-C or SIGTERM; the first line printed is JSON."""
    parser = argparse.ArgumentParser(
        prog="python -m crawler.press", description="Serve the sample press on 127.0.0.1."
    )
    parser.add_argument(
        "--port-base", type=int, help="outlet n listens on this port + n (default: free ports)"
    )
    parser.add_argument("--big", type=int, default=0, metavar="N", help="add an outlet of N made-up pages")
    parser.add_argument(
        "--big-matches", type=float, default=0.01, metavar="SHARE", help="share of them that are signings"
    )
    parser.add_argument(
        "--only", action="append", metavar="OUTLET", help="serve this outlet only (repeatable)"
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, help="seconds of the world in a real second (default 1)"
    )
    parser.add_argument("--catalogue", type=Path, metavar="FILE", help="write the outlets' catalogue there")
    options = parser.parse_args()
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    press = SamplePress(
        port_base=options.port_base,
        big=options.big,
        big_matches=options.big_matches,
        only=options.only,
        speed=options.speed,
    )
    with press:
        if options.catalogue:
            options.catalogue.write_text(press.catalogue_toml(), "utf-8")
        print(json.dumps(press.bases()), flush=True)
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
