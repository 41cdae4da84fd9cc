"""Runs in the guest, for ci/real-drivers: qualifies the first port of each pair of ports of real drivers, and replays every
program over the pair: real_drivers_guest.py BUILD PARTS MADE_HERE. MADE_HERE: netdevsim, tap or both.

Standard output gets one JSON object a line: {"driver": name, "case": "xdp_tx replay native", "verdict": "passed",
"message": text} of each case, and {"driver": name, "run": "qualify", "seconds": 200} of what has ended. What the tool prints
goes to standard error.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = SOURCE / (sys.argv[1] if len(sys.argv) > 1 else "build/release")
TOOL = BUILD / "bin/xdp-bench"
CARD_OF_TAPS = BUILD / "bin/xdp-bench-faulty-card"
PARTS = sys.argv[2].split(",") if len(sys.argv) > 2 else ["qualify", "replay"]
MADE_HERE = sys.argv[3].split(",") if len(sys.argv) > 3 else []
PATIENCE = 1200  # seconds for one run of the tool
# Rates of emulated cards mean nothing: one case shows that they are measured.
RUNS = {"qualify": ("--group", "control,data,counters,redirect,under_traffic,offload"),
        "speed": ("--duration", "200ms", "--", "--gtest_filter=qualify.speed.drop")}


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


def cases_of(driver, run, before, after):
    """Of the result of a run of the tool, `before` and `after` which --json is put; none if there is no result. Says how long
    it took, and what went wrong with the run as a whole."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = pathlib.Path(folder) / "out.json"
        try:
            status = subprocess.run([*before, "--json", result, *after], cwd=SOURCE, stdin=subprocess.DEVNULL, stdout=sys.stderr,
                                    timeout=PATIENCE, check=False).returncode
        except subprocess.TimeoutExpired:
            status = 124
            say(driver, f"{run} as a whole", "hangs", f"killed after {PATIENCE} s")
        print(json.dumps({"driver": driver, "run": run, "seconds": round(time.monotonic() - began, 1)}), flush=True)
        if result.exists():
            return json.loads(result.read_text(encoding="utf-8"))["cases"]
    say(driver, f"{run} as a whole", f"exit {status}")
    return []


def qualify(driver, ports, runs, tool):
    for run in runs:
        for case in cases_of(driver, run, [*tool, "qualify", *ports], RUNS[run]):
            say(driver, f"qualify {case['group']}.{case['name']}", case["finding"], case["message"])


def replay(driver, ports, modes, tool):
    kind = "offload" if modes == "offload" else "replay"
    prepare = ["--prepare"] if kind == "replay" else []
    for case in cases_of(driver, "replay", [*tool, "--prog", "all", "--only", "replay", "--mode", modes, *ports, *prepare], []):
        if case["kind"] == kind:
            say(driver, f"{case['program']} replay {case['mode']}", case["outcome"], case["message"])


def run_parts(driver, ports, modes="generic,native", runs=tuple(RUNS), tool=(TOOL,)):
    if "qualify" in PARTS:
        qualify(driver, ports, runs, tool)
    if "replay" in PARTS:
        replay(driver, ports, modes, tool)


def test(device, peer):
    for port in (device, peer):
        subprocess.run(["ip", "link", "set", port, "up"], check=True)
    run_parts(device.removesuffix("-a"), ["--dev", device, "--peer", peer])


def test_netdevsim():
    """It has one port, and takes programs to offload."""
    subprocess.run(["modprobe", "netdevsim"], check=True)
    pathlib.Path("/sys/bus/netdevsim/new_device").write_text("1 1", encoding="ascii")
    device = os.listdir("/sys/bus/netdevsim/devices/netdevsim1/net")[0]
    subprocess.run(["ip", "link", "set", device, "up"], check=True)
    run_parts("netdevsim", ["--dev", device], "offload", ("qualify",))


def test_tap():
    """Two taps and a process that is their cable, in a network namespace of their own."""
    subprocess.run(["modprobe", "tun"], check=True)
    card = (CARD_OF_TAPS, "--fault", "none", "--timeout", str(PATIENCE), "--", TOOL)
    run_parts("tap", ["--dev", "tap0", "--peer", "tap1"], tool=card)


if __name__ == "__main__":
    for both_ports in pairs():
        test(*both_ports)
    for name in MADE_HERE:
        {"netdevsim": test_netdevsim, "tap": test_tap, "": lambda: None}[name]()
