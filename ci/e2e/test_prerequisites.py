"""What a run needs from its environment: a run that cannot begin, or in which nothing ran, never looks like one that held."""

import os
import random
import resource
import signal
import subprocess
import time

from harness import Case, cases_of, PATIENCE, TOOL, fixture, main, run

JUDGED = ("--prog", "xdp_drop", "--only", "check,replay")


def limited(which, value):
    """For subprocess: a limit of the child, soft and hard."""
    return lambda: resource.setrlimit(which, (value, value))


class NothingSelected(Case):
    def selected(self, *arguments, code, **variables):
        return self.tool(*arguments, code=code, env={**os.environ, **variables})

    def test_filters_of_the_environment_that_leave_nothing_are_named(self):
        for name, value in (("GTEST_FILTER", "nosuch"), ("TESTBRIDGE_TEST_ONLY", "nosuch"), ("GTEST_REPEAT", "0")):
            with self.subTest(name=name):
                done = self.selected(*JUDGED, code=4, **{name: value})
                self.assertRegex(done.stderr, r"0 of \d+ cases selected")
                self.assertIn(f"{name}={value}", done.stderr)
                self.assertNotIn("result:", done.stdout)

    def test_a_program_without_a_scenario_is_no_exception(self):
        """Its verdicts are counted all the same, and a bench that cannot be prepared is known to be skipped."""
        done = self.selected("--prog", fixture("untold") + ":by_chance", "--only", "check,replay", code=4, GTEST_FILTER="nosuch")
        self.assertIn("0 of 1 case selected", done.stderr)
        self.selected("--prog", fixture("untold") + ":by_chance", "--only", "bench", "--rounds", "1", "--duration", "10ms", code=4,
                      BENCHMARK_FILTER="nosuch")

    def test_a_mistyped_flag_leaves_nothing(self):
        done = self.tool(*JUDGED, "--", "--gtest_filter=chekc.*", code=4)
        self.assertRegex(done.stderr, r"0 of \d+ cases selected")
        self.assertIn("behind --", done.stderr)

    def test_a_bench_filter_leaves_nothing(self):
        done = self.selected("--prog", "xdp_drop", "--only", "bench", "--rounds", "1", "--duration", "10ms", code=4, BENCHMARK_FILTER="nosuch")
        self.assertIn("BENCHMARK_FILTER=nosuch", done.stderr)

    def test_a_flag_that_google_benchmark_does_not_take(self):
        """It would end the process with 0, before anything has run."""
        for environment, flags in (({"BENCHMARK_OUT_FORMAT": "nosuch"}, ()), ({}, ("--", "--benchmark_format=nosuch"))):
            done = self.tool("--prog", "xdp_drop", "--only", "check", *flags, env={**os.environ, **environment}, code=2)
            self.assertRegex(done.stderr, "(BENCHMARK_OUT_FORMAT|--benchmark_format)=nosuch: expected console, json, csv")

    def test_libraries_do_not_end_the_run(self):
        """Each of these ended the process by a signal, or with 1 as if a case had failed."""
        for environment, flags in (({"GTEST_OUTPUT": "xml:/proc/x"}, ()), ({"GTEST_SHARD_STATUS_FILE": "/proc/x"}, ()),
                                   ({"TEST_PREMATURE_EXIT_FILE": "/proc/x"}, ()), ({}, ("--gtest_flagfile=/nosuch",)),
                                   ({}, ("--benchmark_out=/proc/x",)), ({}, ("--benchmark_out=out.csv", "--benchmark_out_format=csv"))):
            with self.subTest(environment=environment, flags=flags):
                done = self.selected("--prog", "xdp_drop", "--only", "check,bench", "--", *flags, code=2, **environment)
                self.assertIn((*environment, *flags)[-1].split("=")[0], done.stderr)
                self.assertEqual(done.stdout, "")
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_failed_case_is_reported_whatever_the_environment_asks_of_googletest(self):
        self.write_text("wrong.yaml", "name: wrong\nabout: expects another verdict\nprogram: xdp_drop\nchecks:\n  - name: passes\n    steps:\n"
                        "      - { in: 'hex:ffffffffffff 0002b3123456 0800', expect: { action: XDP_PASS } }\n")
        for name in ("GTEST_BREAK_ON_FAILURE", "GTEST_THROW_ON_FAILURE", "GTEST_STREAM_RESULT_TO"):
            done = self.selected("--scenario", "wrong.yaml", "--only", "check", code=1, **{name: "localhost:1" if "TO" in name[-3:] else "1"})
            self.assertIn("expected XDP_PASS, got XDP_DROP", done.stdout)

    def test_a_part_that_the_scenario_does_not_have(self):
        self.write_text("no_replay.yaml", "name: one\nabout: nothing to replay\nprogram: xdp_drop\nchecks:\n  - name: drops\n    steps:\n"
                        "      - { in: 'hex:ffffffffffff 0002b3123456 0800', expect: { action: XDP_DROP } }\n")
        self.assertIn("0 of 0 cases selected", self.tool("--scenario", "no_replay.yaml", "--only", "replay", code=4).stderr)
        self.tool("--scenario", "no_replay.yaml", "--only", "check")

    def test_an_empty_shard_says_so_and_one_that_there_is_not_is_refused(self):
        done = self.selected("--prog", "xdp_drop", "--only", "replay", code=0, GTEST_TOTAL_SHARDS="3", GTEST_SHARD_INDEX="2")
        self.assertIn("this shard has none of the 1 case", done.stdout)
        done = self.selected(*JUDGED, code=2, GTEST_TOTAL_SHARDS="2", GTEST_SHARD_INDEX="5")
        self.assertIn("GTEST_SHARD_INDEX=5", done.stderr)


