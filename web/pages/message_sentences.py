"""What is said of a message that could not be saved or sent: sentences of the catalogue."""

from web.i18n import mark

EMPTY_TEXT = mark("Write a text before you send. What you have typed is kept.")
LONG_TEXT = mark(
    "The text has more than 20,000 characters. Nothing was lost: shorten it, or send it in two messages."
)
LONG_SUBJECT = mark("The subject has more than 200 characters. Nothing was lost: shorten it, then go on.")
UNKNOWN_RECIPIENT = mark("One of the recipients no longer exists. Take it off, then go on.")
LOST_FILE = mark("One of the files is no longer there. Take it off or attach it again, then go on.")
MANY_FILES = mark("So many files do not go together. Nothing was lost: take some off, then go on.")
LARGE_FILES = mark("Together, the files are too large. Nothing was lost: take some off, then go on.")
NOT_UNDERSTOOD = mark(
    "Something in this form could not be understood. What you have typed is kept; check it and try again."
)
SAVED_ELSEWHERE = mark("A newer version of this message was saved meanwhile, perhaps in another tab.")
GONE = mark("This message was discarded meanwhile, perhaps in another tab. What you have typed here is kept.")
NO_TIME = mark("Choose a day and a time at which the message is to leave. What you have typed is kept.")
PAST_TIME = mark("This moment is past already. Choose a later one; what you have typed is kept.")
FAR_TIME = mark("A message leaves within a year. Choose an earlier day; what you have typed is kept.")
NOT_URGENT = mark("You may not mark a message as urgent. Take the mark off, then send it again.")
REFUSALS = {
    "opted_out": mark("{name} does not use the messaging. Write by ordinary e-mail instead."),
    "suspended": mark("{name} has no active account any more."),
    "no_rule": mark("The rules of this site do not let you write to {name}."),
    "group_only": mark("You may not write to {name} alone, only to {group} as a whole."),
    "members_only": mark("You may write to members of {name} one by one, not to the group as a whole."),
    "not_separately": mark(
        "You may write to {name} only as a whole, not to each member separately. Send it to all together."
    ),
}
REFUSED_OTHERWISE = mark("You may not write to {name}.")


def sentence_for(field_name: str, code: str, detail: str) -> str:
    """What is wrong with a field of a message, as its writer understands it."""
    if field_name == "body":
        return EMPTY_TEXT if "empty" in detail else LONG_TEXT if "longer" in detail else NOT_UNDERSTOOD
    if field_name == "attachments":
        return {"too_many": MANY_FILES, "too_large": LARGE_FILES}.get(code, LOST_FILE)
    if field_name == "at":
        return {"past": PAST_TIME, "too_far": FAR_TIME}.get(code, NO_TIME)
    if field_name == "urgent":
        return NOT_URGENT
    if field_name == "subject" and code == "too_long":
        return LONG_SUBJECT
    return UNKNOWN_RECIPIENT if field_name in ("to", "cc") else NOT_UNDERSTOOD
