"""The top floor: when to look, the daemon, reports and alarms, and the `kyket` command. May import both other rooms."""
