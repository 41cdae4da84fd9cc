"""What may go wrong at any moment: signals, kill -9, damaged input, no room for the result."""

import json
import os
import random
import resource
import signal
import struct
import subprocess
import time

from harness import MEASURED, PATIENCE, SOURCE, TOOL, Case, cases_of, comes_true, main

KILLS = 50
SIDE_BY_SIDE = 5
ROUND = ["--prog", "icmp_lb", "--rounds", "1", "--duration", "50ms"]


def catches_interrupts(process):
    """Whether the tool has come so far that SIGINT does not just end it."""
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
        caught = next(int(line.split()[1], 16) for line in file if line.startswith("SigCgt:"))
    return bool(caught >> (signal.SIGINT - 1) & 1)


def has_a_program(process):
    """Whether the tool holds a program that is loaded."""
    folder = f"/proc/{process.pid}/fd"
    try:
        return any("bpf-prog" in os.readlink(os.path.join(folder, fd)) for fd in os.listdir(folder))
    except FileNotFoundError:  # one that was just closed
        return False


class Signals(Case):
    def start(self, *arguments, output=subprocess.DEVNULL, **more):
        process = subprocess.Popen([TOOL, *arguments], cwd=self.folder, stdout=output, stderr=subprocess.DEVNULL, text=True, **more)
        self.addCleanup(lambda: process.stdout and process.stdout.close())
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_killed_at_random_moments_nothing_is_left(self):
        # Side by side, for they wait a lot.
        began = time.monotonic()
        lengths = []  # seconds, of runs that came to their end
        for process in [self.start(*ROUND) for _ in range(SIDE_BY_SIDE)]:
            self.assertIn(process.wait(), MEASURED)
            lengths.append(time.monotonic() - began)
        chance = random.Random(20260101)
        killed = 0
        while killed < KILLS:
            began = time.monotonic()
            runs = [(chance.uniform(0, min(lengths)), self.start(*ROUND)) for _ in range(SIDE_BY_SIDE)]
            for moment, process in sorted(runs, key=lambda run: run[0]):
                try:
                    process.wait(timeout=max(0.0, began + moment - time.monotonic()))
                    lengths.append(time.monotonic() - began)
                except subprocess.TimeoutExpired:
                    process.kill()
                    killed += process.wait() == -signal.SIGKILL
        self.leftovers.check()
        # Results of runs that came to their end are whole; no other file is there.
        for name in os.listdir(os.path.join(self.folder, "results")):
            self.assertTrue(name.endswith(".json") and not name.startswith("."), name)
            self.assertTrue(self.read_text(os.path.join("results", name)).endswith("}\n"))

    def test_interrupted_in_the_bench_gives_a_partial_summary(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            for patience in (2, 5, 15, 50, 100):  # until a round is whole, however slow the machine is
                process = self.start("--prog", "icmp_lb", "--rounds", "1000", "--duration", "100ms", output=subprocess.PIPE)
                self.assertTrue(comes_true(lambda: has_a_program(process)))
                time.sleep(patience)
                process.send_signal(number)
                output, _ = process.communicate(timeout=PATIENCE)
                self.assertEqual(process.returncode, 130, output)
                if "ns/packet" in output:
                    break
            self.assertIn("29 passed", output)
            self.assertIn("interrupted", output)
            self.assertIn("ns/packet", output)  # of the rounds that were whole

    def test_interrupted_before_the_first_round_is_whole(self):
        process = self.start("--prog", "xdp_drop", "--only", "bench", "--duration", "1000s", output=subprocess.PIPE)
        self.assertTrue(comes_true(lambda: has_a_program(process)))
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 130, output)
        self.assertRegex(output, r"(?m)^  native +- +- +- +- +- +skipped$")

    def test_signals_that_whoever_started_it_has_blocked_interrupt_it(self):
        process = self.start("--prog", "xdp_drop", "--only", "bench", "--duration", "1000s",
                             preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM}))
        self.assertTrue(comes_true(lambda: has_a_program(process)))
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=PATIENCE), 130)

    def test_a_limit_of_cpu_time_is_an_interruption(self):
        done = self.tool("--prog", "xdp_drop", "--only", "bench", "--duration", "1000s", code=130,
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (1, resource.RLIM_INFINITY)))
        self.assertIn("interrupted", done.stdout)

    def test_interrupted_while_several_cpus_offer_a_rate(self):
        cpus = sorted(os.sched_getaffinity(0))[:2]
        if len(cpus) < 2:
            self.skipTest("takes two CPUs")
        offer = ("-v", "--prog", "xdp_tx", "--only", "bench", "--rate", "1kpps", "--cpus", ",".join(map(str, cpus)))
        for patience in (2, 5, 15, 50, 100):  # until a round is whole
            process = self.start(*offer, "--rounds", "1000", "--duration", "100ms", output=subprocess.PIPE)
            self.assertTrue(comes_true(lambda: has_a_program(process)))
            time.sleep(patience)
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=PATIENCE)
            self.assertEqual(process.returncode, 130, output)
            if "frames from CPU" in output:
                break
        self.assertRegex(output, "reached +in [0-9]+ of [0-9]+ round")
        process = self.start(*offer, "--duration", "1000s", output=subprocess.PIPE)
        self.assertTrue(comes_true(lambda: has_a_program(process)))
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 130, output)

    def test_interrupted_at_random_moments(self):
        chance = random.Random(7)
        for _ in range(10):
            process = self.start(*ROUND)
            self.assertTrue(comes_true(lambda: catches_interrupts(process)))
            time.sleep(chance.uniform(0, 1.0))
            process.send_signal(signal.SIGINT)
            self.assertIn(process.wait(timeout=PATIENCE), (130, 0))


