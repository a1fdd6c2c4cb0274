"""Passwords: kept as Argon2id, hashed and checked off the event loop."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from app.rules.passwords import MOST_CHARACTERS

MAX_PASSWORD = MOST_CHARACTERS

# OWASP's parameters for Argon2id. A hash takes 19 MiB, so no more than two are made at once in a process.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_hashing = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


def hash_password(password: str) -> str:
    """An Argon2id hash of `password`. Takes tens of milliseconds and 19 MiB: keep it off the event loop."""
    return _hasher.hash(_bytes(password))


async def hash_passwords(passwords: list[str]) -> list[str]:
    """Hashes of several passwords, made off the event loop, at most two at once."""
    loop = asyncio.get_running_loop()
    return await asyncio.gather(*(loop.run_in_executor(_hashing, hash_password, p) for p in passwords))


async def check_password(password_hash: str | None, password: str) -> tuple[bool, str | None]:
    """Whether the password is right, and a new hash where the old one's parameters are not today's."""
    return await asyncio.get_running_loop().run_in_executor(_hashing, _verify, password_hash, password)


def _verify(password_hash: str | None, password: str) -> tuple[bool, str | None]:
    too_long = len(password) > MAX_PASSWORD
    try:
        _hasher.verify(password_hash or _nobodys_hash(), b"" if too_long else _bytes(password))
    except (Argon2Error, InvalidHashError):
        return False, None
    if password_hash is None or too_long:
        return False, None
    outdated = _hasher.check_needs_rehash(password_hash)
    return True, _hasher.hash(_bytes(password)) if outdated else None


@cache
def _nobodys_hash() -> str:
    # Checked for accounts that do not exist or have no password, so that the answer takes the same time.
    return _hasher.hash(secrets.token_bytes(16))


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
