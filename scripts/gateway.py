"""What the scripts that run real clients share: a stand-in provider on loopback, a gateway in a folder of
its own, an environment with the clients, and checks that count."""
import asyncio, json, os, subprocess, sys, tempfile, threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
BINARY = TARGET / "debug" / "mujaz"
SKIPPED = 77


def in_own_environment(name, packages):
    """Goes on in a virtual environment that has the packages; exits 77 where they cannot be had."""
    home = TARGET / name
    python = home / "bin" / "python"
    mark = home / "installed"
    if not mark.exists() or mark.read_text() != " ".join(packages):
        try:
            subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
            subprocess.run([str(python), "-m", "pip", "install", "--quiet",
                            "--disable-pip-version-check", *packages], check=True, timeout=600)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"the clients could not be installed: {error}", file=sys.stderr)
            sys.exit(SKIPPED)
        mark.write_text(" ".join(packages))
    if Path(sys.prefix).resolve() != home.resolve():
        os.execv(python, [str(python), *sys.argv])


class Provider:
    """A stand-in that speaks LibreTranslate and says what it was asked, figures as they came."""

    def __init__(self):
        self.texts, self.ready = [], threading.Event()
        threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True).start()
        self.ready.wait(10)

    async def serve(self):
        server = await asyncio.start_server(self.client, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        async with server:
            await server.serve_forever()

    async def client(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lines = [line.partition(":") for line in head.split("\r\n")[1:]]
                fields = {name.lower(): value.strip() for name, _, value in lines}
                body = await reader.readexactly(int(fields.get("content-length", 0)))
                asked = json.loads(body)["q"] if body else ""
                one = isinstance(asked, str)
                self.texts += [asked] if one else asked
                english = self.english(asked) if one else [self.english(text) for text in asked]
                answer = json.dumps({"translatedText": english}).encode()
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                             b"content-length: %d\r\n\r\n" % len(answer) + answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    @staticmethod
    def english(arabic):
        figures = [word for word in arabic.split() if any(c.isdigit() for c in word)]
        return " ".join(["Text of", str(len(arabic.split())), "words", *figures]) + "."


class Gateway:
    """`mujaz serve` in a folder of its own, with keys."""

    def __init__(self, binary, provider, more="", server=""):
        self.folder = tempfile.TemporaryDirectory(prefix="mujaz-")
        self.binary = binary
        self.config = Path(self.folder.name) / "config.toml"
        self.config.write_text(f"""
[server]
listen = "127.0.0.1:0"
state_dir = "{self.folder.name}/state"
{server}
[tasks]
translate = ["stand-in"]
[[providers]]
name = "stand-in"
kind = "libretranslate"
base_url = "http://127.0.0.1:{provider.port}"
usd_per_million_characters = 20.0
{more}
""")

    def key(self, name, *more, scope="translate"):
        made = [self.binary, "key", "--config", self.config, "new", "--name", name, "--scope", scope, *more]
        return subprocess.run(made, check=True, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL).stdout.strip()

    def __enter__(self):
        command = [self.binary, "serve", "--config", self.config]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, "RUST_LOG": "warn"})
        said = ""
        for line in self.process.stderr:
            said += line
            if "listens on " in line:
                self.url = line.split("listens on ")[1].strip()
                threading.Thread(target=self.process.stderr.read, daemon=True).start()
                return self
        sys.exit(f"the gateway did not start: {said}")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        self.folder.cleanup()


class Checks:
    def __init__(self):
        self.missed = 0

    def that(self, what, holds, seen=""):
        print(f"{'ok  ' if holds else 'MISS'} {what}{'' if holds else f': {seen!r}'}")
        self.missed += not holds

    def raises(self, what, kind, call, holds=lambda error: True):
        try:
            seen = call()
        except kind as error:
            self.that(what, holds(error), error)
        except Exception as error:
            self.that(what, False, error)
        else:
            self.that(what, False, seen)
