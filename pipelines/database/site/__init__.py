"""Web pages over a database: Datasette with Kyket's own pages, templates and a plugin.

    app.py        the application: Datasette, its settings, what it is told about tables and columns
    routes.py     addresses → pages; the plugin's hooks
    pages.py      one function a page: Store and what was asked → what the template shows
    watch.py      the same for outlets and crawls
    questions.py  the questions that only the pages ask, in SQL
    marking.py    text with ranges → segments; two revisions → a diff; chains of renewals (pure)
    feeds.py      Atom
    guard.py      who may ask what: host names, password, headers, Content-Security-Policy
    phrases.py    every word of ours on a page, in Vietnamese and English

Pages read through connections that cannot write; a verdict opens a Store for its one short transaction.
"""
