"""What was wrong, and what was done, in words for people."""

from collections.abc import Mapping

from starlette.requests import Request

from app.auditing import Action
from app.errors import FieldError, InvalidInput
from app.rules.audience import Because, Refusal
from web.i18n import mark
from web.rendering import sentence


def ngettext(one: str, other: str) -> tuple[str, str]:
    """Name a counted sentence for the catalogues where it is only kept."""
    return one, other


WRONG: Mapping[tuple[str, str], str] = {
    ("login", "taken"): mark("Somebody has this login already."),
    ("login", "repeated"): mark("This login stands on a line before."),
    ("login", "invalid"): mark("A login has no spaces, and only characters that can be shown."),
    ("role", "last_admin"): mark("Nobody would be left who is an admin. Make somebody else an admin first."),
    ("role", "unknown"): mark("The role is member, announcer, operator or admin."),
    ("language", "unknown"): mark("The language is en or fr."),
    ("messaging", "unknown"): mark("Messaging is yes or no."),
    ("email", "invalid"): mark("This is not an e-mail address."),
    ("time_zone", "unknown"): mark("There is no such time zone."),
    ("last_seen", "invalid"): mark("This is not a date and time, such as 2026-09-01T08:00."),
    ("name", "taken"): mark("There is a group of this name already."),
    ("group", "unknown"): mark("There is no group of this name."),
    ("group", "addressed"): mark("Messages are addressed to this group, so it stays."),
    ("from", "unknown"): mark("There is no such group that may write."),
    ("to", "unknown"): mark("There is no such group that may be written to."),
    ("from", "missing"): mark("No group is named that may write."),
    ("to", "missing"): mark("No group is named that may be written to."),
    ("to", "repeated"): mark("A rule between these groups stands on a line before."),
    ("reach", "unknown"): mark("The reach is members, group or both."),
    ("file", "changed"): mark(
        "People, groups or rules have changed since this was looked at. Look at it again."
    ),
    ("file", "not_utf8"): mark("The file is not UTF-8 text. Save it as “CSV UTF-8”."),
    ("file", "not_csv"): mark("The file is not a CSV file: its quotation marks do not close."),
}
BY_CODE: Mapping[str, str] = {
    "empty": mark("It is empty."),
    "too_long": mark("It is too long."),
    "too_many": mark("There are more cells than columns."),
    "invalid": mark("It holds what cannot be in it."),
    "columns": mark("The first line does not name the columns as it should."),
}
OTHERWISE = mark("This cannot be.")

