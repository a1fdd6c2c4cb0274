"""The rules on who may write to whom, for admins; and whom somebody may write to, and why."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from app import ruling
from app.administration.acting import check_admin
from app.rulebook import delete_rule, list_rules, set_rule
from app.rules.audience import Reach, Rule
from app.ruling import Permitted
from web.api.operation import Call, answer, done, operation
from web.api.wire import Cursor, Id, Items, Text
from web.limits import FILING, SEARCHING, spend


class NamedGroup(msgspec.Struct, frozen=True):
    """A group."""

    id: Id
    name: str


class ShownRule(msgspec.Struct, frozen=True, rename={"source": "from"}):
    """Members of `from` may write to the members of `to` one by one, to the `group` as a whole, or both."""

    source: NamedGroup
    to: NamedGroup
    reach: Reach


class NewReach(msgspec.Struct, frozen=True):
    """What a rule opens: the `members` of its group one by one, the `group` as a whole, or `both`."""

    reach: Reach


class AudienceSearch(msgspec.Struct, frozen=True):
    """First letters of names of people and groups; accents and case do not matter."""

    q: Annotated[Text, Meta(max_length=200)] = ""
    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


@operation("List the rules", gives={200: Items[ShownRule]}, refuses=(403,))
async def index(call: Call) -> Response:
    """All of them, by the names of their groups. Without any rule everybody may write to everybody."""
    return answer(Items([_shown(one) for one in await list_rules(call.site, call.who)]))


@operation("Set a rule", takes=NewReach, gives={200: ShownRule}, refuses=(404, 429))
async def put(call: Call, given: NewReach) -> Response:
    """From one group to another, or to the same. It holds at once; with the first rule what none allows is closed."""
    check_admin(call.who)
    await spend(call.site, FILING, call.who)
    return answer(_shown(await set_rule(call.site, call.who, call.id("from"), call.id("to"), given.reach)))


@operation("Delete a rule", gives={204: None}, refuses=(404, 429))
async def delete(call: Call) -> Response:
    """It holds at once. With the last rule everything is open again."""
    check_admin(call.who)
    await spend(call.site, FILING, call.who)
    await delete_rule(call.site, call.who, call.id("from"), call.id("to"))
    return done()


@operation(
    "Whom somebody may write to",
    query=AudienceSearch,
    gives={200: Items[Permitted]},
    refuses=(403, 404, 429),
)
async def audience(call: Call, given: AudienceSearch) -> Response:
    """Groups as a whole, then people, each by name and `because` of what: of which rule, or that there is none."""
    check_admin(call.who)
    await spend(call.site, SEARCHING, call.who)
    page = await ruling.whom_may(call.site, call.id("person"), given.q, given.cursor, limit=given.limit)
    return answer(Items(page.items, page.next))


def _shown(rule: Rule) -> ShownRule:
    return ShownRule(
        NamedGroup(rule.from_id, rule.from_name), NamedGroup(rule.to_id, rule.to_name), rule.reach
    )
