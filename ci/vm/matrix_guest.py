"""Runs in the guest, for ci/kernel-matrix: the tests of a build tree, one after the other: matrix_guest.py PART BUILD. PART is
whole; short: the kernel tests of what asks the kernel, checks and offload; or refused: that the tool says that this kernel
is too old.

Standard output gets one JSON object a line: {"test": name, "outcome": "started"} before each test, then the same with
"passed", "failed" or "skipped", "at" (seconds since the start), "cases" (how many passed), "reasons" (of skips) and
"output" (of a failure). So what was done until a guest died is known. Standard error gets everything that the tests print.
"""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = SOURCE / (sys.argv[2] if len(sys.argv) > 2 else "build/release")
TOOL = BUILD / "bin/xdp-bench"
PATIENCE = 600  # seconds for one test program; emulation is some ten times slower
# Tests that no kernel changes and that take long under emulation, together some three minutes; the host runs them.
LEFT_OUT = {
    "*Scapy*": "importing Scapy takes a minute here",
    "ComparisonSimulation.*": "thousands of simulated comparisons are arithmetic only",
    "Robustness*": "parsing thousands of broken scenarios asks no kernel",
    "YamlLimits.*": "parsing the largest scenarios asks no kernel",
    "PcapTest.FlippedBytes": "parsing thousands of broken files asks no kernel",
    "StampedFrames.HeadersAndChecksumsStay": "thousands of checksums are arithmetic only",
}
SECOND_CPU = pathlib.Path("/sys/devices/system/cpu/cpu1/online")
# The folders whose tests ask the kernel for what changes between kernels.
SHORT = ("net", "bpf", "probe")
SKIP = 77  # exit status of a test program that skips as a whole
BEGAN = time.monotonic()
ENVIRONMENT = {**os.environ, "XDP_BENCH": str(TOOL), "XDP_BENCH_SOURCE": str(SOURCE), "XDP_BENCH_BUILD": str(BUILD)}


def say(test, outcome, **more):
    print(json.dumps({"test": test, "outcome": outcome, "at": round(time.monotonic() - BEGAN, 1), **more}), flush=True)


def execute(command, cwd):
    """Exit status and output; a program that hangs is killed and has failed."""
    try:
        done = subprocess.run(command, cwd=cwd, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, timeout=PATIENCE, check=False)
        status, output = done.returncode, done.stdout
    except subprocess.TimeoutExpired as error:
        status, output = 124, (error.stdout or b"") + f"\nkilled after {PATIENCE} s".encode()
    text = output.decode(errors="replace")
    print(text, file=sys.stderr, flush=True)
    return status, text


def report(test, status, output, passed, reasons):
    if status not in (0, SKIP):
        say(test, "failed", cases=passed, reasons=reasons, output=output[-6000:])
    elif status == SKIP or (reasons and not passed):
        say(test, "skipped", reasons=reasons or [output.strip().splitlines()[-1] if output.strip() else "no reason given"])
    else:
        say(test, "passed", cases=passed, reasons=reasons)


def left_out(program):
    """Reasons of what is left out of a test program."""
    reasons = []
    for pattern, reason in LEFT_OUT.items():
        listing = subprocess.run([program, "--gtest_list_tests", f"--gtest_filter={pattern}"], capture_output=True, text=True,
                                 check=True).stdout
        tests = len(re.findall(r"^  \S", listing, re.MULTILINE))
        if tests:
            reasons.append(f"{pattern} ({tests} of them): left to the host: {reason}")
    return reasons


@contextlib.contextmanager
def second_cpu():
    """QEMU emulates CPUs in turn, which takes its time: the second one is there only for what was skipped without it."""
    SECOND_CPU.write_text("1")
    try:
        yield
    finally:
        SECOND_CPU.write_text("0")


def asks_for_a_cpu(reason):
    return "CPU" in reason and SECOND_CPU.exists()


def run_gtest(program, selected):
    """Exit status, output, how many tests passed, and the reasons of those that were skipped, by name."""
    status, output = execute([program, f"--gtest_filter={selected}"], program.parent)
    # "[ RUN ] name", then "file:line: Skipped", then the reason.
    skipped = dict(re.findall(r"^\[ RUN      \] (\S+)\n(?:(?!\[ ).*\n)*?.*: Skipped\n(.*)", output, re.MULTILINE))
    return status, output, len(re.findall(r"^\[       OK \]", output, re.MULTILINE)), skipped


def gtest(label, program):
    test = f"{label} {program.name.removesuffix(f'_{label}_tests')}"
    say(test, "started")
    status, output, passed, skipped = run_gtest(program, "-" + ":".join(LEFT_OUT))
    if again := [name for name, reason in skipped.items() if asks_for_a_cpu(reason)]:
        with second_cpu():
            status_again, output_again, passed_again, skipped_again = run_gtest(program, ":".join(again))
        status, output, passed = status or status_again, output + output_again, passed + passed_again
        skipped = {name: reason for name, reason in skipped.items() if name not in again} | skipped_again
    reasons = [f"{name}: {reason}" for name, reason in skipped.items()] + left_out(program)
    # Of a failure, only what failed.
    report(test, status, re.sub(r"^\[ RUN      \] (.*)\n\[       OK \] .*\n", "", output, flags=re.MULTILINE), passed, reasons)