FIELDS: Mapping[str, str] = {
    "login": mark("Login"),
    "name": mark("Name"),
    "email": mark("E-mail address"),
    "role": mark("Role"),
    "groups": mark("Groups"),
    "language": mark("Language"),
    "time_zone": mark("Time zone"),
    "messaging": mark("Messaging"),
    "password": mark("Password"),
    "last_seen": mark("Last seen"),
}
ROLES: Mapping[str, str] = {
    "member": mark("Member"),
    "announcer": mark("Announcer"),
    "operator": mark("Operator"),
    "admin": mark("Admin"),
}
STATES: Mapping[str, str] = {
    "active": mark("Active"),
    "suspended": mark("Suspended"),
    "waiting": mark("Has never been here"),
}
REACHES: Mapping[str, str] = {
    "members": mark("Members"),
    "group": mark("Group"),
    "both": mark("Both"),
}
DONE: Mapping[Action, str] = {
    "person_created": mark("{actor} created the account of {about}"),
    "person_changed": mark("{actor} changed the account of {about}"),
    "person_invited": mark("{actor} made an invitation for {about}"),
    "person_suspended": mark("{actor} suspended {about}"),
    "person_resumed": mark("{actor} let {about} in again"),
    "person_erased": mark("{actor} erased the account of {about}"),
    "person_exported": mark("{actor} exported what is {about}’s"),
    "password_reset": mark("{actor} made a link for another password of {about}"),
    "group_created": mark("{actor} created the group {about}"),
    "group_renamed": mark("{actor} renamed a group to {about}"),
    "group_deleted": mark("{actor} deleted the group {about}"),
    "member_added": mark("{actor} put {about} into a group"),
    "member_removed": mark("{actor} took {about} out of a group"),
    "rule_set": mark("{actor} set the rule {about}"),
    "rule_deleted": mark("{actor} deleted the rule {about}"),
    "rules_imported": mark("{actor} imported rules"),
    "people_imported": mark("{actor} imported people"),
    "people_exported": mark("{actor} exported people"),
    "groups_exported": mark("{actor} exported groups"),
    "rules_exported": mark("{actor} exported rules"),
    "session_ended": mark("{actor} signed {about} out everywhere"),
    "token_created": mark("{actor} made an access token for {about}"),
}
ACTIONS: Mapping[Action, str] = {
    "person_created": mark("Account created"),
    "person_changed": mark("Account changed"),
    "person_invited": mark("Invitation made"),
    "person_suspended": mark("Suspended"),
    "person_resumed": mark("Let in again"),
    "person_erased": mark("Account erased"),
    "person_exported": mark("Own data exported"),
    "password_reset": mark("Link for another password made"),
    "group_created": mark("Group created"),
    "group_renamed": mark("Group renamed"),
    "group_deleted": mark("Group deleted"),
    "member_added": mark("Put into a group"),
    "member_removed": mark("Taken out of a group"),
    "rule_set": mark("Rule set"),
    "rule_deleted": mark("Rule deleted"),
    "rules_imported": mark("Rules imported"),
    "people_imported": mark("People imported"),
    "people_exported": mark("People exported"),
    "groups_exported": mark("Groups exported"),
    "rules_exported": mark("Rules exported"),
    "session_ended": mark("Signed out everywhere"),
    "token_created": mark("Access token made"),
}
COUNTS: Mapping[str, tuple[str, str]] = {
    "people_created": ngettext("{n} person created", "{n} people created"),
    "people_updated": ngettext("{n} known before", "{n} known before"),
    "groups_created": ngettext("{n} group created", "{n} groups created"),
    "memberships_added": ngettext("put into groups {n} time", "put into groups {n} times"),
    "people": ngettext("{n} person", "{n} people"),
    "groups": ngettext("{n} group", "{n} groups"),
    "members": ngettext("{n} member", "{n} members"),
    "rules": ngettext("{n} rule", "{n} rules"),
    "added": ngettext("{n} added", "{n} added"),
    "changed": ngettext("{n} changed", "{n} changed"),
    "removed": ngettext("{n} removed", "{n} removed"),
}
REFUSED: Mapping[Refusal, str] = {
    "suspended": mark("Refused: the account of {name} is suspended."),
    "opted_out": mark("Refused: {name} does not use the messaging."),
    "no_rule": mark("Refused: no rule opens {name} to {writer}."),
    "group_only": mark("Refused: {name} can be reached only as one of a whole group."),
    "members_only": mark("Refused: only the members of {name} may be written to, one by one."),
}


def wrong(request: Request, error: FieldError) -> str:
    """One error, in the language of who reads."""
    name = error.field.rpartition(" ")[2]
    marked = WRONG.get((name, error.code)) or BY_CODE.get(error.code, OTHERWISE)
    return sentence(request, marked)


def said(request: Request, error: InvalidInput) -> list[str]:
    """All of them, each with the field that it is about."""
    sentences = []
    for one in error.errors:
        field = FIELDS.get(one.field)
        text = wrong(request, one)
        sentences.append(f"{sentence(request, field)}: {text}" if field and one.code in BY_CODE else text)
    return list(dict.fromkeys(sentences))


def because_of(because: Because, kind: str) -> str:
    """The sentence of why somebody, or a group (`kind`), may be written to."""
    if because.kind == "open":
        return OPEN
    if because.kind == "oneself":
        return ONESELF
    return GROUP_BY_RULE if kind == "group" else PERSON_BY_RULE


OPEN = mark("There are no rules, so everybody may write to everybody.")
ONESELF = mark("One may always write to oneself.")
PERSON_BY_RULE = mark("Members of {from_group} may write to members of {to_group}.")
GROUP_BY_RULE = mark("Members of {from_group} may write to {to_group} as a whole.")
