"""The sample press's stories, as data: one TOML file a kind."""