def python_test(test, script):
    say(test, "started")
    if not script.exists():
        say(test, "skipped", reasons=[f"there is no {script.relative_to(SOURCE)}"])
        return
    status, output = execute(["/usr/bin/python3", "-B", script], SOURCE)
    passed = len(re.findall(r"(?:^|\.\.\. )ok$", output, re.MULTILINE))  # alone on its line: the test has printed before it
    reasons = re.findall(r"\.\.\. skipped '(.*)'$", output, re.MULTILINE)
    report(test, status, output, passed, reasons)


def run_scenarios(programs, parts):
    """Exit status, output, and the cases of the result; none if there is no result."""
    result = pathlib.Path(os.environ.get("TMPDIR", "/tmp")) / "scenarios.json"
    result.unlink(missing_ok=True)
    status, output = execute([TOOL, "--prog", programs, "--mode", "generic,native", "--only", parts, "--json", result], SOURCE)
    if not result.exists():
        return 1, output, []
    cases = json.loads(result.read_text())["cases"]
    return status, output, [case for case in cases if case["kind"] in ("check", "replay", "lan")]


def scenarios(parts="check,replay"):
    """Every scenario's checks, and its replay and lan in each mode on veth."""
    test = "scenarios"
    say(test, "started")
    status, output, cases = run_scenarios("all", parts)
    if again := {case["program"] for case in cases if case["outcome"] == "skipped" and asks_for_a_cpu(case["message"])}:
        with second_cpu():
            status_again, output_again, replays = run_scenarios(",".join(sorted(again)), "replay")
        status, output = status or status_again, output + output_again
        cases = [case for case in cases if case["program"] not in again or case["kind"] == "check"] + replays
    if not cases:
        say(test, "failed", output=output[-6000:])
        return
    rows = {}
    kinds = {"check": "checks", "replay": "{mode}", "lan": "lan {mode}"}
    for case in cases:
        kind = kinds[case["kind"]].format(**case)
        rows.setdefault(f"scenario {case['program']} {kind}", []).append(case)
    for name, cases_of_row in rows.items():
        bad = [case for case in cases_of_row if case["outcome"] not in ("passed", "skipped")]
        report(name, 1 if bad else 0, "\n".join(f"{case['name']}: {case['outcome']}: {case['message']}" for case in bad),
               sum(case["outcome"] == "passed" for case in cases_of_row),
               [f"{case['name']}: {case['message']}" for case in cases_of_row if case["outcome"] == "skipped"])
    say(test, "passed" if status in (0, 1) else "failed", output=output[-6000:])


def refused():
    """The tool names its oldest kernel and exits 4, and doctor says what is missing."""
    test = "a kernel that is too old"
    say(test, "started")
    problems = []
    for words, expected in ((["--prog", "xdp_pass", "--only", "check"], "5.15"), (["doctor"], "BPF_FETCH")):
        status, output = execute([TOOL, *words], SOURCE)
        if expected not in output or (words != ["doctor"] and status != 4):
            problems.append(f"xdp-bench {' '.join(words)}: exit {status}, expected 4 and {expected} in:\n{output}")
    report(test, 1 if problems else 0, "\n".join(problems), 2 - len(problems), [])


def whole():
    for program in sorted(BUILD.glob("harness/*_kernel_tests")):
        gtest("kernel", program)
    scenarios()
    python_test("offload on netdevsim", SOURCE / "ci/e2e/test_offload.py")
    python_test("programs behind a dispatcher", SOURCE / "ci/e2e/test_dispatchers.py")
    python_test("replays and benches on virtio-net", SOURCE / "ci/vm/test_virtio.py")
    for program in sorted(BUILD.glob("harness/*_unit_tests")):
        gtest("unit", program)


def short():
    for name in SHORT:
        for program in BUILD.glob(f"harness/{name}_kernel_tests"):
            gtest("kernel", program)
    scenarios("check")
    python_test("offload on netdevsim", SOURCE / "ci/e2e/test_offload.py")
    python_test("programs behind a dispatcher", SOURCE / "ci/e2e/test_dispatchers.py")


def main():
    part = sys.argv[1] if len(sys.argv) > 1 else "whole"
    for module in ("veth",) if part == "refused" else ("netdevsim", "virtio_net"):
        subprocess.run(["modprobe", module], check=True)
    if SECOND_CPU.exists():
        SECOND_CPU.write_text("0")
    {"whole": whole, "short": short, "refused": refused}[part]()
    say("all", "done")


if __name__ == "__main__":
    main()
