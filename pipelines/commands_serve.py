"""`kyket serve`: the database in a browser."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import click

from pipelines.commands_common import db_option, open_store
from pipelines.errors import KyketError, UsageError


@click.command(epilog="Example: kyket serve --port 8001")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="Port; 0: any free one."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--name", "names", multiple=True, metavar="NAME",
    help="A host name under which it may be asked, besides addresses and localhost.",
)  # fmt: skip
@click.option(
    "--password-file", type=click.Path(path_type=Path, dir_okay=False),
    help="A file whose first line everyone is asked for; or the variable KYKET_PASSWORD. Other machines need it.",
)  # fmt: skip
@db_option
def serve(port: int, host: str, names: tuple[str, ...], password_file: Path | None, db: Path | None) -> None:
    """Web pages over the database, until Ctrl-C: today, stories, agreements, parties, search, outlets, tables.

    Reads only, but for accept and reject. Without a password only this machine is answered, and verdicts come from here.
    """
    password = _password(password_file)
    if password is None and not _loopback(host):
        raise UsageError(
            f"{host} can be reached from other machines: set a password with --password-file FILE or KYKET_PASSWORD"
        )
    with open_store(db, readonly=True) as store:
        path = store.path
    listening = _listen(host, port)
    import uvicorn

    from pipelines.database.site.app import application, warm
    from pipelines.database.trouble import writable

    app = application(path, password=password, hosts=tuple(name.lower() for name in names))
    where = f"[{host}]" if ":" in host else host
    closed = "" if writable(path) else " The file cannot be written here: reading works, verdicts are off."
    announced = f"http://{where}:{listening.getsockname()[1]}/ shows {path}; Ctrl-C ends it.{closed}"

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await warm(app)
            await super().startup(sockets)
            # Told when it is true: whoever reads this finds the pages ready.
            click.echo(announced, err=True)

    # Who asks is what the socket says: a header that claims another address is nobody's word.
    config = uvicorn.Config(
        app,
        log_level="warning",
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    with listening:
        Server(config).run(sockets=[listening])


def _password(file: Path | None) -> str | None:
    """The password from a file, or from the environment; None when neither names one. Raises UsageError."""
    if file is None:
        return os.environ.get("KYKET_PASSWORD") or None
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read as a password file ({error})") from None
    if not lines or not lines[0].strip():
        raise UsageError(f"{file} holds no password on its first line")
    return lines[0].strip()


def _loopback(host: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises KyketError when the port is taken, UsageError when the address is not ours."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise UsageError(f"--host {host}: {error.strerror or error}") from None
    listening = socket.socket(family, kind)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise KyketError(f"port {port} is taken by another program; choose another with --port") from None
        if error.errno == errno.EACCES:
            raise KyketError(
                f"port {port} needs more rights than you have; choose one above 1023 with --port"
            ) from None
        raise UsageError(f"--host {host}: {error.strerror or error}") from None
    return listening
