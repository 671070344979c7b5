"""Steps of learners outside of sittings, and stored runs of their code."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "step",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("course", sa.String(200), nullable=False),
        sa.Column("topic", sa.String(200), nullable=False),
        sa.Column("mode", sa.String(50), nullable=False),
        sa.Column("item", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("nonce", sa.String(200)),
        sa.PrimaryKeyConstraint("id", name="pk_step"),
        sa.UniqueConstraint("learner", "nonce", name="uq_step_learner_nonce"),
        sa.ForeignKeyConstraint(["learner"], ["learner.id"], name="fk_step_learner_learner", ondelete="CASCADE"),
    )
    op.create_index("ix_step_learner_course_topic_mode", "step", ["learner", "course", "topic", "mode"])
    op.create_table(
        "run",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("course", sa.String(200), nullable=False),
        sa.Column("topic", sa.String(200), nullable=False),
        sa.Column("mode", sa.String(50), nullable=False),
        sa.Column("item", sa.String(200), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger),
        sa.Column("result", sa.JSON),
        sa.Column("figures", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
        sa.ForeignKeyConstraint(["learner"], ["learner.id"], name="fk_run_learner_learner", ondelete="CASCADE"),
    )
    op.create_index(
        "ix_run_learner_course_topic_item_started", "run", ["learner", "course", "topic", "item", "started"]
    )
