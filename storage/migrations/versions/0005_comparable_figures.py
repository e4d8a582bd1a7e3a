"""what makes figures comparable: key of the noun, value in a base unit, code of the place"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('figure') as batch:
        batch.add_column(sa.Column('place_code', sa.String(length=10), nullable=True))
        batch.add_column(sa.Column('key', sa.Text(), nullable=True))
        batch.add_column(sa.Column('base', sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column('base_unit', sa.String(length=40), nullable=True))
        batch.create_index('ix_figure_key', ['key'])
