"""A person's face in lists: her initials on a tint. The browser draws the same (`static/js`)."""

TINTS = 8


def initials(name: str) -> str:
    """The first letters of the first and the last word of a name; one letter for one word."""
    words = name.split()
    return "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper() if words else ""


def tint(person_id: str) -> int:
    """Which of the tints a person has, by her identifier, the same for ever."""
    return int(person_id[-2:], 16) % TINTS