class StandardStreams(Case):
    def test_closed_or_full_they_end_no_run_by_a_signal(self):
        for redirection, codes in ((">&- 2>&-", (2,)), (">&-", (2,)), (">/dev/full 2>/dev/full", (2,)), (">/dev/null 2>&-", (0,)), ("<&-", (0,))):
            for words in ("list", "--prog xdp_drop --only check --json out.json"):
                with self.subTest(redirection=redirection, words=words):
                    done = subprocess.run(["sh", "-c", f"exec {TOOL} {words} {redirection}"], cwd=self.folder, check=False, capture_output=True)
                    self.assertIn(done.returncode, codes)
        self.assertEqual(len(cases_of(self.read_json(), "check")), 3)  # no other file took a standard stream's number

    def test_an_error_beside_a_full_standard_error(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([TOOL, "--prog", "nosuch"], stdout=subprocess.DEVNULL, stderr=full, check=False)
        self.assertEqual(done.returncode, 2)


class Limits(Case):
    def test_a_file_that_may_not_grow_is_an_error(self):
        done = self.tool("--prog", "xdp_drop", "--only", "check", "--json", "out.json", code=2, preexec_fn=limited(resource.RLIMIT_FSIZE, 1024))
        self.assertIn("cannot write out.json: File too large", done.stderr)
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_stack_without_room_is_a_missing_prerequisite(self):
        done = self.tool(*JUDGED, code=4, preexec_fn=limited(resource.RLIMIT_STACK, 96 << 10))
        self.assertIn("the stack may have 96.0 KiB, and 1.0 MiB are needed", done.stderr)
        most = resource.getrlimit(resource.RLIMIT_STACK)[1]
        self.tool(*JUDGED, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_STACK, (96 << 10, most)))

    def test_too_few_descriptors_are_a_missing_prerequisite(self):
        done = self.tool(*JUDGED, code=4, preexec_fn=limited(resource.RLIMIT_NOFILE, 32))
        self.assertIn("may have 32 open files", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_no_proc_and_no_sys_are_missing_prerequisites(self):
        for folder in ("/proc", "/sys"):
            with self.subTest(folder=folder):
                hidden = subprocess.run(["unshare", "-m", "sh", "-c", f"mount -t tmpfs none {folder} && exec {TOOL} {' '.join(JUDGED)}"],
                                        cwd=self.folder, capture_output=True, text=True, check=False)
                self.expect(4, hidden)
                self.assertIn(f"{folder} is not mounted", hidden.stderr)

    def test_a_proc_of_another_pid_namespace_is_a_missing_prerequisite(self):
        for command in (JUDGED, ("--prog", "icmp_lb", "--only", "bench"), ("doctor",)):
            done = subprocess.run(["unshare", "--pid", "--fork", TOOL, *command], cwd=self.folder, capture_output=True, text=True, check=False)
            self.expect(4, done)
            self.assertIn("/proc is that of another PID namespace", done.stdout + done.stderr)
            self.assertNotIn("modprobe", done.stdout)
        self.expect(0, subprocess.run(["unshare", "--pid", "--fork", "--mount-proc", TOOL, *JUDGED], cwd=self.folder, capture_output=True,
                                      text=True, check=False))

    def test_missing_privileges_are_said_to_be(self):
        for words, missing in ((["unshare", "--user", "--map-root-user", "--net", TOOL, *JUDGED], "user namespace"),
                               (["setpriv", "--bounding-set", "-setuid", "--inh-caps", "-all", TOOL, "--prog", "xdp_drop", "--only", "check",
                                 "--scapy", "Ether()"], "CAP_SETUID")):
            done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True, check=False)
            self.expect(4, done)
            self.assertIn(missing, done.stderr)
            self.assertNotIn("5.15", done.stderr)

    def test_a_result_file_of_brackets_takes_no_memory(self):
        self.write_text("deep.json", "[" * 20_000_000)
        done = self.tool("compare", "deep.json", "deep.json", code=2, preexec_fn=limited(resource.RLIMIT_AS, 512 << 20))
        self.assertIn("nested too deep", done.stderr)


class HostileObjects(Case):
    def test_a_map_of_kernel_operations_is_left_out(self):
        self.assertIn("1,000 XDP_PASS", self.tool("--prog", fixture("struct_ops"), *JUDGED[2:]).stdout)

    def test_damaged_objects_end_in_an_error(self):
        with open(fixture("plain"), "rb") as file:
            sound = bytearray(file.read())
        chance = random.Random(3)
        for _ in range(40):
            damaged = bytearray(sound)
            for _ in range(chance.randrange(1, 8)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            with open(os.path.join(self.folder, "damaged.o"), "wb") as file:
                file.write(damaged)
            self.assertIn(run("--prog", "damaged.o", "--only", "check", "--json", "out.json", cwd=self.folder).returncode, (0, 1, 2))


class Interrupted(Case):
    def test_no_repetition_begins_after_an_interruption(self):
        self.assertIn("for ever", self.tool(*JUDGED, "--", "--gtest_repeat=-1", code=2).stderr)
        with subprocess.Popen([TOOL, *JUDGED, "--", "--gtest_repeat=100000000"], cwd=self.folder, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            time.sleep(1.5)
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(PATIENCE), 130)

    def test_doctor_states_nothing_that_it_did_not_find_out(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            for moment in (0.1, 0.3, 1.2):
                with self.subTest(number=number, moment=moment), \
                        subprocess.Popen([TOOL, "doctor"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
                    time.sleep(moment)
                    process.send_signal(number)
                    output, _ = process.communicate(timeout=PATIENCE)
                    if process.returncode not in (-number, 0):  # it came before main(), or after all was done
                        self.assertEqual(process.returncode, 130, output)
                        self.assertNotIn("install", output)


if __name__ == "__main__":
    main()
