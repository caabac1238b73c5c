"""Records requests that other implementations signed: Synapse, Dendrite's library, the ruma crates."""

import json
import pathlib
import subprocess
import sys

import keys
from errors import RecordingError

HERE = pathlib.Path(__file__).resolve().parent / "signers"
DESTINATION = "hs.example"
# Of each implementation: the name it signs as, and the command that reads what it is told and prints what it signed.
SIGNERS = {
    "synapse": [sys.executable, str(HERE / "by_synapse.py")],
    "dendrite": ["go", "run", "-mod=readonly", "."],
    "ruma": ["cargo", "run", "--quiet"],
}


def record(out, say):
    """Has every implementation sign the same questions, and writes one file with all of their requests."""
    questions = json.loads((HERE / "questions.json").read_text())
    recorded = []
    for name, command in SIGNERS.items():
        origin = f"{name}.example"
        say(f"{name} signs {len(questions)} requests …")
        told = {
            "origin": origin,
            "destination": DESTINATION,
            "key_version": keys.KEY_VERSION,
            "seed": keys.seed_base64(origin),
            "questions": questions,
        }
        signed = run(name, command, told)
        recorded.append(
            {
                "signer": signed["by"],
                "origin": origin,
                "verify_keys": keys.verify_keys([origin])[origin],
                "requests": signed["requests"],
            }
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(recorded, indent=2, ensure_ascii=False) + "\n")
    return 0


def run(name, command, told):
    directory = HERE / name if (HERE / name).is_dir() else HERE
    try:
        done = subprocess.run(command, cwd=directory, input=json.dumps(told), capture_output=True, text=True)
    except FileNotFoundError:
        raise RecordingError(f"To have {name} sign, `{command[0]}` must be on the PATH.") from None
    if done.returncode:
        raise RecordingError(f"{name} could not sign:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)
