"""What a person signs her messages with: put below each new one, where she may change it or take it off."""

from app.errors import FieldError, InvalidInput
from app.site import Identity, Site
from store import people

MOST_CHARACTERS = 1000


async def signature(site: Site, who: Identity) -> str:
    """Her signature; empty where she has none."""
    async with site.database.read() as session:
        return await people.signature_of(session, who.person_id)


async def sign_with(site: Site, who: Identity, text: str) -> str:
    """Sign with `text` from now on (empty: not at all), and what is kept of it. Raises `InvalidInput`."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > MOST_CHARACTERS:
        detail = f"A signature has at most {MOST_CHARACTERS} characters."
        raise InvalidInput(FieldError("signature", "too_long", detail))
    if any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text):
        raise InvalidInput(
            FieldError("signature", "invalid", "The signature holds NUL characters or surrogates.")
        )
    async with site.database.write() as session:
        await people.set_signature(session, who.person_id, text)
    return text


def signed(text: str) -> str:
    """How a message begins whose writer signs with `text`: room for her words, then the signature."""
    return f"\n\n-- \n{text}" if text else ""
