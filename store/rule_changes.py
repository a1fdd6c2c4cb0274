"""Changing the rules on who may write to whom. These queries never commit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.columns import new_id
from store.importing import batches
from store.rules import RuleRow, goal, named_rules, rule, source


async def all_rules(session: AsyncSession) -> list[RuleRow]:
    """Every rule, by the names of its groups."""
    query = named_rules().order_by(source.c.folded, source.c.id, goal.c.folded, goal.c.id)
    return [(row[0], row[1], row[2], row[3], row[4]) for row in await session.execute(query)]


async def keep_rules_still(session: AsyncSession) -> None:
    """Let nobody else change a rule until the transaction ends. Who only asks does not wait."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("LOCK TABLE rule IN SHARE ROW EXCLUSIVE MODE"))


async def reach_of(session: AsyncSession, from_id: str, to_id: str) -> str | None:
    """What the rule from one group to another opens; None if there is none."""
    query = select(rule.c.reach).where(rule.c.from_group_id == from_id, rule.c.to_group_id == to_id)
    return (await session.execute(query)).scalar()


async def change_reach(session: AsyncSession, from_id: str, to_id: str, reach: str) -> None:
    """Let a rule that there is open something else."""
    query = update(rule).where(rule.c.from_group_id == from_id, rule.c.to_group_id == to_id)
    await session.execute(query.values(reach=reach))


async def drop_rule(session: AsyncSession, from_id: str, to_id: str) -> None:
    """Delete the rule from one group to another."""
    await session.execute(delete(rule).where(rule.c.from_group_id == from_id, rule.c.to_group_id == to_id))


async def drop_all(session: AsyncSession) -> None:
    """Delete every rule."""
    await session.execute(delete(rule))


async def add_rules(session: AsyncSession, rules: Sequence[tuple[str, str, str]], now: datetime) -> None:
    """Add rules: the group that may write, the one that may be written to, and the reach."""
    connection = await session.connection()
    rows: list[dict[str, Any]] = [
        {"id": new_id(), "from_group_id": one, "to_group_id": other, "reach": reach, "created_at": now}
        for one, other, reach in rules
    ]
    for batch in batches(rows):
        await connection.execute(insert(rule), batch)
