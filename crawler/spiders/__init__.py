"""Spiders: callbacks only wire the stages together."""
