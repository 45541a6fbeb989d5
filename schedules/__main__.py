"""`python -m schedules` is `kyket`; the daemon starts its children so, whatever the path."""

from schedules.cli import main

main()
