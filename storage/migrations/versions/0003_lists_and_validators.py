"""what lists showed, validators, when articles were last seen, reports of runs, circuit breakers"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table('page') as batch:
        batch.add_column(sa.Column('listing', sa.JSON(), nullable=True))
        batch.add_column(sa.Column('pages', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('listed', _MOMENT, nullable=True))
        batch.add_column(sa.Column('unlisted', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column('validators', sa.JSON(), nullable=True))
    with op.batch_alter_table('capture') as batch:
        batch.add_column(sa.Column('unlisted', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('article') as batch:
        batch.add_column(sa.Column('seen', _MOMENT, nullable=True))
    with op.batch_alter_table('attachment') as batch:
        batch.add_column(sa.Column('page_id', sa.String(length=16), nullable=True))
        batch.create_index('ix_attachment_page_id', ['page_id'])
    with op.batch_alter_table('run') as batch:
        batch.add_column(sa.Column('requests', sa.Integer(), nullable=False, server_default='0'))
        batch.add_column(sa.Column('report', sa.JSON(), nullable=True))
    op.create_table('breaker',
    sa.Column('host', sa.String(length=200), nullable=False),
    sa.Column('until', _MOMENT, nullable=False),
    sa.Column('trips', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('host')
    )
