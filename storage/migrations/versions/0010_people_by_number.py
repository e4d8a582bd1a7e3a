"""how many articles tell of a person, and the name as it is looked for"""

import sqlalchemy as sa
from alembic import op

from text import bare_key, match_key

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

_LOT = 1000


def upgrade() -> None:
    op.add_column('person', sa.Column('told', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('person', sa.Column('key', sa.Text(), nullable=False, server_default=''))
    op.add_column('person', sa.Column('bare', sa.Text(), nullable=False, server_default=''))
    person = sa.table('person', *map(sa.column, ('id', 'name', 'told', 'key', 'bare')))
    sighting = sa.table('sighting', sa.column('person_id'), sa.column('article_id'))
    count = sa.select(sa.func.count(sighting.c.article_id.distinct()))
    op.execute(sa.update(person).values(told=count.where(sighting.c.person_id == person.c.id).scalar_subquery()))
    connection = op.get_bind()
    names = {'key': sa.bindparam('exact'), 'bare': sa.bindparam('folded')}
    fill = sa.update(person).where(person.c.id == sa.bindparam('which')).values(names)
    last = ''
    while True:
        asked = sa.select(person.c.id, person.c.name).where(person.c.id > last)
        rows = connection.execute(asked.order_by(person.c.id).limit(_LOT)).all()
        if not rows:
            break
        connection.execute(
            fill,
            [{'which': key, 'exact': f' {match_key(name)} ', 'folded': f' {bare_key(name)} '} for key, name in rows],
        )
        last = rows[-1].id
    op.create_index('ix_person_told', 'person', ['told', 'id'])
