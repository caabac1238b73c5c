"""Synapse over PostgreSQL, with a PostgreSQL of its own."""

import glob
import os
import pathlib
import shutil
import subprocess
import tempfile

import psycopg2
import yaml

from errors import RecordingError
from servers import Server, free_port, wait_until


def find():
    """The directory of PostgreSQL's programs, or None."""
    on_path = shutil.which("initdb")
    found = [pathlib.Path(on_path).parent] if on_path else []
    found += [pathlib.Path(path).parent for path in sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))]
    return found[-1] if found else None


class Database:
    """One PostgreSQL server on loopback; its own defaults, but for more memory."""

    def __init__(self, programs):
        self._programs = programs
        # Not among the server's other files: PostgreSQL's user may not enter there.
        self._directory = pathlib.Path(tempfile.mkdtemp(prefix="headwater-postgres-"))
        self._process = None
        self.port = free_port()
        # It refuses to run as root; the packages bring a user for it.
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self._directory, self._user)

    def _run_as(self, command):
        return ["runuser", "-u", self._user, "--", *command] if self._user else command

    def start(self):
        data = self._directory / "data"
        made = subprocess.run(
            self._run_as(
                [str(self._programs / "initdb"), "-D", str(data), "-U", "synapse", "-A", "trust",
                 "-E", "UTF8", "--locale=C"]
            ),
            capture_output=True,
            text=True,
        )  # fmt: skip
        if made.returncode:
            raise RecordingError(f"PostgreSQL could not make its files:\n{made.stderr[-2000:]}")
        self._process = subprocess.Popen(
            self._run_as(
                [str(self._programs / "postgres"), "-D", str(data), "-p", str(self.port),
                 "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "shared_buffers=512MB"]
            ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_until(self._answers, "PostgreSQL to start")
        self.query("postgres", "CREATE DATABASE synapse TEMPLATE template0")

    def _answers(self):
        try:
            self.query("postgres", "SELECT 1")
            return True
        except psycopg2.OperationalError:
            return False

    def query(self, database, sql, *parameters):
        connection = psycopg2.connect(host="127.0.0.1", port=self.port, user="synapse", dbname=database)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    @property
    def pid(self):
        """Of the server itself, under which every connection has a process."""
        return int((self._directory / "data" / "postmaster.pid").read_text().split()[0])

    def stop(self):
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(30)
        shutil.rmtree(self._directory, ignore_errors=True)


class PostgresSynapse(Server):
    """A Synapse whose database is a PostgreSQL that is started and stopped with it."""

    programs = None

    def _configure(self, authority, proxy_port):
        super()._configure(authority, proxy_port)
        self.database = Database(self.programs)
        file = self._directory / "homeserver.yaml"
        config = yaml.safe_load(file.read_text())
        config["database"] = {
            "name": "psycopg2",
            "args": {
                "user": "synapse", "dbname": "synapse", "host": "127.0.0.1", "port": self.database.port,
                "cp_min": 5, "cp_max": 10,
            },
        }  # fmt: skip
        file.write_text(yaml.safe_dump(config))

    def start(self):
        self.database.start()
        super().start()

    def stop(self):
        super().stop()
        self.database.stop()

    def before_measuring(self):
        self.database.query("synapse", "ANALYZE")

    def planned(self):
        return {**super().planned(), "store": self.database.pid}

    def query(self, sql, *parameters):
        return self.database.query("synapse", sql.replace("?", "%s"), *parameters)
