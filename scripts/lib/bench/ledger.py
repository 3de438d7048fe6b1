"""Whether the log says what happened: no gap, no update lost, every `stock_after` the one before and its movement."""
import threading

import world

CHECK = """
with log as (
  select aggregate_id, sequence, type, coalesce(data ->> 'stock_after', data ->> 'stock')::bigint as stock,
    case type when 'product.stock_removed.v1' then -(data ->> 'quantity')::bigint
      when 'product.stock_added.v1' then (data ->> 'quantity')::bigint else 0 end as moved
  from product.events where aggregate_type = 'product'),
steps as (
  select *, lag(stock) over (partition by aggregate_id order by sequence) as before from log where stock is not null),
last as (
  select distinct on (aggregate_id) aggregate_id, stock from steps order by aggregate_id, sequence desc),
versions as (
  select aggregate_id, max(sequence) as version, count(*) as events from log group by aggregate_id)
select 'products with a gap in their log', count(*) from versions where version <> events
union all select 'movements that do not follow from the one before', count(*) from steps where before is not null and stock <> before + moved
union all select 'rows whose stock is not the log''s', count(*) from last join product.products p on p.id = aggregate_id where p.stock <> last.stock
union all select 'rows whose version is not the log''s', count(*) from versions v join product.products p on p.id = aggregate_id where p.version <> v.version
"""


def removals():
    """How many there are, once those that were on their way at the end of a round have come in."""
    seen, now, pause = None, -1, threading.Event()
    while now != seen:
        seen, now = now, int(world.sql("select count(*) from product.events where type = 'product.stock_removed.v1'"))
        pause.wait(0.3)
    return now


def problems(damage=""):
    """What is wrong; with `damage` done before the look and undone after it."""
    lines = world.sql(f"begin; {damage}; {CHECK}; rollback" if damage else CHECK).splitlines()
    found = [line.rsplit("|", 1) for line in lines]
    return [f"{count} {what}" for what, count in found if count != "0"]


def unanswered(before, answered, at_most):
    """A removal that was answered is in the log; one that wasn't may be, if it was on its way at the end of a round."""
    stored = removals() - before
    if answered <= stored <= answered + at_most:
        return []
    return [f"{answered} removals were answered, and {stored} are in the log"]


def notices_damage():
    """Whether the check can fail at all: each kind of damage must be found."""
    one = "(select id from product.products order by version desc limit 1)"
    newest = f"(select max(position) from product.events where aggregate_id = {one})"
    damages = (
        f"update product.products set stock = stock + 1 where id = {one}",
        f"update product.products set version = version + 1 where id = {one}",
        f"delete from product.events where position = {newest}",
        f"update product.events set data = jsonb_set(data, '{{stock_after}}', '1') where position = {newest}",
    )
    return [f"not noticed: {damage}" for damage in damages if not problems(damage)]
