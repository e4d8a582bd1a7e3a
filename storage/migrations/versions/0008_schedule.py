"""subscriptions with their rhythm, the outbox, jobs of the schedule, troubles of portals"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.drop_table('delivery')  # neither was ever written to
    op.drop_table('subscription')
    op.create_table(
        'subscription',
        sa.Column('id', sa.String(length=16), nullable=False),
        sa.Column('channel', sa.String(length=10), nullable=False),
        sa.Column('target', sa.Text(), nullable=False),
        sa.Column('wish', sa.JSON(), nullable=False),
        sa.Column('rhythm', sa.String(length=10), nullable=False),
        sa.Column('minute', sa.Integer(), nullable=False),
        sa.Column('weekday', sa.Integer(), nullable=False),
        sa.Column('secret', sa.String(length=64), nullable=True),
        sa.Column('created', _MOMENT, nullable=False),
        sa.Column('confirmed', _MOMENT, nullable=True),
        sa.Column('due', _MOMENT, nullable=True),
        sa.Column('watermark', sa.BigInteger(), nullable=False),
        sa.Column('bounces', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('ix_subscription_target', 'subscription', ['target'])
    op.create_index('ix_subscription_due', 'subscription', ['due'])
    op.create_table(
        'delivery',
        sa.Column('id', sa.String(length=16), nullable=False),
        sa.Column('kind', sa.String(length=10), nullable=False),
        sa.Column('subscription_id', sa.String(length=16), nullable=True),
        sa.Column('first', sa.BigInteger(), nullable=False),
        sa.Column('last', sa.BigInteger(), nullable=False),
        sa.Column('items', sa.JSON(), nullable=False),
        sa.Column('made', _MOMENT, nullable=False),
        sa.Column('due', _MOMENT, nullable=True),
        sa.Column('tries', sa.Integer(), nullable=False),
        sa.Column('sent', _MOMENT, nullable=True),
        sa.Column('error', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(['subscription_id'], ['subscription.id']),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('ix_delivery_subscription_id', 'delivery', ['subscription_id'])
    op.create_index('ix_delivery_due', 'delivery', ['due'])
    op.create_table(
        'job',
        sa.Column('name', sa.String(length=40), nullable=False),
        sa.Column('due', _MOMENT, nullable=False),
        sa.Column('started', _MOMENT, nullable=True),
        sa.Column('ended', _MOMENT, nullable=True),
        sa.Column('outcome', sa.String(length=10), nullable=True),
        sa.Column('note', sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint('name'),
    )
    op.create_table(
        'trouble',
        sa.Column('portal', sa.String(length=100), nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('since', _MOMENT, nullable=False),
        sa.Column('ended', _MOMENT, nullable=True),
        sa.Column('told', _MOMENT, nullable=True),
        sa.Column('note', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['portal'], ['portal.slug']),
        sa.PrimaryKeyConstraint('portal', 'kind'),
    )
