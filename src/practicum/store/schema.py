"""The tables at the newest revision, for SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

HEAD = "0002"
"""The revision of these tables. Kept here so that opening a current store need not import Alembic."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

learner = Table(
    "learner",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created", BigInteger, nullable=False),
)

sitting = Table(
    "sitting",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("learner", ForeignKey("learner.id", ondelete="CASCADE"), nullable=False),
    Column("course", String(200), nullable=False),
    Column("topic", String(200), nullable=False),
    Column("mode", String(50), nullable=False),
    Column("paper", JSON, nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("finished", BigInteger),
    Index(None, "learner", "course", "topic", "started"),
)

event = Table(
    "event",
    metadata,
    Column("sitting", ForeignKey("sitting.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("nonce", String(200)),
    Column("kind", String(50), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("data", JSON, nullable=False),
    UniqueConstraint("sitting", "nonce"),
)

badge = Table(
    "badge",
    metadata,
    Column("learner", ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True),
    Column("course", String(200), primary_key=True),
    Column("topic", String(200), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("sitting", ForeignKey("sitting.id", ondelete="CASCADE"), nullable=False),
    Column("earned", BigInteger, nullable=False),
)

step = Table(
    "step",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("learner", ForeignKey("learner.id", ondelete="CASCADE"), nullable=False),
    Column("course", String(200), nullable=False),
    Column("topic", String(200), nullable=False),
    Column("mode", String(50), nullable=False),
    Column("item", String(200), nullable=False),
    Column("kind", String(50), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("data", JSON, nullable=False),
    Column("nonce", String(200)),
    UniqueConstraint("learner", "nonce"),
    Index(None, "learner", "course", "topic", "mode"),
)

run = Table(
    "run",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("learner", ForeignKey("learner.id", ondelete="CASCADE"), nullable=False),
    Column("course", String(200), nullable=False),
    Column("topic", String(200), nullable=False),
    Column("mode", String(50), nullable=False),
    Column("item", String(200), nullable=False),
    Column("code", Text, nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Column("result", JSON(none_as_null=True)),
    Column("figures", JSON(none_as_null=True)),
    Index(None, "learner", "course", "topic", "item", "started"),
)
