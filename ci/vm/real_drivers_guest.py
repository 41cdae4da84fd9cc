"""Runs in the guest, for ci/real-drivers: qualifies the first port of each pair of ports of real drivers, and replays every
program over the pair: real_drivers_guest.py BUILD PARTS MADE_HERE. MADE_HERE: netdevsim, tap or both. Each pair has a network
namespace of its own, and a few are tested side by side.

Standard output gets one JSON object a line: {"driver": name, "case": "xdp_tx replay native", "verdict": "passed",
"message": text} of each case, {"driver": name, "run": "speed", "seconds": 20} of each run of the tool, and {"driver": name,
"ended": "qualify"} behind all cases of a part. What the tool prints goes to standard error.
"""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = SOURCE / (sys.argv[1] if len(sys.argv) > 1 else "build/release")
TOOL = BUILD / "bin/xdp-bench"
CARD_OF_TAPS = BUILD / "bin/xdp-bench-faulty-card"
PARTS = sys.argv[2].split(",") if len(sys.argv) > 2 else ["qualify", "replay"]
MADE_HERE = sys.argv[3].split(",") if len(sys.argv) > 3 else []
PATIENCE = 1800  # seconds for one run of the tool
SIDE_BY_SIDE = 3  # cards: most of the time a run waits for links that come back after a reset
PRINTING = threading.Lock()
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


def print_row(driver, **row):
    with PRINTING:
        print(json.dumps({"driver": driver, **row}), flush=True)


def say(driver, case, verdict, message=""):
    print_row(driver, case=case, verdict=verdict, message=message)


def copy_output(driver, lines):
    for line in lines:
        with PRINTING:
            print(f"{driver}: {line}", end="", file=sys.stderr, flush=True)


def where_it_hangs(process):
    """What each of its threads waits for in the kernel."""
    texts = []
    for task in sorted(pathlib.Path(f"/proc/{process.pid}/task").glob("*")):
        with contextlib.suppress(OSError):
            texts.append(f"thread {task.name} ({(task / 'comm').read_text().strip()}):\n{(task / 'stack').read_text()}")
    return "".join(texts)


def carry_out(driver, command):
    """Exit status, and where it hung if it was killed. Its output goes to standard error."""
    with subprocess.Popen(command, cwd=SOURCE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace") as process:
        threading.Thread(target=copy_output, args=(driver, process.stdout), daemon=True).start()
        try:
            return process.wait(PATIENCE), ""
        except subprocess.TimeoutExpired:
            hung = f"killed after {PATIENCE} s\n{where_it_hangs(process)}"
            process.kill()
            return 124, hung


def cases_of(driver, run, before, after):
    """Of the result of a run of the tool, `before` and `after` which --json is put; none if there is no result. Says how long
    it took, and what went wrong with the run as a whole."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = pathlib.Path(folder) / "out.json"
        status, hung = carry_out(driver, [*before, "--json", result, *after])
        print_row(driver, run=run, seconds=round(time.monotonic() - began, 1))
        cases = json.loads(result.read_text(encoding="utf-8"))["cases"] if result.exists() else []
    if hung or not cases:
        say(driver, "replay as a whole" if run == "replay" else f"qualify {run} as a whole", f"exit{status}", hung)
    return cases


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
        print_row(driver, ended="qualify")
    if "replay" in PARTS:
        replay(driver, ports, modes, tool)
        print_row(driver, ended="replay")


def run_ip(*words):
    subprocess.run(["ip", *words], check=True)


def release(devices):
    """Takes the driver off: frames that its rings still hold are freed. Else the kernel reports 60 s later that a page pool
    of the generator's stalls, during a case of another card."""
    for device in devices:
        (device / "driver/unbind").write_text(device.name, encoding="ascii")


@contextlib.contextmanager
def settings_in_the_way(driver, ports, inside=()):
    """RSS tables that lead three of four flows to one queue, and adaptive coalescing, where the driver has them: --prepare
    and qualify change them and have to put them back."""
    def ethtool(*words):
        return subprocess.run([*inside, "ethtool", *words], check=False, capture_output=True, text=True).stdout

    def shown():
        return "".join(ethtool(option, port) for port in ports for option in ("-x", "-c"))

    for port in ports:
        ethtool("-X", port, "weight", "3", "1")
        ethtool("-C", port, "adaptive-rx", "on")
    before = shown()
    yield
    after = shown()
    if "replay" in PARTS:
        say(driver, "settings as before", "passed" if after == before else "failed", f"before:\n{before}\nafter:\n{after}")


def test_pair(device, peer):
    driver = device.removesuffix("-a")
    devices = [pathlib.Path(f"/sys/class/net/{port}/device").resolve() for port in (device, peer)]
    run_ip("netns", "add", driver)
    for port in (device, peer):
        run_ip("link", "set", port, "netns", driver)
        run_ip("-n", driver, "link", "set", port, "up")
    inside = ("ip", "netns", "exec", driver)
    with settings_in_the_way(driver, (device, peer), inside):
        run_parts(driver, ["--dev", device, "--peer", peer], tool=(*inside, TOOL))
    release(devices)


def test_netdevsim():
    """It has one port, and takes programs to offload."""
    subprocess.run(["modprobe", "netdevsim"], check=True)
    pathlib.Path("/sys/bus/netdevsim/new_device").write_text("1 1", encoding="ascii")
    device = os.listdir("/sys/bus/netdevsim/devices/netdevsim1/net")[0]
    run_ip("link", "set", device, "up")
    with settings_in_the_way("netdevsim", (device,)):
        run_parts("netdevsim", ["--dev", device], "offload", ("qualify",))


def test_tap():
    """Two taps and a process that is their cable, in a network namespace of their own."""
    subprocess.run(["modprobe", "tun"], check=True)
    card = (CARD_OF_TAPS, "--fault", "none", "--timeout", str(2 * PATIENCE), "--", TOOL)
    run_parts("tap", ["--dev", "tap0", "--peer", "tap1"], tool=card)


def main():
    tests = [lambda pair=pair: test_pair(*pair) for pair in pairs()]
    tests += [{"netdevsim": test_netdevsim, "tap": test_tap}[name] for name in MADE_HERE if name]
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for test in [pool.submit(test) for test in tests]:
            test.result()


if __name__ == "__main__":
    main()
