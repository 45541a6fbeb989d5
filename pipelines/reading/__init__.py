"""How a story's sentences are read for the agreement: words, names, acts, periods, parties, people.

Pure; may import `vietnamese`, `types`, `institutions` and one another, nothing above them.
"""
