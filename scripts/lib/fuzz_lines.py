"""Writes bodies that schemathesis doesn't know: generated text as it is, generated lists a line of JSON per item."""
import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def ndjson(context, value):
    lines = value if isinstance(value, list) else [value]
    text = value if isinstance(value, str) else "\n".join(json.dumps(line) for line in lines)
    return value if isinstance(value, bytes) else text.encode()
