"""re-posts: the origin of an article, what was compared, and bands to find what is alike"""

from random import SystemRandom

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('article') as batch:
        batch.add_column(sa.Column('origin', sa.String(length=16), nullable=True))
        batch.create_index(batch.f('ix_article_origin'), ['origin'], unique=False)
    # Of few values, and chosen by SQLite before better ones; figures are found by their own search index.
    for table, column in (('mention', 'type'), ('figure', 'type'), ('figure', 'value'), ('figure', 'key')):
        op.drop_index(f'ix_{table}_{column}', table_name=table)
    counter = sa.table('counter', sa.column('name', sa.String), sa.column('value', sa.BigInteger))
    values = {'epoch': SystemRandom().randrange(1, 2**62), 'rereading': 0, 'reposts': 0}
    op.bulk_insert(counter, [{'name': name, 'value': value} for name, value in values.items()])
    op.create_table(
        'likeness',
        sa.Column('article_id', sa.String(length=16), nullable=False),
        sa.Column('edition_id', sa.String(length=16), nullable=False),
        sa.Column('bands', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['article_id'], ['article.id']),
        sa.PrimaryKeyConstraint('article_id'),
    )
    op.create_table(
        'band',
        sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('article_id', sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint('key', 'article_id'),
        sqlite_with_rowid=False,
    )
