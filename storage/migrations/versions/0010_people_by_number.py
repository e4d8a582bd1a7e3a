"""how many articles tell of a person, and the names as they are looked for"""

from collections import defaultdict
from collections.abc import Callable

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
    person = sa.table('person', *map(sa.column, ('id', 'told', 'key', 'bare')))
    sighting = sa.table('sighting', *map(sa.column, ('person_id', 'article_id', 'name')))
    connection = op.get_bind()
    fill = sa.update(person).where(person.c.id == sa.bindparam('which')).values(
        told=sa.bindparam('often'), key=sa.bindparam('exact'), bare=sa.bindparam('folded')
    )
    last = ''
    while ids := connection.scalars(
        sa.select(person.c.id).where(person.c.id > last).order_by(person.c.id).limit(_LOT)
    ).all():
        told = sa.select(sighting).where(sighting.c.person_id.in_(ids))
        names, articles = defaultdict(set), defaultdict(set)
        for key, article, name in connection.execute(told):
            names[key].add(name)
            articles[key].add(article)
        connection.execute(fill, [
            {'which': key, 'often': len(articles[key]), 'exact': _as_matched(names[key], match_key),
             'folded': _as_matched(names[key], bare_key)}
            for key in ids
        ])
        last = ids[-1]
    op.create_index('ix_person_told', 'person', ['told', 'id'])


def _as_matched(names: set[str], key: Callable[[str], str]) -> str:
    return ' \n '.join(['', *sorted(set(map(key, names))), ''])
