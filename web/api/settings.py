"""What somebody sets for herself."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from starlette.responses import Response

from app import own_settings
from app.own_settings import OwnSettings
from web.api.operation import Call, answer, operation
from web.api.wire import Text

Language = Literal["en", "fr"]
Theme = Literal["", "light", "dark"]
SendingKey = Literal["", "enter", "ctrl-enter"]
Zone = Annotated[Text, Meta(max_length=64, description="such as Europe/Paris")]


class Settings(msgspec.Struct, frozen=True):
    """One's own settings. Empty `theme`: as the browser has it; empty `sending_key`: as the site has it.

    `messaging`: one uses the messaging. `read_receipts`: others see how far one has read. `hides_presence`: nobody is
    shown that one is here. `shares_email`: who may write to one sees the address where one cannot be reached here.
    `login` and `email` are set by admins.
    """

    login: str
    email: str | None
    name: str
    language: Language
    time_zone: str
    theme: Theme
    sending_key: SendingKey
    shortcuts: bool
    read_receipts: bool
    messaging: bool
    hides_presence: bool
    shares_email: bool


class SettingsChange(msgspec.Struct, frozen=True):
    """What is to be other than before; what is absent stays as it is."""

    name: Annotated[Text, Meta(max_length=500, description="1 to 200 characters")] | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    time_zone: Zone | UnsetType = UNSET
    theme: Theme | UnsetType = UNSET
    sending_key: SendingKey | UnsetType = UNSET
    shortcuts: bool | UnsetType = UNSET
    read_receipts: bool | UnsetType = UNSET
    messaging: bool | UnsetType = UNSET
    hides_presence: bool | UnsetType = UNSET
    shares_email: bool | UnsetType = UNSET


@operation("Show one's own settings", gives={200: Settings})
async def show(call: Call) -> Response:
    """What one has set for oneself."""
    return answer(_settings(await own_settings.show(call.site, call.who)))


@operation("Change one's own settings", takes=SettingsChange, gives={200: Settings}, refuses=(422,))
async def change(call: Call, given: SettingsChange) -> Response:
    """Others see one's name, and whether one can be reached, as they are now, at once."""
    fields = {name: value for name, value in msgspec.structs.asdict(given).items() if value is not UNSET}
    return answer(_settings(await own_settings.change(call.site, call.who, **fields)))


def _settings(own: OwnSettings) -> Settings:
    return msgspec.convert(own, Settings, from_attributes=True)
