"""Setting up and keeping a site: people, groups, what was done. For admins, and for whoever has the command line.

Nothing here reads a message, a draft, a list or a folder.
"""
