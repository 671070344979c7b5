"""Learners, their sittings with every event, and their badges."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "learner",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learner"),
        sa.UniqueConstraint("token_hash", name="uq_learner_token_hash"),
    )
    op.create_table(
        "sitting",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("course", sa.String(200), nullable=False),
        sa.Column("topic", sa.String(200), nullable=False),
        sa.Column("mode", sa.String(50), nullable=False),
        sa.Column("paper", sa.JSON, nullable=False),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("finished", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_sitting"),
        sa.ForeignKeyConstraint(["learner"], ["learner.id"], name="fk_sitting_learner_learner", ondelete="CASCADE"),
    )
    op.create_index("ix_sitting_learner_course_topic_started", "sitting", ["learner", "course", "topic", "started"])
    op.create_table(
        "event",
        sa.Column("sitting", sa.String(32), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("nonce", sa.String(200)),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("sitting", "seq", name="pk_event"),
        sa.UniqueConstraint("sitting", "nonce", name="uq_event_sitting_nonce"),
        sa.ForeignKeyConstraint(["sitting"], ["sitting.id"], name="fk_event_sitting_sitting", ondelete="CASCADE"),
    )
    op.create_table(
        "badge",
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("course", sa.String(200), nullable=False),
        sa.Column("topic", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sitting", sa.String(32), nullable=False),
        sa.Column("earned", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("learner", "course", "topic", name="pk_badge"),
        sa.ForeignKeyConstraint(["learner"], ["learner.id"], name="fk_badge_learner_learner", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sitting"], ["sitting.id"], name="fk_badge_sitting_sitting", ondelete="CASCADE"),
    )
