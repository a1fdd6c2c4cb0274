"""Searching what people wrote, the same on SQLite (FTS5) and PostgreSQL (GIN over a tsvector).

`documents` makes words of the lines of a log, `index` puts them away a little after the log was written, `finding`
looks in the index for what a person may see, and `unindexed` reads the few lines that are not in it yet, so that
nothing is ever missing. `terms` is what is looked for. All words are made by `store.words`: neither database is
asked what a word is, so that both find the same, and so does whoever reads a text directly.
"""
