"""Rules on who may write to whom, what people set for themselves, links into accounts, and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PERSON_FLAGS = ("hides_presence", "shares_email")
PERSON_TEXTS = (("theme", 8), ("sending_key", 16))
REFUSED = "the audit log never changes"


def upgrade() -> None:
    """Create the tables, add the columns; the audit log can only grow."""
    for name in PERSON_FLAGS:
        op.add_column("person", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    for name in ("read_receipts", "shortcuts"):
        op.add_column("person", sa.Column(name, sa.Boolean(), server_default=sa.true(), nullable=False))
    for name, length in PERSON_TEXTS:
        op.add_column("person", sa.Column(name, sa.String(length=length), server_default="", nullable=False))
    op.add_column("person", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("access_token", sa.Column("name", sa.String(length=100), server_default="", nullable=False))
    _names()
    _rules()
    _accounts()
    _unreached()
    _audit()


def downgrade() -> None:
    """Drop them."""
    for table in ("audit", "unreached", "provided_identity", "account_link", "rule"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change_of_audit()")
    op.drop_column("access_token", "name")
    op.drop_index("ix_person_folded_id", "person")
    for name in ("erased_at", "sending_key", "theme", "shortcuts", "read_receipts", *PERSON_FLAGS):
        op.drop_column("person", name)


def _names() -> None:
    """Names are compared by code points, and people stand in their order."""
    if op.get_bind().dialect.name == "postgresql":
        for table in ("person", "group"):
            op.alter_column(table, "folded", type_=sa.String(length=400, collation="C"))
    op.create_index(op.f("ix_person_folded_id"), "person", ["folded", "id"])


def _rules() -> None:
    op.create_table(
        "rule",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("from_group_id", sa.String(length=32), nullable=False),
        sa.Column("to_group_id", sa.String(length=32), nullable=False),
        sa.Column("reach", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reach = 'members' OR reach = 'group' OR reach = 'both'", name=op.f("ck_rule_reach")
        ),
        sa.ForeignKeyConstraint(["from_group_id"], ["group.id"], name=op.f("fk_rule_from_group_id_group")),
        sa.ForeignKeyConstraint(["to_group_id"], ["group.id"], name=op.f("fk_rule_to_group_id_group")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule")),
        sa.UniqueConstraint("from_group_id", "to_group_id", name=op.f("uq_rule_from_group_id_to_group_id")),
    )
    op.create_index(op.f("ix_rule_to_group_id"), "rule", ["to_group_id"])


def _accounts() -> None:
    op.create_table(
        "account_link",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose = 'invitation' OR purpose = 'reset'", name=op.f("ck_account_link_purpose")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_link_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_link_token_hash")),
    )
    op.create_index(op.f("ix_account_link_person_id"), "account_link", ["person_id"])
    op.create_table(
        "provided_identity",
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_provided_identity_person_id_person")
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_provided_identity")),
    )
    op.create_index(op.f("ix_provided_identity_person_id"), "provided_identity", ["person_id"])


def _unreached() -> None:
    op.create_table(
        "unreached",
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_unreached_message_id_message")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_unreached_person_id_person")),
        sa.PrimaryKeyConstraint("message_id", "person_id", name=op.f("pk_unreached")),
    )
    op.create_index(op.f("ix_unreached_person_id"), "unreached", ["person_id"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(length=32), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("about_id", sa.String(length=32), nullable=True),
        sa.Column("about", sa.String(length=200), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_audit_actor_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for what, when in (
            ("UPDATE", "1"),
            ("DELETE", "1"),
            ("INSERT", "EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)"),
        ):
            op.execute(
                f"CREATE TRIGGER audit_{what.lower()} BEFORE {what} ON audit WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'restrict_violation'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_change BEFORE UPDATE OR DELETE ON audit "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit()"
        )
        op.execute(
            "CREATE TRIGGER audit_truncate BEFORE TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit()"
        )
