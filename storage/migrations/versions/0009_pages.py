"""what is taken down, portals that are paused, captures by the address they answer"""

import sqlalchemy as sa
from alembic import op

from storage.ids import address_id, article_address

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_LOT = 1000


def upgrade() -> None:
    op.create_table(
        'takedown',
        sa.Column('id', sa.String(length=16), nullable=False),
        sa.Column('kind', sa.String(length=10), nullable=False),
        sa.Column('target', sa.String(length=16), nullable=False),
        sa.Column('label', sa.Text(), nullable=False),
        sa.Column('members', sa.JSON(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('at', _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('ix_takedown_target', 'takedown', ['target'])
    op.create_table(
        'pause',
        sa.Column('portal', sa.String(length=100), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('at', _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(['portal'], ['portal.slug']),
        sa.PrimaryKeyConstraint('portal'),
    )
    op.add_column('capture', sa.Column('address', sa.String(length=16), nullable=True))
    _fill_addresses()
    op.create_index('ix_capture_address', 'capture', ['address'])
    op.add_column('attachment', sa.Column('address', sa.String(length=16), nullable=True))
    _fill_files()
    op.create_index('ix_attachment_address', 'attachment', ['address'])


def _fill_addresses() -> None:
    capture = sa.table('capture', *map(sa.column, ('id', 'url', 'article_id', 'address')))
    article = sa.table('article', sa.column('id'), sa.column('url'))
    connection = op.get_bind()
    fill = sa.update(capture).where(capture.c.id == sa.bindparam('key')).values(address=sa.bindparam('found'))
    last = ''
    while True:
        asked = sa.select(capture.c.id, capture.c.url, article.c.id.label('own'), article.c.url.label('page'))
        asked = asked.select_from(capture.outerjoin(article, article.c.id == capture.c.article_id))
        asked = asked.where(capture.c.id > last).order_by(capture.c.id).limit(_LOT)
        rows = connection.execute(asked).all()
        if not rows:
            return
        found = [(row.id, article_address(row.page, row.own) if row.own else row.url) for row in rows]
        connection.execute(fill, [{'key': key, 'found': address_id(url)} for key, url in found])
        last = rows[-1].id


def _fill_files() -> None:
    attachment = sa.table('attachment', *map(sa.column, ('id', 'url', 'address')))
    connection = op.get_bind()
    fill = sa.update(attachment).where(attachment.c.id == sa.bindparam('key')).values(address=sa.bindparam('found'))
    rows = connection.execute(sa.select(attachment.c.id, attachment.c.url)).all()
    if rows:
        connection.execute(fill, [{'key': row.id, 'found': address_id(row.url)} for row in rows])
