"""Some of everything that is counted, again and again: sign-ins that go well and that don't, sessions, products, stock."""
import email
import email.policy
import pathlib
import re
import secrets
import threading
import time

import requests

PASSWORD = "correct horse battery"
TRACE = "0af7651916cd43dd8448eb211c80319c"


class Load:
    """A thread that keeps both services busy for as long as the block lasts."""

    def __init__(self, auth, product, maildir):
        self.auth, self.products = auth + "/api/v1/auth", product + "/api/v1/products"
        self.maildir = pathlib.Path(maildir)
        self.read = set(self.maildir.glob("new/*"))
        self.over, self.error = threading.Event(), None
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def must_go_on(self):
        """Raises what went wrong, if anything did."""
        if self.error:
            raise self.error

    def run(self):
        try:
            while not self.over.is_set():
                self.stock()
                self.sign_in()
        except Exception as error:  # raised where somebody sees it
            self.error = error

    def stock(self):
        draft = {"name": f"Thing {secrets.token_hex(4)}", "price": 9.5, "stock": 12}
        product = post(self.products, draft, 201)["id"]
        post(f"{self.products}/{product}/stock/remove", {"amount": 5}, 200)
        post(f"{self.products}/{product}/stock/remove", {"amount": 500}, 409)
        post(f"{self.products}/{product}/stock/add", {"amount": 2}, 200)
        traced = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
        for path in ("", f"/{product}", "/summary"):
            assert requests.get(self.products + path, headers=traced, timeout=10).status_code == 200, path

    def sign_in(self):
        name = "u" + secrets.token_hex(5)
        who = {"email": f"{name}@example.com", "username": name, "password": PASSWORD, "full_name": "Somebody"}
        post(self.auth + "/register", who, 201)
        # Until they are one too many.
        wrong = {"username": name, "password": "wrong horse battery"}
        while requests.post(self.auth + "/login", json=wrong, timeout=10).status_code == 401:
            pass
        other = name + "b"
        post(self.auth + "/register", {**who, "email": f"{other}@example.com", "username": other}, 201)
        user = post(self.auth + "/login", {"username": other, "password": PASSWORD}, 200)["user_id"]
        code = self.code_for(f"{other}@example.com")
        tokens = post(self.auth + "/verify-code", {"user_id": user, "code": code}, 200)
        tokens = post(self.auth + "/refresh", {"refresh_token": tokens["refresh_token"]}, 200)
        bearer = {"Authorization": "Bearer " + tokens["access_token"]}
        assert requests.get(self.auth + "/me", headers=bearer, timeout=10).status_code == 200
        assert requests.post(self.auth + "/logout", json={}, headers=bearer, timeout=10).status_code == 200

    def code_for(self, address):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for path in set(self.maildir.glob("new/*")) - self.read:
                self.read.add(path)
                message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                text = message.get_body(("plain",))
                code = text and re.search(r"(?<!\w)(\d{6})(?!\w)", text.get_content())
                if address in str(message["To"]) and code:
                    return code[1]
            time.sleep(0.1)
        raise RuntimeError(f"no mail with a code for {address}")


def post(url, body, expected):
    answer = requests.post(url, json=body, timeout=10)
    assert answer.status_code == expected, f"{url}: {answer.status_code} {answer.text}"
    return answer.json()
