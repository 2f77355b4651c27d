"""The archive's first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "archive_state",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "archive_document",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(40), nullable=False, unique=True),
        sa.Column("sha256", sa.String(64), nullable=False, unique=True),
        *(sa.Column(n, sa.Text, nullable=False) for n in ("file", "title", "unit", "unit_type", "project", "author")),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("year", sa.Integer),
        sa.Column("received", sa.String(40), nullable=False),
        sa.Column("characters", sa.Integer, nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "archive_fresh",
        sa.Column(
            "number", sa.Integer, sa.ForeignKey("archive_document.number"), primary_key=True, autoincrement=False
        ),
        sa.Column("prints", sa.LargeBinary, nullable=False),
        sa.Column("grams", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "archive_posting",
        sa.Column("bucket", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("entries", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "archive_frequency",
        sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("counts", sa.LargeBinary, nullable=False),
    )
