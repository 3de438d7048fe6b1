"""Whether it stays as fast: product by id and create at ten thousand, a hundred thousand and a million products."""
import os
import threading

import judge
import measure
import scenarios
import show
import statements
import world

SIZES = [int(size) for size in os.environ["SIZES"].split()]
SERVICE = scenarios.PRODUCT_ID


def grow(size):
    """Copies of one product, with the event that made it, until there are `size`."""
    there = int(world.sql("select count(*) from product.products"))
    if there >= size:
        return
    world.instance("term", SERVICE)
    rest = ", ".join(name for name in statements.columns("products").split(", ") if name not in ("id", "version"))
    number = f"({statements.NUMBERED} || ({statements.FIRST} + n))::uuid"
    world.sql(
        "create temp table one as select p.*, e.data from product.products p join product.events e "
        "on e.aggregate_id = p.id and e.sequence = 1 order by p.id limit 1;"
        f"insert into product.products (id, version, {rest}) select {number}, 1, {rest} from one, generate_series({there + 1}, {size}) n;"
        "insert into product.events (id, aggregate_type, aggregate_id, sequence, type, occurred_at, command_id, data) "
        f"select gen_random_uuid(), 'product', {number}, 1, 'product.created.v1', now(), gen_random_uuid(), data "
        f"from one, generate_series({there + 1}, {size}) n;"
        # Those who react to events needn't hear of these; the read models take them in.
        "update product.checkpoints set position = (select max(position) from product.events) where subscriber <> all "
        "(array['stock-ledger', 'inventory'])"
    )
    world.sql("vacuum analyze product.products, product.events")
    world.instance("start", SERVICE)
    caught_up()


def caught_up(tries=1200):
    pause = threading.Event()
    for _ in range(tries):
        lines = world.instance("run", SERVICE, "projections", "list").splitlines()
        if all(line.split()[2] == "0" for line in lines if line.startswith(("stock-ledger", "inventory"))):
            return
        pause.wait(0.5)
    raise RuntimeError("the read models did not catch up")


def measured(size):
    some = world.sql("select id from product.products where is_active order by random() limit 10000").split()
    reads = scenarios.file("growth", [f"GET {scenarios.PRODUCTS}/{id}" for id in some])
    new = '{"name": "One more", "price": 899.99, "stock": 1}'
    creates = scenarios.file("growth-create", [f"POST {scenarios.PRODUCTS} {new}"])
    pids = [world.pid(SERVICE)]
    ask = lambda requests: judge.medians([measure.wrk(world.PRODUCT, requests, pids) for _ in range(world.ROUNDS)])
    print(f"   {size} products", flush=True)
    measure.wrk(world.PRODUCT, reads, pids)  # warm
    row = {"products": size, "by_id": ask(reads), "create": ask(creates)}
    caught_up()
    return row


def run():
    rows = []
    for size in SIZES:
        grow(size)
        rows.append(measured(size))
    first, last = rows[0], rows[-1]
    slower = last["by_id"]["p50"] / first["by_id"]["p50"]
    errors = [f"{r['products']}: {r[s]['errors']}" for r in rows for s in ("by_id", "create") if r[s]["errors"]]
    what = f"product by id, p50 at {last['products']:,}, of that at {first['products']:,}"
    bars = [judge.bar(what, slower, most=1.3), judge.yes("no error", errors)]
    print(show.plain(show.BARS, show.bar_cells(bars)))
    return {"rows": rows, "bars": bars}
