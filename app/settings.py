"""Every setting, read from the environment once, frozen and validated."""

import secrets
import socket
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.rules.files import MIB, FileLimits
from app.rules.quiet_hours import QuietHours, parse_quiet_hours

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Settings(BaseSettings):
    """How this installation is set up. A field is read from `PARLEY_<NAME>` unless its alias says so."""

    model_config = SettingsConfigDict(
        env_prefix="PARLEY_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    database_url: str = Field(default="", description="SQLite or PostgreSQL; empty: SQLite under `var/`")
    redis_url: str = Field(default="", description="Redis between nodes; empty: one process only")
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=0, le=65535, description="port to listen on; 0 picks a free one")
    data: Path = Field(default=Path("var/files"), description="folder for attachment bytes")
    files_url: str = Field(
        default="", description="`s3://bucket/folder` for them instead; AWS_… variables say how to get there"
    )
    attachment_mib: int = Field(default=25, ge=1, le=4096, description="MiB of the largest attachment")
    attachments: int = Field(default=20, ge=1, le=100, description="attachments of one message or reply")
    attachments_mib: int = Field(default=100, ge=1, description="MiB of them together")
    person_mib: int = Field(
        default=2048, ge=1, description="MiB of all attachments that a person has brought"
    )
    processes: int = Field(
        default=1, ge=1, le=64, validation_alias="WEB_CONCURRENCY", description="server processes"
    )
    secret: SecretStr = Field(
        default=SecretStr(""), description="signs what leaves the server; required in public"
    )
    setup_code: SecretStr = Field(
        default=SecretStr(""),
        description="what the first start asks for; empty: made and printed at start",
    )
    oidc_issuer: str = Field(
        default="", description="OpenID provider through which people may sign in; empty: none"
    )
    oidc_client_id: str = Field(default="", description="what this site is called there")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="its secret there")
    oidc_label: str = Field(default="", description="what the button says; empty: the issuer's host")
    oidc_match: Literal["email", "login"] = Field(
        default="email", description="how an account is found the first time"
    )
    oidc_creates: bool = Field(default=False, description="make an account for whom the provider knows")
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="further origins, by commas"
    )
    rate_limits: Literal["on", "off"] = Field(default="on", description="`off` for benchmarks")
    connections_per_address: int = Field(
        default=5000, ge=1, description="live connections from one address, on all nodes together"
    )
    node: str = Field(default="", description="this node's name; empty: host and a random part")
    drain_seconds: float = Field(
        default=3, ge=0, le=10, description="seconds that live clients have to go elsewhere at a stop"
    )
    session_idle_days: int = Field(
        default=14, ge=1, description="days without use after which a sign-in ends"
    )
    session_days: int = Field(default=90, ge=1, description="days after which a sign-in ends in any case")
    invitation_hours: int = Field(
        default=1, ge=1, le=720, description="hours for which an invitation link is good"
    )
    undo_seconds: float = Field(
        default=6, ge=0, le=60, description="seconds to take back what was sent from a page; 0: none"
    )
    quiet_hours: str = Field(
        default="", description="when messages wait: `Mon-Fri 20:00-07:00, Sat-Sun 00:00-24:00`; empty: never"
    )
    time_zone: str = Field(
        default="Europe/Paris", description="zone whose clocks the quiet hours are read off"
    )
    urgent_groups: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="groups, by `;`, whose members may mark a message as urgent, as admins may"
    )
    anyone_removes: bool = Field(default=False, description="every participant may remove every other")
    reachable_days: int = Field(
        default=15, ge=1, description="days since last seen after which one is not reachable"
    )
    trash_days: int = Field(default=30, ge=1, description="days after which the trash empties itself")
    purge_days: int = Field(
        default=7, ge=0, description="days after which a discussion that everybody has left is purged"
    )
    asleep_days: int = Field(
        default=30, ge=1, description="days without a reply after which a room is not followed live"
    )

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(origin.strip().rstrip("/") for origin in value.split(",") if origin.strip())
        return value

    @field_validator("urgent_groups", mode="before")
    @classmethod
    def _named_groups(cls, value: object) -> object:
        if isinstance(value, str):
            # As `parley people import` reads their names.
            return tuple(name for part in value.split(";") if (name := " ".join(part.split())))
        return value

    @field_validator("quiet_hours")
    @classmethod
    def _understood_hours(cls, value: str) -> str:
        parse_quiet_hours(value)
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("must name a time zone, such as Europe/Paris or UTC") from None
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value:
            return "sqlite+aiosqlite:///var/parley.db"
        if value.startswith(("sqlite+aiosqlite://", "postgresql+asyncpg://")):
            return value
        raise ValueError("must begin with sqlite+aiosqlite:// or postgresql+asyncpg://")

    @field_validator("files_url")
    @classmethod
    def _known_files_url(cls, value: str) -> str:
        if not value or value.startswith("s3://"):
            return value
        raise ValueError("must begin with s3://")

    @field_validator("oidc_issuer")
    @classmethod
    def _safe_issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("must begin with https://")
        return value

    @field_validator("node")
    @classmethod
    def _named_node(cls, value: str) -> str:
        return value or f"{socket.gethostname()}-{secrets.token_hex(3)}"

    @model_validator(mode="after")
    def _consistent(self) -> "Settings":
        if self.processes > 1 and not self.redis_url:
            raise ValueError(
                f"WEB_CONCURRENCY={self.processes} needs PARLEY_REDIS_URL: "
                "several processes share replies through Redis"
            )
        if not self.secret.get_secret_value() and (self.is_postgres or self.host not in LOOPBACK):
            raise ValueError("PARLEY_SECRET is required with PostgreSQL or a public host")
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret.get_secret_value()):
            raise ValueError("PARLEY_OIDC_ISSUER needs PARLEY_OIDC_CLIENT_ID and PARLEY_OIDC_CLIENT_SECRET")
        return self

    @property
    def is_postgres(self) -> bool:
        """Whether the store is PostgreSQL."""
        return self.database_url.startswith("postgresql")

    @property
    def oidc_name(self) -> str:
        """What the way to sign in through the provider is called."""
        return self.oidc_label or (urlsplit(self.oidc_issuer).hostname or "")

    @cached_property
    def quiet(self) -> QuietHours | None:
        """The hours in which messages wait; None when there are none."""
        spans = parse_quiet_hours(self.quiet_hours)
        return QuietHours(spans, ZoneInfo(self.time_zone)) if spans else None

    @property
    def file_limits(self) -> FileLimits:
        """How many files, and how large, may be carried and kept."""
        return FileLimits(
            file=self.attachment_mib * MIB,
            files=self.attachments,
            together=self.attachments_mib * MIB,
            person=self.person_mib * MIB,
        )

    @property
    def limits_rates(self) -> bool:
        """Whether throttles and connection caps are in force."""
        return self.rate_limits == "on"
