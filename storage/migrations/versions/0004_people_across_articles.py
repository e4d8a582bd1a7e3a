"""people across articles: sightings, who they are, what readers said of that"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # Derived, and read anew by this version anyway.
    op.drop_table('office')
    op.drop_table('person')
    op.create_table('sighting',
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('edition_id', sa.String(length=16), nullable=False),
    sa.Column('article_id', sa.String(length=16), nullable=False),
    sa.Column('portal', sa.String(length=100), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('author', sa.Boolean(), nullable=False),
    sa.Column('bodies', sa.JSON(), nullable=False),
    sa.Column('units', sa.JSON(), nullable=False),
    sa.Column('places', sa.JSON(), nullable=False),
    sa.Column('reported', sa.String(length=30), nullable=True),
    sa.Column('person_id', sa.String(length=16), nullable=True),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['edition_id'], ['edition.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    for column in ('edition_id', 'article_id', 'key', 'person_id'):
        op.create_index(f'ix_sighting_{column}', 'sighting', [column])
    op.create_table('person',
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('portal', sa.String(length=100), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['portal'], ['portal.slug'], ),
    sa.PrimaryKeyConstraint('id')
    )
    for column in ('name', 'portal'):
        op.create_index(f'ix_person_{column}', 'person', [column])
    op.create_table('office',
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('sighting_id', sa.String(length=16), nullable=False),
    sa.Column('edition_id', sa.String(length=16), nullable=False),
    sa.Column('mention_id', sa.String(length=16), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('position', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=True),
    sa.Column('whole', sa.Text(), nullable=True),
    sa.Column('until', sa.String(length=10), nullable=True),
    sa.Column('status', sa.String(length=10), nullable=True),
    sa.Column('reported', sa.String(length=30), nullable=True),
    sa.ForeignKeyConstraint(['edition_id'], ['edition.id'], ),
    sa.ForeignKeyConstraint(['mention_id'], ['mention.id'], ),
    sa.ForeignKeyConstraint(['sighting_id'], ['sighting.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    for column in ('body', 'edition_id', 'sighting_id'):
        op.create_index(f'ix_office_{column}', 'office', [column])
    op.create_table('identity',
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('action', sa.String(length=10), nullable=False),
    sa.Column('members', sa.JSON(), nullable=False),
    sa.Column('others', sa.JSON(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', _MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('relink',
    sa.Column('key', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('key')
    )
    op.execute(sa.text('UPDATE edition SET annotated_by = NULL'))

