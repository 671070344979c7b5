"""The tables at the newest revision, for SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

HEAD = "0002"
"""The revision of these tables. Kept here so that opening a current store need not import Alembic."""

_ESCAPE = "\ufdd0"
"""Begins an escaped character in PostgreSQL. It is no character that anyone types: Unicode never assigns it."""
_ESCAPED_NUL, _ESCAPED_ESCAPE = f"{_ESCAPE}0", f"{_ESCAPE}1"


class AnyString(TypeDecorator[str]):
    """Text with any characters: what a learner typed comes back as it was typed. PostgreSQL cannot store NUL."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text with NUL escaped."""
        if value is None or not ("\x00" in value or _ESCAPE in value):
            return value
        return value.replace(_ESCAPE, _ESCAPED_ESCAPE).replace("\x00", _ESCAPED_NUL)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        """Return the text as it was before it was escaped."""
        if value is None or _ESCAPE not in value:
            return value
        return str(value).replace(_ESCAPED_NUL, "\x00").replace(_ESCAPED_ESCAPE, _ESCAPE)

    def bind_processor(self, dialect: Dialect) -> Any:
        """Return the function that escapes; none for SQLite, which stores any text."""
        return super().bind_processor(dialect) if dialect.name == "postgresql" else None

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Return the function that undoes it; none for SQLite."""
        return super().result_processor(dialect, coltype) if dialect.name == "postgresql" else None


class AnyText(AnyString):
    """The same without a limit to its length."""

    impl = Text
    cache_ok = True


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
    Column("id", AnyString(32), primary_key=True),
    Column("token_hash", AnyString(64), nullable=False, unique=True),
    Column("created", BigInteger, nullable=False),
)

sitting = Table(
    "sitting",
    metadata,
    Column("id", AnyString(32), primary_key=True),
    Column("learner", ForeignKey("learner.id", ondelete="CASCADE"), nullable=False),
    Column("course", AnyString(200), nullable=False),
    Column("topic", AnyString(200), nullable=False),
    Column("mode", AnyString(50), nullable=False),
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
    Column("nonce", AnyString(200)),
    Column("kind", AnyString(50), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("data", JSON, nullable=False),
    UniqueConstraint("sitting", "nonce"),
)

badge = Table(
    "badge",
    metadata,
    Column("learner", ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True),
    Column("course", AnyString(200), primary_key=True),
    Column("topic", AnyString(200), primary_key=True),
    Column("name", AnyString(200), nullable=False),
    Column("sitting", ForeignKey("sitting.id", ondelete="CASCADE"), nullable=False),
    Column("earned", BigInteger, nullable=False),
)

step = Table(
    "step",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("learner", ForeignKey("learner.id", ondelete="CASCADE"), nullable=False),
    Column("course", AnyString(200), nullable=False),
    Column("topic", AnyString(200), nullable=False),
    Column("mode", AnyString(50), nullable=False),
    Column("item", AnyString(200), nullable=False),
    Column("kind", AnyString(50), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("data", JSON, nullable=False),
    Column("nonce", AnyString(200)),
    UniqueConstraint("learner", "nonce"),
    Index(None, "learner", "course", "topic", "mode"),
)

run = Table(
    "run",
    metadata,
    Column("id", AnyString(64), primary_key=True),
    Column("learner", ForeignKey("learner.id", ondelete="CASCADE"), nullable=False),
    Column("course", AnyString(200), nullable=False),
    Column("topic", AnyString(200), nullable=False),
    Column("mode", AnyString(50), nullable=False),
    Column("item", AnyString(200), nullable=False),
    Column("code", AnyText, nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Column("result", JSON(none_as_null=True)),
    Column("figures", JSON(none_as_null=True)),
    Index(None, "learner", "course", "topic", "item", "started"),
)
