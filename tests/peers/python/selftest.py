"""Checks the reference systems in this folder: `python3 selftest.py`.

Each server and client is started over IPv4 and IPv6 and gets whole messages, the fixed ones also
byte by byte. Then each naive one is shown to have its defects. Bytes that must not be joined are
sent when /proc/net/tcp shows that the earlier ones were read. That is good enough for a smoke
test: proving a delivery is wirecheck's task.
"""

import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

HERE = Path(__file__).parent
HOSTS = ("127.0.0.1", "::1")
LIMIT = 8
CHECKS = {}


def check(function):
    """Register a check under its name."""
    CHECKS[function.__name__] = function
    return function


def same(actual, expected):
    if actual != expected:
        raise AssertionError(f"expected {expected!r:.300}, got {actual!r:.300}")


# Processes


class Program:
    """A program under test, with its output in files."""

    def __init__(self, file, *arguments):
        self.stdout, self.stderr = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        command = [sys.executable, str(HERE / file), *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self.stdout, stderr=self.stderr
        )

    def printed(self, stream="stdout"):
        file = getattr(self, stream)
        return os.pread(file.fileno(), 1 << 20, 0).decode()

    def prints(self, text):
        """Wait until stdout is exactly this text."""
        wait_until(lambda: self.printed() == text, lambda: f"printed {self.printed()!r:.300}")

    def exits(self):
        return self.process.wait(LIMIT)

    def runs(self):
        return self.process.poll() is None

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def must_spin(self):
        before = self.cpu_seconds()
        wait_until(lambda: self.cpu_seconds() - before > 0.2, lambda: "it does not spin")

    def must_be_idle(self):
        before = self.cpu_seconds()
        time.sleep(0.3)
        assert self.cpu_seconds() - before < 0.06, "it is not idle"

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.stdout.close()
        self.stderr.close()


def wait_until(condition, otherwise=lambda: "the condition never became true", limit=LIMIT):
    """Wait for a condition; after the limit fail, unless `otherwise` is None."""
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            if otherwise is None:
                return
            raise AssertionError(otherwise())
        time.sleep(0.005)


