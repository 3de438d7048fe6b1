"""The statements of the service as pgbench runs them, with the columns that the tables have at the moment.

pgbench knows no uuids. In its copy of the database the products are numbered, so that one prepared statement serves for all
of them: the number's digits are the end of the id.
"""
import world

FIRST = 100_000_000_000
NUMBERED = "'00000000-0000-7000-8000-'"


def columns(table):
    return world.sql(
        f"select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute "
        f"where attrelid = 'product.{table}'::regclass and attnum > 0 and not attisdropped"
    )


def number_the_products():
    """Once, in the copy."""
    world.sql(
        f"create temp table numbered as select id, ({NUMBERED} || ({FIRST} - 1 + row_number() over (order by id)))::uuid new "
        "from product.products; create index on numbered (id);"
        "update product.products p set id = new from numbered n where n.id = p.id;"
        "update product.events e set aggregate_id = new from numbered n where n.id = e.aggregate_id",
        world.PGBENCH_DB,
    )
    world.sql("vacuum (full, analyze) product.products, product.events", world.PGBENCH_DB)
    world.sql("vacuum analyze product.products, product.events")


def pick(last):
    return f"\\set n random({FIRST}, {FIRST + last - 1})\n"


def by_id(products):
    return pick(products) + f"SELECT {columns('products')} FROM product.products WHERE id = ({NUMBERED} || :n)::uuid;\n"


def page(condition=""):
    return (
        f"SELECT {columns('products')} FROM product.products WHERE NOT is_deleted AND is_active{condition} "
        "ORDER BY id LIMIT 20;\n"
    )


def any_page(pages):
    return f"\\set n random(0, {pages - 1})\n" + page().replace("LIMIT 20", "LIMIT 20 OFFSET 20 * :n")


def search(text):
    return page(rf" AND search_text LIKE '%{text}%' ESCAPE '\'")


EVENT = "INSERT INTO product.events (id, aggregate_type, aggregate_id, sequence, type, occurred_at, command_id, data)"


def remove(products):
    """The conditional decrement and its event, in one statement."""
    return pick(products) + (
        "WITH changed AS (UPDATE product.products SET stock = stock - 1, version = version + 1, updated_at = now() "
        f"WHERE id = ({NUMBERED} || :n)::uuid AND stock >= 1 AND NOT is_deleted RETURNING id, stock, version) "
        f"{EVENT} SELECT gen_random_uuid(), 'product', id, version, 'product.stock_removed.v1', now(), gen_random_uuid(), "
        "jsonb_build_object('quantity', 1, 'stock_after', stock, 'reason', null, 'reference', null) FROM changed;\n"
    )


def create():
    """A row and its event, in one transaction. What both hold is copied from a product that is there."""
    names = columns("products").split(", ")
    literal = lambda select: world.sql(select, world.PGBENCH_DB)
    first = f"from product.products where id = ({NUMBERED} || {FIRST})::uuid"
    values = ", ".join(
        "(%s || :n)::uuid" % "'00000000-0000-7000-9000-'" if name == "id" else literal(f"select quote_nullable({name}) {first}")
        for name in names
    )
    data = literal(
        f"select quote_literal(data::text) from product.events where aggregate_id = ({NUMBERED} || {FIRST})::uuid and sequence = 1"
    )
    return (
        "\\set n random(100000000000, 999999999999)\n"
        "BEGIN;\n"
        f"INSERT INTO product.products ({', '.join(names)}) VALUES ({values});\n"
        f"{EVENT} VALUES (gen_random_uuid(), 'product', ('00000000-0000-7000-9000-' || :n)::uuid, 1, 'product.created.v1', now(), "
        f"gen_random_uuid(), {data});\n"
        "COMMIT;\n"
    )
