"""What people look for on the pages, in both languages (the labels of the interface's design)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """Labels of one language."""

    language: str
    new_message: str
    to: str
    subject: str
    send: str
    add: str
    add_a_participant: str
    send_this_message: str
    stop: str
    stop_now: str
    one_new: str
    several_new: str


ENGLISH = Words(
    language="en",
    new_message="New message",
    to="To",
    subject="Subject",
    send="Send",
    add="Add",
    add_a_participant="Add a participant",
    send_this_message="Send this message",
    stop="Stop participation to this discussion",
    stop_now="Stop participation",
    one_new="You have a new message",
    several_new="You have 2 new messages",
)

FRENCH = Words(
    language="fr",
    new_message="Nouveau message",
    to="À",
    subject="Objet",
    send="Envoyer",
    add="Ajouter",
    add_a_participant="Ajouter un participant",
    send_this_message="Envoyer ce message",
    stop="Ne plus participer à cette discussion",
    stop_now="Ne plus participer",
    one_new="Vous avez un nouveau message",
    several_new="Vous avez 2 nouveaux messages",
)