def free_port(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:
        return listener.getsockname()[1]


def sockets(port, state, column):
    """Count the sockets with this state and port, local (column 1) or remote (column 2)."""
    found = 0
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for row in Path(table).read_text().splitlines()[1:]:
            fields = row.split()
            found += fields[column].endswith(f":{port:04X}") and fields[3] == state
    return found


def listens(port):
    return sockets(port, "0A", 1) > 0


class Server(Program):
    """A server; it listens if /proc shows it, as a connection would count as a client."""

    def __init__(self, file, *arguments, host=HOSTS[0]):
        self.host, self.port = host, free_port(host)
        super().__init__(file, "--host", host, "--port", self.port, *arguments)
        wait_until(lambda: listens(self.port), lambda: f"no server: {self.printed('stderr')}")

    def dial(self):
        sock = socket.create_connection((self.host, self.port), timeout=LIMIT)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock


@contextlib.contextmanager
def server(file, *arguments, host=HOSTS[0]):
    running = Server(file, *arguments, host=host)
    try:
        yield running
    finally:
        running.stop()


@contextlib.contextmanager
def client(file, *arguments, host=HOSTS[0], connects=True):
    """Start a client and yield it with our end of its connection."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:
        listener.settimeout(LIMIT)
        running = Program(file, host, listener.getsockname()[1], *arguments)
        try:
            if not connects:
                yield running, listener
                return
            sock, _ = listener.accept()
            with sock:
                sock.settimeout(LIMIT)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                yield running, sock
        finally:
            running.stop()


# Delivery


def is_read(ours, theirs):
    """Return whether all bytes sent from one port to the other were read."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for row in Path(table).read_text().splitlines():
            if f":{ours:04X} " in row and f":{theirs:04X} " in row:
                _, local, _, _, queues, *_ = row.split()
                sent, received = queues.split(":")
                if int(sent if local.endswith(f":{ours:04X}") else received, 16):
                    return False
    return True


def whole(sock, data):
    sock.sendall(data)
    with contextlib.suppress(OSError):  # a reset: the bytes will not be read
        ours, theirs = sock.getsockname()[1], sock.getpeername()[1]
        wait_until(lambda: is_read(ours, theirs), limit=1, otherwise=None)


def bytewise(sock, data):
    for byte in data:
        sock.sendall(bytes([byte]))
        time.sleep(0.001)


def split(sock, data, at):
    whole(sock, data[:at])
    whole(sock, data[at:])


def receive(sock, size):
    data = b""
    while len(data) < size and (chunk := sock.recv(size - len(data))):
        data += chunk
    return data


def rest(sock):
    data = b""
    while chunk := sock.recv(1 << 16):
        data += chunk
    return data


def half_close(sock):
    sock.shutdown(socket.SHUT_WR)


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def is_reset(sock):
    try:
        half_close(sock)
        rest(sock)
    except OSError as error:
        assert not isinstance(error, TimeoutError), "it is not even closed"
        return True
    return False


def frame(text):
    body = text.encode()
    return f"{len(body):<10}".encode() + body


# Every system, whole and byte by byte, over IPv4 and IPv6

MOVE = b'{"cmd":"move","steps":100}\n'
MOVE_SENT = b'{"cmd": "move", "steps": 100}\n'
MOVED = b'{"ok": true, "cmd": "move"}\n'
CAFÉ = "Welcome to the café!"

# system: arguments, [(we send, it answers)], whether it closes first
SERVERS = {
    "line_connection": ((), [(b"hello\n", b"ok\n"), (MOVE, MOVED)], True),
    "file_object": (
        (),
        [(b"Ada\n", b"Hello, Ada!\n"), ("Zoë\n".encode(), "Hello, Zoë!\n".encode())],
        False,
    ),
    "greeter": ((), [(b"", f"{CAFÉ}\n".encode())], True),
    "header": (("--greeting", "Welcome!"), [(b"", frame("Welcome!"))], False),
    "header_echo": (
        (),
        [(frame("move"), frame("MOVE")), (frame("a longer body"), frame("A LONGER BODY"))],
        False,
    ),
    "one_shot": ((), [("café\n".encode(), "You said: café\n".encode())], True),
    "threaded": (
        (),
        [(b"one\n", b"echo: one\n"), ("café\n".encode(), "echo: café\n".encode())],
        False,
    ),
    "streams": ((), [("café\n".encode(), "Hello, café!\n".encode())], True),
}
IGNORES_EOF = {"header_server_naive.py"}
SERVES_ONE = {"file_object_server_naive.py"}


def a_server_answers(file, system, deliver, host):
    arguments, exchange, closes = SERVERS[system]
    with server(file, *arguments, host=host) as running:
        for _ in range(1 if file in SERVES_ONE else 2):
            with running.dial() as sock:
                for question, answer in exchange:
                    deliver(sock, question)
                    same(receive(sock, len(answer)), answer)
                if not closes:
                    half_close(sock)
                if file not in IGNORES_EOF:
                    same(rest(sock), b"")
        running.process.terminate()
        expected = {-signal.SIGTERM} | ({1} if file in SERVES_ONE else set())
        assert running.exits() in expected, running.exits()


# system: [(it sends, we answer)], what it prints; we close first
CLIENTS = {
    "line_connection": ([(b"hello\n", b"ok\n"), (MOVE_SENT, MOVED)], MOVED.decode()),
    "file_object": (
        [(b"Ada\n", b"Hello, Ada!\n"), (b"Grace\n", "Hallå, Grace!\n".encode()), (b"STOP\n", b"")],
        "Hello, Ada!\nHallå, Grace!\n",
    ),
    "greeter": ([(b"", f"{CAFÉ}\n".encode())], f"{CAFÉ}\n"),
    "header": ([(b"", frame(CAFÉ)), (b"", frame("12:34:56"))], f"{CAFÉ}\n12:34:56\n"),
    "one_shot": ([(b"hello\n", "You said: café\n".encode())], "You said: café\n"),
    "streams": ([(b"world\n", "Hello, café!\n".encode())], "Hello, café!\n"),
}


def a_client_prints(file, system, deliver, host):
    exchange, printed = CLIENTS[system]
    arguments = ("--count", 2) if system == "header" else ()
    with client(file, *arguments, host=host) as (running, sock):
        for question, answer in exchange:
            same(receive(sock, len(question)), question)
            deliver(sock, answer)
        half_close(sock)
        same(running.exits(), 0)
        same(running.printed(), printed)
        same(running.printed("stderr"), "")
        same(rest(sock), b"")


def register_the_exchanges():
    for host in HOSTS:
        for kind, systems, play in (
            ("server", SERVERS, a_server_answers),
            ("client", CLIENTS, a_client_prints),
        ):
            for system in systems:
                for form, deliver in (("naive", whole), ("fixed", whole), ("fixed", bytewise)):
                    file = f"{system}_{kind}_{form}.py"
                    name = f"{file} talks, {deliver.__name__}, over {host}"
                    CHECKS[name] = partial(play, file, system, deliver, host)
        for form, deliver in (("naive", whole), ("fixed", whole), ("fixed", bytewise)):
            file = f"stay_alive_server_{form}.py"
            name = f"{file} prints, {deliver.__name__}, over {host}"
            CHECKS[name] = partial(stay_alive_prints, file, deliver, host)
        CHECKS[f"greeter_client_chunks.py talks over {host}"] = partial(
            a_client_prints, "greeter_client_chunks.py", "greeter", whole, host
        )


def stay_alive_prints(file, deliver, host):
    with server(file, host=host) as running, running.dial() as sock:
        deliver(sock, b"one\n")
        deliver(sock, "café\n".encode())
        running.prints("received: one\nreceived: café\n")


def ask(running, data, deliver=whole):
    """Send everything, close our write side, and return all answers."""
    with running.dial() as sock:
        deliver(sock, data)
        half_close(sock)
        return rest(sock)


def serves(running, data, answer):
    same(ask(running, data), answer)


# R1


@check
def r1_fixed_answers_invalid_lines_with_an_error():
    with server("line_connection_server_fixed.py") as running:
        for sent, error in (
            (b"x" * 65537, "line too long"),
            (b"x" * 70000 + b"\n", "line too long"),
            (b"\xff\n", "not UTF-8"),
        ):
            serves(running, sent, f'{{"ok": false, "error": "{error}"}}\n'.encode())
        for sent, error in (
            (b"move\n", "not JSON"),
            (b"[" * 60000 + b"\n", "not JSON"),
            (b"[1]\n", "not a command"),
        ):
            answer = f'ok\n{{"ok": false, "error": "{error}"}}\n'
            serves(running, b"hello\n" + sent, answer.encode())
        serves(running, b"x" * 65536 + b"\n", b"ok\n")
        serves(running, b"\n  \nhello\n" + MOVE[:-1], b"ok\n")
        serves(running, b" hello \r\n\n" + MOVE + b"more", b"ok\n" + MOVED)
        assert "inside a line" in running.printed("stderr")


@check
def r1_naive_dies_of_a_split_character():
    with server("line_connection_server_naive.py") as running:
        serves(running, "café\n".encode() + MOVE, b"ok\n" + MOVED)
        with running.dial() as sock:
            split(sock, "café\n".encode(), 4)
            same(running.exits(), 1)
        assert "UnicodeDecodeError" in running.printed("stderr")


@check
def r1_naive_dies_of_invalid_json():
    with server("line_connection_server_naive.py") as running:
        with running.dial() as sock:
            reset(sock)
        same(ask(running, b"hello"), b"")
        ask(running, b"hello\nmove\n")
        same(running.exits(), 1)


@check
def r1_naive_blocks_other_clients_and_the_fixed_does_not():
    for form, timeout in (("naive", 0.3), ("fixed", LIMIT)):
        with server(f"line_connection_server_{form}.py") as running:
            with running.dial(), running.dial() as second:
                second.settimeout(timeout)
                second.sendall(b"hello\n")
                try:
                    same(receive(second, 3), b"ok\n")
                    same(form, "fixed")
                except TimeoutError:
                    same(form, "naive")


@check
def r1_clients_differ_in_what_comes_before_ok():
    for form, printed in (("naive", ""), ("fixed", "battery low\n")):
        with client(f"line_connection_client_{form}.py") as (running, sock):
            receive(sock, 6)
            whole(sock, b"battery low\nok\n")
            receive(sock, len(MOVE_SENT))
            whole(sock, MOVED)
            same(running.exits(), 0)
            same(running.printed(), printed + MOVED.decode())


@check
def r1_clients_differ_in_a_split_character_and_an_early_end():
    for form, code in (("naive", 1), ("fixed", 0)):
        with client(f"line_connection_client_{form}.py") as (running, sock):
            whole(sock, b"ok\n")
            receive(sock, 6 + len(MOVE_SENT))
            split(sock, "café\n".encode(), 4)
            same(running.exits(), code)
    for form, code in (("naive", 0), ("fixed", 1)):
        with client(f"line_connection_client_{form}.py") as (running, sock):
            whole(sock, b"ok\npart")
            half_close(sock)
            same(running.exits(), code)
            same(running.printed(), "")
            same(running.printed("stderr") == "", code == 0)


# R2


@check
def r2_fixed_stops_at_stop_and_serves_the_next():
    with server("file_object_server_fixed.py") as running:
        with running.dial() as sock, running.dial() as other:
            whole(sock, b"Ada\nSTOP\nGrace\n")
            same(rest(sock), b"Hello, Ada!\n")
            whole(other, b"Bob\n")
            same(receive(other, 12), b"Hello, Bob!\n")
        serves(running, b"\nAda\nGr", b"Hello, !\nHello, Ada!\n")
        serves(running, b"Ada\n\xff\nGrace\n", b"Hello, Ada!\n")
        serves(running, b"x" * 65537, b"")
        same(len(ask(running, b"x" * 65536 + b"\n")), 65536 + 9)


@check
def r2_naive_greets_stop_and_ends_with_its_first_client():
    with server("file_object_server_naive.py") as running:
        with running.dial() as sock:
            whole(sock, b"STOP\n")
            same(receive(sock, 13), b"Hello, STOP!\n")
            with running.dial() as second:
                second.settimeout(0.2)
                second.sendall(b"Ada\n")
                with contextlib.suppress(TimeoutError):
                    same(second.recv(100), "nothing: it must wait")
            whole(sock, b"Gr")
            half_close(sock)
            same(rest(sock), b"")
        same(running.exits(), 1)
        assert "closed file" in running.printed("stderr")


@check
def r2_clients_differ_in_an_answer_cut_short():
    for form, printed, code in (("naive", "Hello, A\n", 0), ("fixed", "", 1)):
        with client(f"file_object_client_{form}.py") as (running, sock):
            receive(sock, 4)
            whole(sock, b"Hello, A")
            half_close(sock)
            same(receive(sock, 6), b"Grace\n" if form == "naive" else b"")
            same(running.exits(), code)
            same(running.printed(), printed)


@check
def r2_clients_take_names_and_a_pause():
    arguments = ("Bob", "Eve", "--pause", 0.1)
    for form in ("naive", "fixed"):
        with client(f"file_object_client_{form}.py", *arguments) as (running, sock):
            for question, answer in ((b"Bob\n", b"1\n"), (b"Eve\n", b"2\n")):
                same(receive(sock, 4), question)
                whole(sock, answer)
            same(rest(sock), b"")
            same(running.exits(), 0)
            same(running.printed(), "1\n2\n")


@check
def r2_naive_drops_what_it_has_read_ahead():
    with server("file_object_server_naive.py") as running, running.dial() as sock:
        whole(sock, b"Ada\nGrace\n")
        whole(sock, b"Bob\n")
        same(receive(sock, 24), b"Hello, Ada!\nHello, Bob!\n")
    for form, printed in (("naive", "1\n"), ("fixed", "1\n2\n")):
        with client(f"file_object_client_{form}.py", "Bob", "Eve") as (running, sock):
            whole(sock, b"1\n2\n")
            running.prints(printed)
            time.sleep(0.1)
            same(running.printed(), printed)


# R3


def slow_length(running):
    """Return how many bytes a client receives that starts to read late."""
    with socket.socket(socket.AF_INET6 if ":" in running.host else socket.AF_INET) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(LIMIT)
        sock.connect((running.host, running.port))
        time.sleep(0.3)
        total = 0
        while chunk := sock.recv(1 << 16):
            total += len(chunk)
        return total


@check
def r3_servers_differ_in_a_large_welcome():
    size = 8_000_000
    for form in ("naive", "fixed"):
        arguments = ("--greeting", "hi", "--size", size)
        with server(f"greeter_server_{form}.py", *arguments) as running:
            got = slow_length(running)
            assert got < size if form == "naive" else got == size + 1, got


@check
def r3_servers_differ_in_what_they_leave_unread():
    for form in ("naive", "fixed"):
        with server(f"greeter_server_{form}.py") as running:
            # While it is stopped, our bytes reach its buffer before it accepts.
            running.process.send_signal(signal.SIGSTOP)
            with running.dial() as sock:
                sock.sendall(b"hello\n")
                running.process.send_signal(signal.SIGCONT)
                same(is_reset(sock), form == "naive")
            with running.dial() as sock:
                same(rest(sock), f"{CAFÉ}\n".encode())


@check
def r3_clients_differ_in_two_segments_and_a_split_character():
    for form, printed, code in (
        ("naive", "Welcome", 0),
        ("chunks", f"{CAFÉ}\n", 0),
        ("fixed", f"{CAFÉ}\n", 0),
    ):
        with client(f"greeter_client_{form}.py") as (running, sock):
            split(sock, f"{CAFÉ}\n".encode(), 7)
            sock.close()
            same((running.exits(), running.printed()), (code, printed))
    for form, printed, code in (("chunks", "Welcome to the c", 1), ("fixed", f"{CAFÉ}\n", 0)):
        with client(f"greeter_client_{form}.py") as (running, sock):
            split(sock, f"{CAFÉ}\n".encode(), 19)
            sock.close()
            same(running.exits(), code)
            assert running.printed().startswith(printed), running.printed()


@check
def r3_fixed_client_reports_half_a_character():
    with client("greeter_client_fixed.py") as (running, sock):
        whole(sock, b"caf\xc3")
        sock.close()
        same((running.exits(), running.printed()), (1, "caf"))


# R4


@check
def r4_servers_differ_in_what_they_count():
    for form, length in (("naive", b"20"), ("fixed", b"21")):
        with server(f"header_server_{form}.py") as running, running.dial() as sock:
            same(receive(sock, 31), length.ljust(10) + CAFÉ.encode())


@check
def r4_servers_push_the_time():
    for form in ("naive", "fixed"):
        with server(f"header_server_{form}.py", "--interval", "0.05") as running:
            with running.dial() as sock:
                receive(sock, 31)
                whole(sock, b"a client may send")
                for _ in range(3):
                    same(receive(sock, 10), b"8         ")
                    time.strptime(receive(sock, 8).decode(), "%H:%M:%S")


@check
def r4_servers_differ_in_the_end_of_a_client():
    for form, left in (("naive", 1), ("fixed", 0)):
        with server(f"header_server_{form}.py", "--interval", "60") as running:
            with running.dial() as sock:
                local = sock.getsockname()[1]
                receive(sock, 31)
            wait_until(lambda: sockets(local, "01", 2) == 0)
            wait_until(lambda: sockets(local, "08", 2) == left)
            time.sleep(0.1)
            same(sockets(local, "08", 2), left)


@check
def r4_servers_differ_in_a_large_greeting():
    size = 8_000_000
    for form in ("naive", "fixed"):
        arguments = ("--interval", "0.4", "--greeting", "hi", "--size", size)
        with server(f"header_server_{form}.py", *arguments) as running:
            with socket.socket() as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                sock.settimeout(LIMIT)
                sock.connect((running.host, running.port))
                time.sleep(0.2)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
                same(receive(sock, 10), f"{size:<10}".encode())
                body = bytearray()
                while len(body) < size and (chunk := sock.recv(min(1 << 16, size - len(body)))):
                    body += chunk
                    if len(body) % 2 == 0 and not body.endswith(b"hi"):
                        break
                same(body == b"hi" * (size // 2), form == "fixed")


@check
def r4_naive_client_takes_a_recv_for_a_header():
    with client("header_client_naive.py", "--count", 1) as (running, sock):
        split(sock, frame(CAFÉ), 1)
        assert running.exits() == 0 and running.printed() != f"{CAFÉ}\n", running.printed()


@check
def r4_naive_client_swallows_a_joined_message():
    for form, printed in (("naive", f"{CAFÉ}\n"), ("fixed", f"{CAFÉ}\n12:34:56\n")):
        with client(f"header_client_{form}.py") as (running, sock):
            whole(sock, frame(CAFÉ) + frame("12:34:56"))
            running.prints(printed)
            time.sleep(0.1)
            same(running.printed(), printed)


@check
def r4_clients_differ_in_a_split_character():
    for form, printed in (("naive", ""), ("fixed", f"{CAFÉ}\n")):
        with client(f"header_client_{form}.py", "--count", 1) as (running, sock):
            split(sock, frame(CAFÉ), 29)
            same((running.exits(), running.printed()), (int(form == "naive"), printed))


@check
def r4_clients_differ_in_the_end_between_messages():
    for form, code in (("naive", 1), ("fixed", 0)):
        with client(f"header_client_{form}.py") as (running, sock):
            whole(sock, frame(CAFÉ))
            half_close(sock)
            same((running.exits(), running.printed()), (code, f"{CAFÉ}\n"))
            same(running.printed("stderr") == "", code == 0)


@check
def r4_clients_differ_in_the_end_inside_a_body():
    with client("header_client_naive.py") as (running, sock):
        whole(sock, frame(CAFÉ)[:-4])
        half_close(sock)
        running.must_spin()
    for end, place in ((4, "inside a header"), (27, "inside a body")):
        with client("header_client_fixed.py") as (running, sock):
            whole(sock, frame(CAFÉ)[:end])
            half_close(sock)
            same(running.exits(), 1)
            assert place in running.printed("stderr")


BAD_HEADERS = (b"+5", b"-5", b"1_0", b" 5", b"05", b"", b"0x5", b"5 5", b"1048577", b"9999999999",
               "٥".encode(), b"5\t", b"five", b"\0")


@check
def r4_clients_differ_in_bad_headers():
    for bad in BAD_HEADERS:
        with client("header_client_fixed.py") as (running, sock):
            whole(sock, bad.ljust(10) + b"hello")
            same((running.exits(), running.printed()), (1, ""))
    with client("header_client_naive.py", "--count", 1) as (running, sock):
        whole(sock, b"+5        hello")
        same((running.exits(), running.printed()), (0, "hello\n"))


@check
def r4_fixed_echo_refuses_bad_headers_and_short_bodies():
    with server("header_echo_server_fixed.py") as running:
        for bad in BAD_HEADERS:
            serves(running, bad.ljust(10) + b"hello", b"")
        serves(running, b"2         \xff\xff", b"")
        serves(running, frame("")[:4], b"")
        serves(running, frame("hello")[:-1], b"")
        serves(running, frame("a") + frame("") + frame("é"), frame("A") + frame("") + frame("É"))
        large = frame("x" * (1 << 20))
        same(len(ask(running, large)), len(large))


@check
def r4_naive_echo_shows_its_defects():
    with server("header_echo_server_naive.py") as running:
        hello, answer = frame("hello, hello"), frame("HELLO, HELLO")
        serves(running, hello, answer)
        assert ask(running, hello, partial(split, at=4)) != answer, "F01"
        assert ask(running, hello, partial(split, at=20)) != answer, "F02"
        same(ask(running, hello[:-2]), frame("HELLO, HEL"))  # C06
        same(ask(running, hello + hello), answer)  # F03
        same(ask(running, frame("café")), b"4         CAF\xc3\x89")  # F06
        for good in (b"+5", b" 5", b"05", "٥".encode()):  # H01
            same(ask(running, good.ljust(10) + b"hello"), frame("HELLO"))
        with contextlib.suppress(OSError):  # it is reset, perhaps before we end our side
            same(ask(running, b"five      hello, hello"), b"")  # C08
        serves(running, hello, answer)


# R5


@check
def r5_fixed_prints_whole_lines_of_one_client_after_the_other():
    with server("stay_alive_server_fixed.py") as running:
        same(ask(running, b"one\ntwo\n\nthr\xff\nfou"), b"")
        with running.dial() as sock:
            whole(sock, b"lost")
            reset(sock)
        same(ask(running, b"x" * 65537), b"")
        same(ask(running, b"five\n"), b"")
        lines = ("one", "two", "", "thr\ufffd", "five")
        running.prints("".join(f"received: {line}\n" for line in lines))
        running.must_be_idle()


@check
def r5_naive_prints_segments_and_spins_at_the_end():
    with server("stay_alive_server_naive.py") as running:
        with running.dial() as sock:
            split(sock, b"one\n", 1)
            running.prints("received: o\nreceived: ne\n")
            reset(sock)
        with running.dial() as sock:
            half_close(sock)
            wait_until(lambda: "received: \n" * 9 in running.printed())
            running.must_spin()


@check
def r5_once_ends_with_its_first_client():
    with server("stay_alive_server_once.py") as running:
        same(ask(running, b"one\n"), b"")
        same((running.exits(), running.printed()), (0, "received: one\n"))


# R6


@check
def r6_fixed_reads_to_the_newline():
    with server("one_shot_server_fixed.py") as running:
        serves(running, b"hello", b"")
        serves(running, b"", b"")
        serves(running, b"x" * 65537, b"")
        serves(running, b"hello\nand more\n", b"You said: hello\n")
        serves(running, b"x" * 65536 + b"\n", b"You said: " + b"x" * 65536 + b"\n")
        with running.dial() as sock:
            split(sock, b"hello\nand more\n" + b"y" * 3000, 7)
            half_close(sock)
            same(rest(sock), b"You said: hello\n")


@check
def r6_naive_answers_the_first_segment():
    with server("one_shot_server_naive.py") as running:
        with running.dial() as sock:
            whole(sock, b"hel")
            same(receive(sock, 14), b"You said: hel\n")
            sock.sendall(b"lo\n")
            assert is_reset(sock)
        with running.dial() as sock:
            whole(sock, b"x" * 2000 + b"\n")
            assert is_reset(sock)
        serves(running, b"hel", b"You said: hel\n")
        serves(running, b"", b"You said: \n")


@check
def clients_of_one_answer_differ_in_one_cut_short():
    for system in ("one_shot", "streams"):
        for form, printed, code in (("naive", "You\n", 0), ("fixed", "", 1)):
            with client(f"{system}_client_{form}.py") as (running, sock):
                whole(sock, b"You")
                half_close(sock)
                same((running.exits(), running.printed()), (code, printed))


# R7


@check
def r7_fixed_answers_lines():
    with server("threaded_server_fixed.py") as running:
        serves(running, b"one\ntwo\n\nthree", b"echo: one\necho: two\necho: \n")
        serves(running, b"one\n" + b"x" * 65537, b"echo: one\n")
        with running.dial(), running.dial() as other:
            whole(other, b"caf\xc3")
            whole(other, b"\xa9\n")
            same(receive(other, 12), "echo: café\n".encode())


@check
def r7_naive_answers_segments():
    with server("threaded_server_naive.py") as running:
        serves(running, b"one\ntwo\n", b"echo: one\ntwo\n")
        same(ask(running, b"one\n", partial(split, at=1)), b"echo: o\necho: ne\n")


def leaves_the_socket_open(running):
    """Return whether half a character ends the service, but not the connection."""
    with running.dial() as sock:
        whole(sock, b"caf\xc3")
        half_close(sock)
        sock.settimeout(0.3)
        try:
            same(sock.recv(100), "nothing")
        except TimeoutError:
            return sockets(sock.getsockname()[1], "08", 2) == 1


@check
def r7_and_r8_naive_leave_the_socket_open_at_half_a_character():
    for system in ("threaded", "streams"):
        with server(f"{system}_server_naive.py") as running:
            assert leaves_the_socket_open(running)
            answer = {"threaded": b"echo: one\n", "streams": b"Hello, one!\n"}[system]
            serves(running, b"one\n", answer)


# R8


@check
def r8_fixed_reads_to_the_newline():
    with server("streams_server_fixed.py") as running:
        serves(running, b"wor", b"")
        serves(running, b"x" * 65537, b"")
        serves(running, b"x" * 300000, b"")
        serves(running, b"world\nand more\n", b"Hello, world!\n")
        serves(running, b"x" * 65536 + b"\n", b"Hello, " + b"x" * 65536 + b"!\n")
        with running.dial() as sock:
            reset(sock)
        serves(running, b"caf\xc3\n", b"Hello, caf\xc3!\n")


@check
def r8_naive_answers_the_first_segment():
    with server("streams_server_naive.py") as running:
        with running.dial() as sock:
            whole(sock, b"wor")
            same(receive(sock, 12), b"Hello, wor!\n")
        serves(running, b"", b"Hello, !\n")


# All clients


@check
def fixed_clients_report_a_missing_server_and_a_reset():
    for system in CLIENTS:
        program = Program(f"{system}_client_fixed.py", HOSTS[0], free_port(HOSTS[0]))
        same(program.exits(), 1)
        assert "Traceback" not in program.printed("stderr")
        program.stop()
        with client(f"{system}_client_fixed.py") as (running, sock):
            reset(sock)
            same(running.exits(), 1)
            assert "Traceback" not in running.printed("stderr")


@check
def fixed_servers_survive_a_reset():
    for system, (arguments, exchange, _) in SERVERS.items():
        with server(f"{system}_server_fixed.py", *arguments) as running:
            for _ in range(3):
                with running.dial() as sock:
                    whole(sock, b"1")
                    reset(sock)
            question, answer = exchange[0]
            with running.dial() as sock:
                whole(sock, question)
                same(receive(sock, len(answer)), answer)
            assert "Traceback" not in running.printed("stderr"), running.printed("stderr")
            running.must_be_idle()


@check
def servers_survive_a_reset_before_the_accept():
    for system, (arguments, exchange, _) in SERVERS.items():
        for form in ("naive", "fixed"):
            if f"{system}_server_{form}.py" in SERVES_ONE:
                continue
            with server(f"{system}_server_{form}.py", *arguments) as running:
                running.process.send_signal(signal.SIGSTOP)
                for _ in range(3):
                    with running.dial() as sock:
                        sock.sendall(b"1\n")
                        reset(sock)
                running.process.send_signal(signal.SIGCONT)
                question, answer = exchange[0]
                with running.dial() as sock:
                    whole(sock, question)
                    same(receive(sock, len(answer)), answer)
                running.must_be_idle()


@check
def fixed_servers_release_their_descriptors():
    for system, (arguments, exchange, _) in SERVERS.items():
        with server(f"{system}_server_fixed.py", *arguments) as running:
            descriptors = Path(f"/proc/{running.process.pid}/fd")
            before = len(list(descriptors.iterdir()))
            clients = [running.dial() for _ in range(100)]
            for number, sock in enumerate(clients):
                sock.sendall(exchange[0][0])
                reset(sock) if number % 2 else sock.close()
            wait_until(lambda: len(list(descriptors.iterdir())) == before)


# The recorder and the hostile peers


@check
def the_recorder_logs_each_recv():
    with tempfile.NamedTemporaryFile() as log:
        with server("recv_log_server.py", "--log", log.name, "--pause-ms", "5") as running:
            with running.dial() as sock:
                split(sock, b"one\ntwo\n", 5)
                same(receive(sock, 6), b"ok\nok\n")
            with running.dial() as sock:
                whole(sock, b"x")
                time.sleep(0.05)
                reset(sock)
            expected = ["1 0", "1 3", "1 5", "2 1", "2 reset"]
            wait_until(
                lambda: sorted(Path(log.name).read_text().splitlines()) == expected,
                lambda: Path(log.name).read_text(),
            )


def echoes(running):
    with running.dial() as sock:
        for line in (b"one\n", b"two\n"):
            whole(sock, line)
            same(receive(sock, 10), b"echo: " + line)


@check
def hostile_servers_that_echo_do_so():
    busy = ("floods_output", "spins", "spins_after_eof")
    for name in ("ignores_sigterm", "dies_on_third_client", *busy):
        with server(f"hostile/{name}.py") as running:
            echoes(running)
            echoes(running)
            running.must_spin() if name in busy else running.must_be_idle()
            if name == "ignores_sigterm":
                running.process.terminate()
                echoes(running)
            if name == "dies_on_third_client":
                running.dial().close()
                same(running.exits(), 1)
            else:
                assert running.runs()


@check
def hostile_servers_that_do_not_serve():
    with server("hostile/mute.py") as running:
        serves(running, b"hello\n", b"")
    with server("hostile/answers_without_end.py") as running, running.dial() as sock:
        whole(sock, b"hi\n")
        same(receive(sock, 90000), b"echo: hi\n" * 10000)
    with server("hostile/closes_early.py") as running, running.dial() as sock:
        whole(sock, b"hi\n")
        same(rest(sock), b"echo: hi\n")
    with server("hostile/resets.py") as running, running.dial() as sock:
        whole(sock, b"hi\n")
        assert is_reset(sock)
    dead = Program("hostile/dies_at_once.py", "--port", "1")
    same((dead.exits(), dead.printed("stderr").count("\n")), (3, 1))
    dead.stop()
    silent = Program("hostile/never_listens.py", "--port", "1")
    time.sleep(0.2)
    assert silent.runs()
    silent.stop()


@check
def a_fork_outlives_its_parent():
    with server("hostile/forks.py", "--escape") as running:
        echoes(running)
        parent = running.process.pid
        fork = int(Path(f"/proc/{parent}/task/{parent}/children").read_text())
        try:
            running.process.terminate()
            running.exits()
            echoes(running)
        finally:
            os.kill(fork, signal.SIGKILL)
        wait_until(lambda: not listens(running.port))


@check
def hostile_clients():
    with client("hostile/client_never_connects.py", connects=False) as (running, listener):
        listener.settimeout(0.3)
        with contextlib.suppress(TimeoutError):
            same(listener.accept(), "no connection")
        assert running.runs()
    with client("hostile/client_connects_twice.py", connects=False) as (running, listener):
        for answer in (b"1\n", b"2\n"):
            sock, _ = listener.accept()
            same(receive(sock, 6), b"hello\n")
            whole(sock, answer)
            sock.close()
        same((running.exits(), running.printed()), (0, "1\n2\n"))
    with client("hostile/client_ignores_eof.py") as (running, sock):
        whole(sock, b"hi\n")
        half_close(sock)
        running.prints("hi\n")
        running.must_be_idle()
        assert running.runs()
    with client("hostile/client_exits_early.py") as (running, sock):
        same((running.exits(), rest(sock)), (0, b"hello\n"))
    with client("hostile/client_prints_without_end.py") as (running, sock):
        whole(sock, b"hi\n")
        wait_until(lambda: len(running.printed()) > 100_000)


@check
def no_file_imports_another():
    names = {file.stem for file in HERE.glob("*.py")}
    for file in (*HERE.glob("*.py"), *HERE.glob("hostile/*.py")):
        text = file.read_text()
        assert text.startswith('"""'), file
        imports = [line for line in text.splitlines() if line.startswith(("import ", "from "))]
        same({line.split()[1] for line in imports} & names, set())


def attempt(name):
    try:
        CHECKS[name]()
    except Exception:
        return f"FAILED  {name}\n{traceback.format_exc()}"
    return None


def main():
    register_the_exchanges()
    chosen = [name for name in CHECKS if all(word in name for word in sys.argv[1:])]
    with ThreadPoolExecutor(max_workers=4) as pool:
        failures = [failure for failure in pool.map(attempt, chosen) if failure]
    print("\n".join(failures), end="")
    print(f"{len(chosen) - len(failures)} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
