"""As much of S3's protocol as an archive needs, over files in a dict: objects, parts, lists."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

_EMPTY = '<?xml version="1.0" encoding="UTF-8"?>'


class Bucket(ThreadingHTTPServer):
    """A server on a free port of 127.0.0.1 with one bucket, ``cold``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}

    @property
    def query(self) -> str:
        """What follows ``s3://bucket/prefix?`` for Arrow to come here."""
        return f"endpoint_override=127.0.0.1:{self.server_address[1]}&scheme=http&region=us-east-1"


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Bucket

    def do_HEAD(self) -> None:
        bucket, key, _ = self._asked()
        if bucket != "cold" or (key and key not in self.server.objects):
            self._answer(404)
            return
        self._answer(200, self.server.objects.get(key, b""), head=True)

    def do_GET(self) -> None:
        bucket, key, query = self._asked()
        if bucket != "cold":
            self._answer(404, _error("NoSuchBucket"))
        elif "list-type" in query:
            self._answer(200, self._listed(query))
        elif key not in self.server.objects:
            self._answer(404, _error("NoSuchKey"))
        else:
            self._answer(*_ranged(self.server.objects[key], self.headers.get("Range", "")))

    def do_PUT(self) -> None:
        bucket, key, query = self._asked()
        body = self._body()
        if bucket != "cold":
            self._answer(404, _error("NoSuchBucket"))
        elif "partNumber" in query:
            self.server.parts[query["uploadId"][0]][int(query["partNumber"][0])] = body
            self._answer(200)
        else:
            self.server.objects[key] = body
            self._answer(200)

    def do_POST(self) -> None:
        bucket, key, query = self._asked()
        self._body()
        if bucket != "cold":
            self._answer(404, _error("NoSuchBucket"))
        elif "uploads" in query:
            upload = f"upload-{len(self.server.parts)}"
            self.server.parts[upload] = {}
            inside = f"<Bucket>cold</Bucket><Key>{escape(key)}</Key><UploadId>{upload}</UploadId>"
            self._answer(200, _xml("InitiateMultipartUploadResult", inside))
        else:
            parts = self.server.parts.pop(query["uploadId"][0])
            self.server.objects[key] = b"".join(parts[number] for number in sorted(parts))
            self._answer(200, _xml("CompleteMultipartUploadResult", f"<Key>{escape(key)}</Key>"))

    def do_DELETE(self) -> None:
        _, key, _ = self._asked()
        self.server.objects.pop(key, None)
        self._answer(204)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _asked(self) -> tuple[str, str, dict[str, list[str]]]:
        url = urlsplit(self.path)
        bucket, _, key = unquote(url.path).lstrip("/").partition("/")
        return bucket, key, parse_qs(url.query, keep_blank_values=True)

    def _body(self) -> bytes:
        """The body: as long as was said, or in chunks of HTTP, of AWS, or of both."""
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            data = b"".join(self._chunks())
        else:
            data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return _unchunked(data) if "aws-chunked" in self.headers.get("Content-Encoding", "") else data

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass

    def _listed(self, query: dict[str, list[str]]) -> bytes:
        prefix, delimiter = query.get("prefix", [""])[0], query.get("delimiter", [""])[0]
        rows = list[str]()
        folders = dict[str, None]()
        for key in sorted(self.server.objects):
            rest = key.removeprefix(prefix)
            if not key.startswith(prefix):
                continue
            if delimiter and delimiter in rest:
                folders[f"{prefix}{rest.partition(delimiter)[0]}{delimiter}"] = None
            else:
                size = len(self.server.objects[key])
                when = "<LastModified>2026-01-01T00:00:00.000Z</LastModified>"
                rows.append(f"<Contents><Key>{escape(key)}</Key>{when}<Size>{size}</Size></Contents>")
        rows += [f"<CommonPrefixes><Prefix>{escape(each)}</Prefix></CommonPrefixes>" for each in folders]
        count = f"<IsTruncated>false</IsTruncated><KeyCount>{len(rows)}</KeyCount>"
        return _xml(
            "ListBucketResult", f"<Name>cold</Name><Prefix>{escape(prefix)}</Prefix>{count}{''.join(rows)}"
        )

    def _answer(self, status: int, body: bytes = b"", *, head: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"0"')
        self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        self.end_headers()
        if not head and self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def served() -> Iterator[Bucket]:
    """The server, while it is needed."""
    server = Bucket()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _unchunked(data: bytes) -> bytes:
    whole = b""
    while size := int(data.partition(b"\r\n")[0].partition(b";")[0] or b"0", 16):
        data = data.partition(b"\r\n")[2]
        whole, data = whole + data[:size], data[size + 2 :]
    return whole


def _ranged(data: bytes, asked: str) -> tuple[int, bytes]:
    if not asked.startswith("bytes="):
        return 200, data
    first, _, last = asked.removeprefix("bytes=").partition("-")
    return 206, data[int(first) : int(last) + 1 if last else None]


def _xml(name: str, inside: str) -> bytes:
    return f'{_EMPTY}<{name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inside}</{name}>'.encode()


def _error(code: str) -> bytes:
    return f"{_EMPTY}<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()
