"""the province of a portal, as its place was named and today; numbers of the journal in 64 bits"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('portal') as batch:
        batch.add_column(sa.Column('province', sa.Text(), nullable=True))
        batch.add_column(sa.Column('province_now', sa.Text(), nullable=True))
    if op.get_bind().dialect.name == 'postgresql':  # SQLite's integers are that wide
        op.alter_column('journal', 'number', type_=sa.BigInteger())
