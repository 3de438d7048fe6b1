"""deliveries.py PRODUCT_URL IDS_FILE COUNT AMQP_URL EXCHANGE

Adds to stocks one after the other and prints how long each event took from the decision, which is its time, to a consumer.
"""
import datetime
import http.client
import json
import sys
import time
from urllib.parse import urlsplit

import pika

url, ids_file, count, amqp_url, exchange = sys.argv[1:]
with open(ids_file) as file:
    ids = file.read().split()
broker = pika.BlockingConnection(pika.URLParameters(amqp_url))
channel = broker.channel()
queue = channel.queue_declare("", exclusive=True).method.queue
channel.queue_bind(queue, exchange, "product.stock_added.v1")
messages = channel.consume(queue, auto_ack=True)
client = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
took = []
for i in range(int(count)):
    client.request("POST", f"/api/v1/products/{ids[i % len(ids)]}/stock/add", '{"amount": 1}', {"Content-Type": "application/json"})
    answer = client.getresponse()
    body = answer.read()
    assert answer.status == 200, body
    wanted = json.loads(body)["movement_id"]
    for _, _, message in messages:
        event = json.loads(message)
        if event["id"] == wanted:
            decided = datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
            took.append((time.time() - decided.timestamp()) * 1000)
            break
took.sort()
p = lambda q: took[min(len(took) - 1, int(len(took) * q))]
print(f"{len(took)} deliveries: median {p(0.5):.1f} ms, p95 {p(0.95):.1f} ms, p99 {p(0.99):.1f} ms, longest {took[-1]:.1f} ms")