class DamagedInput(Case):
    def test_a_pcap_cut_at_every_byte(self):
        with open(os.path.join(SOURCE, "pcaps", "udp_64.pcap"), "rb") as file:
            whole = file.read()
        header_and_first_record = 24 + 16 + 60
        for length in range(header_and_first_record):
            with open(os.path.join(self.folder, "cut.pcap"), "wb") as file:
                file.write(whole[:length])
            done = self.tool("--prog", "xdp_drop", "--pcap", "cut.pcap", "--only", "check", code=2)
            self.assertIn("cut.pcap", done.stderr, f"cut at {length}")
        self.assertFalse(os.path.exists(os.path.join(self.folder, "results")) and os.listdir(os.path.join(self.folder, "results")))

    def test_a_pcap_that_ends_in_the_middle(self):
        with open(os.path.join(SOURCE, "pcaps", "udp_64.pcap"), "rb") as file:
            whole = file.read()
        with open(os.path.join(self.folder, "cut.pcap"), "wb") as file:
            file.write(whole[: len(whole) // 2])
        done = self.tool("--prog", "xdp_drop", "--pcap", "cut.pcap", code=2)
        self.assertIn("frame 499 is cut off", done.stderr)


class LargeInput(Case):
    def write_pcap(self, frames, length):
        """A pcap of `frames` frames of `length` bytes, written as a stream."""
        path = os.path.join(self.folder, "large.pcap")
        record = struct.pack("<IIII", 0, 0, length, length) + bytes(12) + b"\x08\x00" + bytes(length - 14)
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for _ in range(frames // 1000):
                file.write(record * 1000)
        return path

    def test_more_frames_than_the_generator_holds(self):
        self.write_pcap(400_000, 1500)
        done = self.tool("--prog", "xdp_drop", "--pcap", "large.pcap", code=2)
        self.assertIn("cannot hold 400,000 frames", done.stderr)
        self.assertRegex(done.stderr, r"3\d\d,\d\d\d fit its 512.0 MiB")
        self.assertEqual(done.stdout, "")
        self.tool("--prog", "xdp_drop", "--pcap", "large.pcap", "--only", "check")
        self.assertEqual(self.result()["verdicts"][0]["actions"]["XDP_DROP"], 400_000)

    def test_a_frame_longer_than_any_that_is_sent(self):
        self.write_pcap(1000, 9217)
        done = self.tool("--prog", "xdp_drop", "--pcap", "large.pcap", code=2)
        self.assertIn("cannot send frame 0 of 9,217 bytes: at most 9,216 are sent", done.stderr)


class Mistyped(Case):
    def test_a_mistyped_word_gets_a_suggestion(self):
        for arguments, meant in ((("comapre", "a", "b"), "there is no command comapre (did you mean compare?)"),
                                 (("--porg", "xdp_drop"), "there is no option --porg (did you mean --prog?)"),
                                 (("attach", "--prog=xdp_drop", "--dve", "x"), "there is no option --dve (did you mean --dev?)"),
                                 (("--prog", "xdp_dorp"), "did you mean xdp_drop?")):
            self.assertIn(meant, self.tool(*arguments, code=2).stderr)
        self.assertIn("there is no command zzzzzzzz", self.tool("zzzzzzzz", code=2).stderr)
        # A mistyped command has no help of its own.
        self.assertIn("see: xdp-bench --help", self.tool("comapre", code=2).stderr)
        self.assertIn("see: xdp-bench compare --help", self.tool("compare", "--bse", code=2).stderr)


class NoRoom(Case):
    def test_a_folder_that_cannot_be_written(self):
        done = self.tool("--prog", "icmp_lb", "--json", "/proc/nowhere/out.json", code=2)
        self.assertIn("cannot write /proc/nowhere/out.json", done.stderr)
        self.assertNotIn("passed", done.stdout)  # found out before anything ran

    def test_results_is_a_file(self):
        with open(os.path.join(self.folder, "results"), "w", encoding="utf-8"):
            pass
        self.assertIn("cannot write results/", self.tool("--prog", "icmp_lb", code=2).stderr)

    def test_a_full_disk_shows_the_report_and_leaves_no_file(self):
        done = self.tool("--prog", "xdp_pass", "--only", "check", "--json", "/dev/full", code=2)
        self.assertIn("3 passed", done.stdout)
        self.assertIn("No space left", done.stderr)

    def test_a_report_that_cannot_be_written_costs_nothing_else(self):
        done = self.tool("--prog", "xdp_pass", "--only", "check", "--json", "out.json", "--junit", "/dev/full", "--ktap", "out.ktap", code=2)
        self.assertIn("cannot write /dev/full: No space left", done.stderr)
        self.assertEqual(len(cases_of(self.read_json(), "check")), 3)
        self.assertIn("1..3", self.read_text("out.ktap"))

    def test_a_full_disk_behind_standard_output_is_an_error(self):
        self.tool("--prog", "xdp_pass", "--only", "check", "--json", "out.json")
        for words in (("--prog", "xdp_pass", "--only", "check", "--json", "-"), ("compare", "out.json", "out.json"), ("list",),
                      ("--help",), ("run", "--help"), ("--version",)):
            with self.subTest(words=words), open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([TOOL, *words], stdout=full, stderr=subprocess.PIPE, text=True, cwd=self.folder, check=False)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn("cannot write to standard output: No space left", done.stderr)

    def test_interrupted_while_a_pipe_has_no_reader(self):
        os.mkfifo(os.path.join(self.folder, "pipe"))
        run = subprocess.Popen([TOOL, "--prog", "xdp_drop", "--only", "check", "--json", "pipe"], cwd=self.folder, stderr=subprocess.PIPE, text=True)
        self.addCleanup(run.kill)

        def waits():
            with open(f"/proc/{run.pid}/wchan", encoding="utf-8") as file:
                return file.read() == "wait_for_partner"
        self.assertTrue(comes_true(waits))
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.communicate(timeout=60)[1], "xdp-bench: interrupted\n")
        self.assertEqual(run.returncode, 130)

    def test_an_existing_result_survives_a_run_that_fails(self):
        path = os.path.join(self.folder, "out.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write("before")
        self.tool("--prog", "icmp_bl", "--json", "out.json", code=2)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), "before")


class Traffic(Case):
    def test_no_frame_leaves_by_an_interface_that_was_not_named(self):
        host, other = (f"e2e-{name}-{os.getpid()}" for name in ("host", "other"))
        for name in (host, other):
            subprocess.run(["ip", "netns", "add", name], check=True)
            self.addCleanup(subprocess.run, ["ip", "netns", "delete", name], check=True)
            subprocess.run(["ip", "netns", "exec", name, "sysctl", "-q", "net.ipv6.conf.all.disable_ipv6=1",
                            "net.ipv6.conf.default.disable_ipv6=1"], check=True)
        at_host = ["ip", "netns", "exec", host]
        for words in ("ip link add uplink type veth peer name out netns " + other, "ip link set uplink up", "ip link set lo up",
                      "ip address add 198.51.100.1/24 dev uplink", "ip route add default via 198.51.100.2"):
            subprocess.run([*at_host, *words.split()], check=True)
        subprocess.run(["ip", "netns", "exec", other, "ip", "link", "set", "out", "up"], check=True)
        done = subprocess.run([*at_host, TOOL, "--prog", "xdp_drop,icmp_lb", "--only", "check,replay", "--mode", "generic,native"], cwd=self.folder,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        links = json.loads(subprocess.run([*at_host, "ip", "-j", "-s", "link"], capture_output=True, text=True, check=True).stdout)
        self.assertEqual({link["ifname"]: link["stats64"]["tx"]["packets"] for link in links}, {"lo": 0, "uplink": 0})


if __name__ == "__main__":
    main()
