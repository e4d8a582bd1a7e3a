"""captures sealed to their bytes, pages leased to runs, journal counted, corrections

What is derived is emptied: it is read anew from the WARC files, which this leaves as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

_EMPTIED = ('office', 'person', 'time', 'figure', 'mention', 'attachment', 'capture', 'edition', 'article')


def upgrade() -> None:
    for table in _EMPTIED:
        op.execute(f'DELETE FROM {table}')
    op.drop_table('capture')
    op.create_table('capture',
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('portal', sa.String(length=100), nullable=False),
    sa.Column('page_id', sa.String(length=16), nullable=True),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('captured', sa.DateTime(timezone=True), nullable=False),
    sa.Column('warc_file', sa.Text(), nullable=False),
    sa.Column('warc_start', sa.BigInteger(), nullable=False),
    sa.Column('warc_offset', sa.BigInteger(), nullable=False),
    sa.Column('warc_length', sa.BigInteger(), nullable=False),
    sa.Column('digest', sa.String(length=100), nullable=False),
    sa.Column('checksum', sa.String(length=80), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('read_by', sa.String(length=40), nullable=True),
    sa.Column('article_id', sa.String(length=16), nullable=True),
    sa.Column('edition_id', sa.String(length=16), nullable=True),
    sa.ForeignKeyConstraint(['portal'], ['portal.slug'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_capture_article_id'), 'capture', ['article_id'], unique=False)
    op.create_index(op.f('ix_capture_edition_id'), 'capture', ['edition_id'], unique=False)
    op.create_index(op.f('ix_capture_portal'), 'capture', ['portal'], unique=False)
    op.create_index(op.f('ix_capture_state'), 'capture', ['state'], unique=False)
    op.create_index(op.f('ix_capture_warc_file'), 'capture', ['warc_file'], unique=False)
    with op.batch_alter_table('edition') as batch:
        batch.add_column(sa.Column('capture_id', sa.String(length=16), nullable=False))
        batch.alter_column('annotated_by', type_=sa.String(length=40))
        batch.create_index('ix_edition_capture_id', ['capture_id'])
    with op.batch_alter_table('page') as batch:
        batch.add_column(sa.Column('ask', sa.JSON(), nullable=True))
        batch.add_column(sa.Column('leased_by', sa.Integer(), nullable=True))
        batch.drop_column('leased_until')
    with op.batch_alter_table('article') as batch:
        batch.add_column(sa.Column('vanished', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('figure') as batch:
        batch.add_column(sa.Column('part_of', sa.String(length=16), nullable=True))
        batch.add_column(sa.Column('place', sa.Text(), nullable=True))
    with op.batch_alter_table('run') as batch:
        batch.add_column(sa.Column('failed', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('journal') as batch:
        batch.add_column(sa.Column('detail', sa.Text(), nullable=True))
        batch.create_index('ix_journal_article_id', ['article_id'])
        batch.create_index('ix_journal_edition_id', ['edition_id'])
    op.create_table('counter',
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('value', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.execute("INSERT INTO counter (name, value) SELECT 'journal', coalesce(max(number), 0) FROM journal")
    op.create_table('correction',
    sa.Column('figure_id', sa.String(length=16), nullable=False),
    sa.Column('article_id', sa.String(length=16), nullable=False),
    sa.Column('action', sa.String(length=10), nullable=False),
    sa.Column('value', sa.Text(), nullable=True),
    sa.Column('scaled', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('figure_id')
    )
