"""The only SQL of the project: one SQLite file behind one `Store`.

    with Store("kyket.db") as store:
        for match in store.reading.matches(Filters(party="Quân khu 7")):
            print(match["title"])

May import the other modules of `pipelines`; knows nothing of Scrapy, the network or the command line.
"""

from pipelines.database.store import Store

__all__ = ["Store"]
