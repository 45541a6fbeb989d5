"""Measures a part against labelled data, as `kyket evaluate` prints it. Pure; imports what it measures."""
