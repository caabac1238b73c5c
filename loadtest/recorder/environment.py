"""The virtual environment that the recorder's programs run in."""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
DEFAULT = HERE / ".venv"
INSIDE = "RECORDER_INSIDE"


def enter(venv):
    """Makes the environment if need be, and goes on as its Python; returns once inside."""
    if os.environ.get(INSIDE):
        return
    venv = venv.absolute()
    python = venv / "bin" / "python"
    wanted = (HERE / "requirements.txt").read_text()
    marker = venv / "installed.txt"
    if not marker.exists() or marker.read_text() != wanted:
        print(f"Installing Synapse into {venv} …", flush=True)
        try:
            if not python.exists():
                subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
            subprocess.run(
                [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                 "-r", str(HERE / "requirements.txt")],
                check=True,
            )  # fmt: skip
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"{sys.argv[0]}: the environment in {venv} could not be made: {error}")
        marker.write_text(wanted)
    os.environ[INSIDE] = "1"
    os.execv(python, [str(python), str(pathlib.Path(sys.argv[0]).resolve()), *sys.argv[1:]])
