"""segment-analytics-python: anonymous first, known later. Arguments: address, write key, tag, gzip or plain."""

import sys

from segment.analytics.client import Client

host, write_key, tag, mode = sys.argv[1:5]
failures = []
client = Client(
    write_key,
    host=host,
    gzip=mode == "gzip",
    max_retries=2,
    on_error=lambda error, _items: failures.append(error),
)
anonymous, user = f"anonymous-{tag}", f"user-{tag}"
page = {"url": "https://shop.example/?utm_source=news&gclid=G1"}
client.page(anonymous_id=anonymous, name="Home", properties=page)
client.identify(user_id=user, anonymous_id=anonymous, traits={"email": f"{tag}@example.com", "firstName": "Ann", "plan": "pro"})
client.track(user_id=user, event="Signed up", properties={"seats": 3})
client.flush()
client.join()
if failures:
    sys.exit(f"the SDK reports {failures}")
