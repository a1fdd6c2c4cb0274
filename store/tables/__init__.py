"""The tables, by subject: whoever imports this package, as the migrations do, has them all.

Constraints and indexes carry names; what they mean stands beside each. Nothing here decides who may do what, and
nothing here is created at import: Alembic owns the schema.
"""

from store.tables.accounts import AccountLink, Audit, ProvidedIdentity
from store.tables.files import Attachment, Blob, Carried
from store.tables.folders import Folder
from store.tables.lists import Listed, RecipientList
from store.tables.messages import ABANDONED, Entry, Mention, Message, Recipient
from store.tables.participations import INSIDE_SHELVES, SENT, TRASHED, UNTALLIED, Arrival, Participation
from store.tables.people import AccessToken, Group, Membership, Person, Session
from store.tables.purging import Purge
from store.tables.rules import Rule, Unreached
from store.tables.searching import SearchLine, SearchWord

__all__ = [
    "ABANDONED",
    "INSIDE_SHELVES",
    "SENT",
    "TRASHED",
    "UNTALLIED",
    "AccessToken",
    "AccountLink",
    "Arrival",
    "Attachment",
    "Audit",
    "Blob",
    "Carried",
    "Entry",
    "Folder",
    "Group",
    "Listed",
    "Membership",
    "Mention",
    "Message",
    "Participation",
    "Person",
    "ProvidedIdentity",
    "Purge",
    "Recipient",
    "RecipientList",
    "Rule",
    "SearchLine",
    "SearchWord",
    "Session",
    "Unreached",
]
