"""An application that answers with the number of bytes of the body, for WSGI and for ASGI."""


def wsgi(environ, start_response):
    text = b"%d\n" % len(environ["wsgi.input"].read() if has_body(environ) else b"")
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [text]


def has_body(environ):
    return environ["REQUEST_METHOD"] == "POST"


async def asgi(scope, receive, send):
    if scope["type"] != "http":
        return
    length, more = 0, True
    while more:
        message = await receive()
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    text = b"%d\n" % length
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(text))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": text})
