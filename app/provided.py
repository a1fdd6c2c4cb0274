"""People whom an OpenID provider signs in: which account is theirs.

It is the one that this provider's subject came in by before. The first time it is found by the address that the
provider has verified, or by the login, as the site has it; or it is made, where the site lets anybody in whom the
provider knows. What was found once is never found otherwise.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.auditing import note
from app.errors import NoAccount
from app.person_fields import wrong_in
from app.sign_in import SignedIn, begin_in
from app.site import Site
from store import provided
from store.people import by_login, folded
from store.tables import Person, ProvidedIdentity


class Claims(msgspec.Struct, frozen=True):
    """What a provider says of somebody. `email` is one that it has verified; what it does not say is empty."""

    issuer: str
    subject: str
    email: str
    login: str
    name: str
    language: str


async def enter(site: Site, claims: Claims, *, address: str, user_agent: str) -> SignedIn:
    """Sign in whoever this is. Raises `NoAccount` for whoever has none here, or is shut out."""
    try:
        return await _enter(site, claims, address, user_agent)
    except IntegrityError:
        # She came in at the same moment by another node, or somebody else took that login.
        return await _enter(site, claims, address, user_agent)


async def _enter(site: Site, claims: Claims, address: str, user_agent: str) -> SignedIn:
    async with site.database.write() as session:
        person = await provided.person_of(session, claims.issuer, claims.subject)
        if person is None:
            person = await _found(site, session, claims) or await _made(site, session, claims)
            known = ProvidedIdentity(
                issuer=claims.issuer, subject=claims.subject, person_id=person.id, created_at=site.now()
            )
            session.add(known)
            await session.flush()
        if person.suspended_at is not None or person.erased_at is not None:
            raise NoAccount
        return await begin_in(site, session, person, address=address, user_agent=user_agent)


async def _found(site: Site, session: AsyncSession, claims: Claims) -> Person | None:
    """Whose account this is, as the site has it; nobody's that the same provider already knows otherwise."""
    if site.settings.oidc_match == "login":
        person = await by_login(session, claims.login) if claims.login else None
        people: Sequence[Person] = [person] if person else []
    else:
        people = await provided.with_email(session, claims.email) if claims.email else []
    if len(people) != 1:
        return None
    return None if await provided.is_known(session, claims.issuer, people[0].id) else people[0]


async def _made(site: Site, session: AsyncSession, claims: Claims) -> Person:
    login = claims.login or claims.email
    name = " ".join((claims.name or login).split())
    taken = await by_login(session, login)
    if not site.settings.oidc_creates or taken or any(wrong_in({"login": login, "name": name})):
        raise NoAccount
    person = Person(
        login=login,
        name=name,
        folded=folded(name, login),
        email=claims.email or None,
        language=claims.language if claims.language in ("en", "fr") else "en",
        created_at=site.now(),
    )
    session.add(person)
    await session.flush()
    note(site, session, None, "person_created", about_id=person.id, about=name, detail="OpenID Connect")
    return person
