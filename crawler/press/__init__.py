"""The sample press: a small loopback news world for `kyket demo` and for tests.

Eleven invented newspapers on the systems that the Vietnamese press runs on, with feeds, sitemaps, sections and
stories of our own writing, served over real HTTP; it can be told to publish, to move on in time and to misbehave.
Standard library only; imports nothing of Kyket, so that a test of the whole job judges against an independent world.
"""

from __future__ import annotations

from . import faults
from .server import Rule, SamplePress
from .site import Answer, Request, Site
from .world import Block, PressOutlet, PressStory, World, parse_blocks

__all__ = [
    "Answer",
    "Block",
    "PressOutlet",
    "PressStory",
    "Request",
    "Rule",
    "SamplePress",
    "Site",
    "World",
    "faults",
    "parse_blocks",
]
