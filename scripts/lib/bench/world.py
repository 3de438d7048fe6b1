"""Where things are, as scripts/bench has set them up."""
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]
RUN = pathlib.Path(os.environ["RUN_DIR"])
BIN = pathlib.Path(os.environ["BIN_DIR"])
AUTH, PRODUCT, SECOND, BARE = (os.environ[f"{name}_ADDRESS"] for name in ("AUTH", "PRODUCT", "SECOND", "BARE"))
BEARER, PASSWORD = os.environ["BEARER"], os.environ["PASSWORD"]
ONLY, FLOOD = os.environ["ONLY"].split(), bool(os.environ["FLOOD"])
# What the service uses, and a copy for pgbench: neither pays for what the other has left behind.
SERVICE_DB, PGBENCH_DB = os.environ["PRODUCT_DATABASE"], os.environ["PGBENCH_DATABASE"]
CONNECTIONS, THREADS, ROUNDS, SECONDS, USERS, COST, LOGINS = (
    int(os.environ[name])
    for name in ("CONNECTIONS", "THREADS", "ROUNDS", "SECONDS_EACH", "USERS", "COST", "LOGINS")
)


def client(program, *arguments):
    """Runs a client program of Postgres and answers what it says."""
    done = subprocess.run([ROOT / "scripts/services", "pg", program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{program}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def sql(text, database=SERVICE_DB):
    return client("psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", text).strip()


def instance(*arguments, directory=RUN):
    environment = {**os.environ, "RUN_DIR": str(directory), "BIN_DIR": str(BIN)}
    done = subprocess.run([ROOT / "scripts/lib/instance", *arguments], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"instance {arguments}: {done.stderr}")
    return done.stdout


def pid(name, directory=RUN):
    return int((directory / f"{name}.pid").read_text())


def ids():
    return (RUN / "ids").read_text().split()
