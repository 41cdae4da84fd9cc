"""Runs in the guest, for ci/real-drivers: replays of every program over pairs of ports of real drivers, and the
qualification of the first port of each pair.

Standard output gets one JSON object a line: {"driver": name, "case": "xdp_tx replay native", "verdict": "passed",
"message": text}; what the tool prints goes to standard error.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
TOOL = SOURCE / (sys.argv[1] if len(sys.argv) > 1 else "build/release") / "bin/xdp-bench"
PARTS = sys.argv[2].split(",") if len(sys.argv) > 2 else ["qualify", "replay"]
PATIENCE = 900  # seconds for one pair
# Rates of emulated cards mean nothing: one case shows that they are measured.
RUNS = (("--group", "control,data,counters,redirect,under_traffic,offload"),
        ("--duration", "200ms", "--", "--gtest_filter=qualify.speed.drop"))


def pairs():
    """The pairs of ports of scripts/vm by the driver of the first one: NIC-a and the port that follows it."""
    names = sorted(os.listdir("/sys/class/net"), key=lambda name: int(pathlib.Path(f"/sys/class/net/{name}/ifindex").read_text()))
    ends = [name for name in names if name.endswith(("-a", "-b"))]
    by_hub = {}
    for name in ends:
        hub = pathlib.Path(f"/sys/class/net/{name}/address").read_text(encoding="ascii").split(":")[3]
        by_hub.setdefault(hub, []).append(name)
    return [sorted(both, key=lambda name: name[-1]) for _, both in sorted(by_hub.items())]


def say(driver, case, verdict, message=""):
    print(json.dumps({"driver": driver, "case": case, "verdict": verdict, "message": message}), flush=True)


def qualify(driver, device, peer, *selection):
    with tempfile.TemporaryDirectory() as folder:
        result = pathlib.Path(folder) / "out.json"
        done = subprocess.run([TOOL, "qualify", "--dev", device, "--peer", peer, "--json", result, *selection], cwd=SOURCE,
                              stdin=subprocess.DEVNULL, stdout=sys.stderr, timeout=PATIENCE, check=False)
        if not result.exists():
            say(driver, f"qualify {selection[-1]}", f"exit {done.returncode}")
            return
        for case in json.loads(result.read_text(encoding="utf-8"))["cases"]:
            say(driver, f"qualify {case['group']}.{case['name']}", case["finding"], case["message"])


def replay(driver, device, peer):
    with tempfile.TemporaryDirectory() as folder:
        result = pathlib.Path(folder) / "out.json"
        done = subprocess.run([TOOL, "--prog", "all", "--only", "replay", "--mode", "generic,native", "--dev", device, "--peer", peer,
                               "--prepare", "--json", result], cwd=SOURCE, stdin=subprocess.DEVNULL, stdout=sys.stderr,
                              timeout=PATIENCE, check=False)
        if not result.exists():
            say(driver, "run", f"exit {done.returncode}")
            return
        for case in json.loads(result.read_text(encoding="utf-8"))["cases"]:
            if case["kind"] != "replay":
                continue
            say(driver, f"{case['program']} replay {case['mode']}", case["outcome"], case["message"])


def test(device, peer):
    driver = device.removesuffix("-a")
    for port in (device, peer):
        subprocess.run(["ip", "link", "set", port, "up"], check=True)
    if "qualify" in PARTS:
        for selection in RUNS:
            qualify(driver, device, peer, *selection)
    if "replay" in PARTS:
        replay(driver, device, peer)


if __name__ == "__main__":
    for ports in pairs():
        test(*ports)
