"""The main job: check, replay and bench through the command line."""

import json
import os
import re
import subprocess

from harness import BUILD, MEASURED, SOURCE, TOOL, Case, cases_of, main

ICMP_LB_SENT = 1000
ICMP_LB_TX = 488
ICMP_LB_PASS = 512


class MainJob(Case):
    def test_the_default_report_fits_on_one_screen(self):
        done = self.tool("--mode", "native", "--prog", "icmp_lb", "--duration", "100ms", code=(0, 3))
        lines = done.stdout.splitlines()
        self.assertLessEqual(len(lines), 30, done.stdout)
        self.assertLessEqual(max(map(len, lines)), 120, done.stdout)
        for text in ("29 passed", "all frames accounted for", "test run", "bottleneck", "baseline"):
            self.assertIn(text, done.stdout)
        self.assertNotIn("libbpf:", done.stdout + done.stderr)

    def test_verbose_has_the_details_and_twice_verbose_libbpf(self):
        bench = ("--prog", "xdp_drop", "--only", "check,bench", "--rounds", "1", "--duration", "50ms")
        once = self.tool(*bench, "-v", code=(0, 3))
        for text in ("check    passed", "lowest", "harness", "resolution 0.1 ns"):
            self.assertIn(text, once.stdout)
        self.assertNotIn("libbpf:", once.stdout + once.stderr)
        self.assertIn("libbpf:", self.tool(*bench, "-vv", code=(0, 3)).stderr)

    def test_several_sizes_end_with_a_matrix(self):
        done = self.tool("--prog", "xdp_drop,xdp_tx", "--only", "bench", "--size", "64,512", "--rounds", "1", "--duration", "50ms", code=(0, 3))
        self.assertRegex(done.stdout, r"(?m)^  Mpps by frame size +64 +512$")
        self.assertRegex(done.stdout, r"(?m)^  xdp_tx native +\S+ +\S+$")

    def check_replay(self, mode):
        done = self.tool("--mode", mode, "--prog", "icmp_lb", "--only", "check,replay")
        self.assertIn("29 passed", done.stdout)
        self.assertIn("all frames accounted for", done.stdout)
        result = self.result()
        self.assertEqual({check["outcome"] for check in cases_of(result, "check")}, {"passed"})
        replay = result["replays"][0]
        self.assertEqual(replay["sent"], ICMP_LB_SENT)
        self.assertEqual(replay["actions"]["XDP_TX"], ICMP_LB_TX)
        self.assertEqual(replay["actions"]["XDP_PASS"], ICMP_LB_PASS)
        self.assertEqual(replay["received"], ICMP_LB_TX)
        self.assertEqual(replay["passed"], ICMP_LB_PASS)
        self.assertTrue(replay["accounted_for"])
        self.assertEqual(result["benchmarks"], [])
        self.assertEqual(result["exit_code"], 0)

    def test_native(self):
        self.check_replay("native")

    def test_generic(self):
        self.check_replay("generic")

    def test_bench_measures_and_balances(self):
        for mode in ("native", "generic"):
            with self.subTest(mode=mode):
                done = self.tool("run", "--prog", "icmp_lb", "--mode", mode, "--only", "bench", "--rounds", "2",
                                 "--duration", "100ms", "--json", "out.json")
                self.assertRegex(done.stdout, rf"(?m)^  {mode} +[\d.]+ +[\d.]+ +(± [\d.]+ %|-) +[\d.]+ .* ns +(< )?\S+ +(generator|program)$")
                result = self.read_json()
                alone, bench = result["benches"]
                self.assertEqual((alone["mode"], bench["mode"]), ("test_run", mode))
                self.assertEqual(bench["outcome"], "passed", bench["message"])
                self.assertEqual(len(bench["rounds"]), 2)
                for one in bench["rounds"]:
                    lost = one["offered"] - one["processed"]
                    self.assertLessEqual(lost, sum(bench["losses"].values()))
                    self.assertEqual(one["processed"], one["forwarded"])
                    self.assertGreater(one["baseline_ns"], 0)
                self.assertEqual(sum(cpu["actions"]["XDP_TX"] for cpu in bench["cpus"]), bench["actions"]["XDP_TX"])
                self.assertIn(bench["bound"], ("generator", "program"))
                runs = [run for run in result["benchmarks"] if run["run_type"] == "iteration"]
                names = [run["run_name"] for run in runs]
                self.assertEqual(names, 2 * ["icmp_lb/test_run/manual_time"] + 2 * [f"icmp_lb/{mode}/manual_time"])
                self.assertEqual(runs[0]["time_unit"], "ns")
                # One iteration is one packet. Which windows of the first round were shared the second may correct.
                self.assertAlmostEqual(runs[1]["real_time"], alone["rounds"][1]["ns_per_packet"], places=2)
                self.assertAlmostEqual(runs[3]["real_time"], bench["rounds"][1]["ns_per_packet"], places=2)

    def test_redirects_are_timed_and_counted_where_they_arrive(self):
        for program, end in (("xdp_redirect", "forwarded"), ("xdp_redirect_cpu", "passed")):
            for mode in ("native", "generic"):
                with self.subTest(program=program, mode=mode):
                    self.tool("run", "--prog", program, "--mode", mode, "--only", "bench", "--rounds", "1",
                              "--duration", "50ms", "--json", "out.json")
                    alone, bench = self.read_json()["benches"]
                    self.assertEqual(alone["outcome"], "passed", alone["message"])
                    self.assertEqual(bench["outcome"], "passed", bench["message"])
                    redirected = bench["actions"]["XDP_REDIRECT"]
                    self.assertGreater(redirected, 0)
                    self.assertEqual(bench[end], redirected)
                    self.assertEqual(bench["received"] + bench["passed"] + bench["forwarded"], redirected)
                    if program == "xdp_redirect_cpu":
                        self.assertEqual(bench["passed_by_cpu"], {"0": redirected})
                    one, = bench["rounds"]
                    self.assertEqual(len(one["window_ns"]), one["windows"])
                    self.assertGreater(one["baseline_packets"], 0)

    def test_the_program_alone_is_timed_on_fresh_packets(self):
        # Were the packets not fresh, icmp_lb would pass its own output from the second run on.
        for program in ("icmp_lb", "xdp_tx", "xdp_drop"):
            self.tool("run", "--prog", program, "--only", "bench", "--rounds", "2", "--duration", "50ms", "--json", "out.json")
            alone = self.read_json()["benches"][0]
            self.assertEqual(alone["outcome"], "passed", alone["message"])
            self.assertGreater(alone["actions"][alone["action"]], 2 * alone["frames"])
            self.assertEqual(sum(alone["actions"].values()), alone["actions"][alone["action"]])
            self.assertGreater(alone["baseline_ns"]["median"], 0)
            self.assertNotIn("offered_pps", alone)

    def test_offload_on_a_veth_says_why_not(self):
        done = self.tool("--mode", "offload", "--prog", "icmp_lb", code=4)
        self.assertIn("skipped", done.stdout)
        self.assertIn("nfp", done.stdout)

    def test_two_runs_at_the_same_time(self):
        command = [TOOL, "--prog", "icmp_lb", "--only", "check,replay"]
        runs = [subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(2)]
        for one in runs:
            output, _ = one.communicate(timeout=300)
            self.assertEqual(one.returncode, 0, output)
        self.assertEqual(len(os.listdir(os.path.join(self.folder, "results"))), 2)

    def test_kept_namespaces_can_be_entered_and_removed(self):
        done = self.tool("--prog", "xdp_drop", "--only", "replay", "--keep")
        names = re.findall(r"ip netns delete (\S+)", done.stdout)
        try:
            self.assertEqual(len(names), 2, done.stdout)
            dut = next(name for name in names if name.endswith("dut"))
            shown = subprocess.run(["nsenter", f"--net=/run/netns/{dut}", "ip", "-d", "link", "show", "dut0"], capture_output=True, text=True, check=True)
            self.assertIn("prog/xdp", shown.stdout)
        finally:
            for name in names:
                subprocess.run(["ip", "netns", "delete", name], check=True)

    def test_runs_from_an_installation(self):
        prefix = os.path.join(self.folder, "usr")
        subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=True, capture_output=True)
        tool = os.path.join(prefix, "bin", "xdp-bench")
        elsewhere = os.path.join(self.folder, "elsewhere")
        os.mkdir(elsewhere)
        self.expect(0, subprocess.run([tool, "--prog", "icmp_lb", "--only", "check,replay"], cwd=elsewhere, env={**os.environ, "HOME": "/"},
                                      capture_output=True, text=True))


class Output(Case):
    def test_plain_text_into_a_pipe(self):
        done = self.tool("--prog", "xdp_pass", "--only", "check")
        self.assertNotIn("\033", done.stdout + done.stderr)

    def test_json_alone_on_standard_output(self):
        done = self.tool("--prog", "xdp_pass", "--only", "check", "--json", "-")
        result = json.loads(done.stdout)
        self.assertEqual(result["schema_version"], 2)
        self.assertEqual(len(cases_of(result, "check")), 3)
        self.assertIn("context", result)
        self.assertIn("3 passed", done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "results")))

    def test_verbose_names_every_check(self):
        done = self.tool("--prog", "icmp_lb", "--only", "check", "-v")
        self.assertIn("alternates between the backends", done.stdout)

    def test_colour_only_on_a_terminal_and_without_no_color(self):
        def on_a_terminal(**environment):
            return subprocess.run(["script", "-qec", f"{TOOL} --prog xdp_pass --only check", "/dev/null"], cwd=self.folder, capture_output=True, text=True, env={**os.environ, **environment}).stdout
        self.assertIn("\033[32m", on_a_terminal())
        self.assertNotIn("\033[32m", on_a_terminal(NO_COLOR="1"))


class Engines(Case):
    def test_googletest_flags_pass_through(self):
        done = self.tool("run", "--prog", "icmp_lb", "--only", "check", "--", "--gtest_filter=*backends*")
        self.assertIn("passed", done.stdout)
        self.assertNotIn("29 passed", done.stdout)

    def test_list_of_cases(self):
        done = self.tool("run", "--prog", "icmp_lb", "--", "--gtest_list_tests")
        self.assertIn("check.icmp_lb.", done.stdout)
        self.assertIn("native", done.stdout)

    def test_benches_are_listed_and_selected(self):
        listed = self.tool("run", "--prog", "xdp_drop", "--mode", "native", "--", "--benchmark_list_tests").stdout.splitlines()
        self.assertEqual([line.split("/iterations")[0] for line in listed], ["xdp_drop/test_run", "xdp_drop/native"])
        bench = ("run", "--prog", "xdp_drop", "--mode", "native", "--only", "bench", "--budget", "1s", "--json", "out.json", "--")
        self.tool(*bench, "--benchmark_filter=test_run", code=MEASURED)
        self.assertEqual([one["mode"] for one in self.read_json()["benches"]], ["test_run"])
        done = self.tool(*bench, "--benchmark_filter=nosuch", code=4)
        self.assertEqual(done.stderr.count("Failed to match any benchmarks"), 1, done.stderr)
        self.assertIn("0 of 2 cases selected", done.stderr)

    def test_google_benchmark_flags_pass_through(self):
        self.tool("run", "--prog", "xdp_drop", "--only", "bench", "--duration", "50ms", "--", "--benchmark_repetitions=3")
        self.assertEqual(len(self.result()["benches"][0]["rounds"]), 3)

    def test_a_flag_for_nobody(self):
        done = self.tool("run", "--prog", "icmp_lb", "--", "--gtset_filter=x", code=2)
        self.assertIn("--gtset_filter=x", done.stderr)


class OwnProgram(Case):
    SOURCE = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int first(struct xdp_md *ctx) { return ctx->data_end - ctx->data > 100 ? XDP_DROP : XDP_PASS; }
%s
char _license[] SEC("license") = "GPL";
"""

    def test_verdicts_are_counted_and_nothing_is_judged(self):
        self.compile(self.SOURCE % "")
        done = self.tool("--prog", "./mine.o", "--rounds", "1", "--duration", "50ms")
        self.assertIn("nothing judged", done.stdout)
        result = self.result()
        verdict = result["verdicts"][0]
        self.assertEqual(verdict["frames"], 1000)
        self.assertEqual(verdict["actions"]["XDP_DROP"] + verdict["actions"]["XDP_PASS"], 1000)
        self.assertGreater(verdict["actions"]["XDP_DROP"], 0)
        self.assertEqual(result["replays"][0]["actions"], verdict["actions"])
        self.assertTrue(result["replays"][0]["accounted_for"])
        self.assertEqual(result["benches"][0]["outcome"], "passed")
        self.assertTrue(result["benches"][0]["mixed"])

    def test_several_programs_must_be_told_apart(self):
        self.compile(self.SOURCE % 'SEC("xdp") int second(struct xdp_md *ctx) { return XDP_TX; }')
        done = self.tool("--prog", "./mine.o", code=2)
        self.assertIn("first, second", done.stderr)
        self.tool("--prog", "./mine.o:second", "--only", "check")
        self.assertEqual(self.result()["verdicts"][0]["actions"]["XDP_TX"], 1000)

    def test_the_verifier_rejects(self):
        self.compile('#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nSEC("xdp") int bad(struct xdp_md *ctx) { return *(int *)(long)ctx->data; }\nchar _license[] SEC("license") = "GPL";\n')
        done = self.tool("--prog", "./mine.o", code=2)
        self.assertIn("invalid access to packet", done.stderr)
        self.assertIn("source line  SEC(\"xdp\") int bad", done.stderr)
        log = re.search(r"whole log    (results/bad-verifier-\S+\.log)$", done.stderr, re.MULTILINE).group(1)
        with open(os.path.join(self.folder, log), encoding="utf-8") as file:
            self.assertIn("invalid access to packet", file.read())

    def test_what_the_verifier_took(self):
        done = self.tool("--prog", "icmp_lb", "--only", "check")
        self.assertRegex(done.stdout, r"verifier [\d,]+ instructions processed, [\d,]+ states? \([\d,]+ at a time\), stack \d+ bytes")
        program = self.result()["programs"][0]
        for key in ("verified_insns", "total_states", "peak_states", "xlated_bytes", "load_seconds"):
            self.assertGreater(program[key], 0, key)
        self.assertGreater(max(program["stack_bytes"]), 0)

    def test_no_object_at_all(self):
        self.write_text("text.o", "not ELF")
        self.assertIn("not an ELF", self.tool("--prog", "./text.o", code=2).stderr)
        self.assertIn("No such file", self.tool("--prog", "./none.o", code=2).stderr)

    def test_other_traffic_for_a_reference_program(self):
        done = self.tool("--prog", "xdp_tx", "--pcap", os.path.join(SOURCE, "pcaps", "udp_64.pcap"), "--only", "check,replay")
        self.assertIn("1,000 XDP_TX", done.stdout)
        self.assertIn("nothing judged", done.stdout)


class Usage(Case):
    def test_a_typo_offers_the_nearest(self):
        self.assertIn("did you mean icmp_lb?", self.tool("--prog", "icmp_bl", code=2).stderr)
        self.assertIn("did you mean native?", self.tool("--prog", "icmp_lb", "--mode", "nativ", code=2).stderr)
        self.assertIn("did you mean bench?", self.tool("--prog", "icmp_lb", "--only", "banch", code=2).stderr)

    def test_what_makes_no_sense(self):
        for arguments in ((), ("--prog", "icmp_lb", "--rounds", "0"), ("--prog", "icmp_lb", "--duration", "0s"), ("--prog", "icmp_lb", "--duration", "nan"),
                          ("--bogus",), ("--prog", "icmp_lb", "--pcap", "nowhere.pcap"), ("--scenario", "nowhere.yaml")):
            with self.subTest(arguments=arguments):
                done = self.tool(*arguments, code=2)
                self.assertNotEqual(done.stderr, "")

    def test_a_scenario_error_has_its_place(self):
        self.write_text("bad.yaml", "name: bad\nabout: bad\nprogram: icmp_lb\nglobals: { lb_ipp: 192.168.1.2 }\nbench: { traffic: icmp_echo_64.pcap, action: XDP_TX }\n")
        done = self.tool("--scenario", "bad.yaml", code=2)
        self.assertIn("bad.yaml:4:", done.stderr)
        self.assertIn("did you mean lb_ip?", done.stderr)

    def test_a_wrong_expectation_fails_and_is_not_timed(self):
        self.write_text("wrong.yaml", "name: wrong\nabout: expects what does not happen\nprogram: xdp_tx\n"
                                      "checks:\n  - name: passes\n    steps:\n      - in: udp_64.pcap#0\n        expect: { action: XDP_PASS }\n"
                                      "replay:\n  topology: pair\n  traffic: udp_64.pcap\n  expect: { XDP_TX: 999, received: udp_64.pcap }\n"
                                      "bench: { traffic: udp_64.pcap, action: XDP_TX }\n")
        done = self.tool("--scenario", "wrong.yaml", code=1)
        self.assertIn("expected XDP_PASS, got XDP_TX", done.stdout)
        self.assertIn("expected 999 frames, got 1,000", done.stdout)
        self.assertIn("eth.dst", done.stdout)
        self.assertIn("not timed", done.stdout)
        self.assertIn("repeat", done.stdout)
        self.assertEqual(self.result()["benchmarks"], [])

    def test_a_bench_whose_path_is_another_is_invalid(self):
        self.write_text("path.yaml", "name: path\nabout: times a path that the traffic does not take\nprogram: xdp_tx\nbench: { traffic: udp_64.pcap, action: XDP_DROP }\n")
        done = self.tool("--scenario", "path.yaml", code=3)
        self.assertIn("XDP_DROP is to be timed", done.stdout)

    def test_list_and_doctor(self):
        self.assertIn("icmp_lb", self.tool("list").stdout)
        doctor = self.tool("doctor").stdout
        for word in ("CAP_NET_ADMIN", "kernel", "native", "generic", "offload", "slow each other down"):
            self.assertIn(word, doctor)

    def test_without_privileges(self):
        # An installation below /tmp, because the source tree may be where nobody else can look.
        prefix = os.path.join(self.folder, "usr")
        subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=True, capture_output=True)
        empty = os.path.join(self.folder, "empty")
        os.mkdir(empty)
        for folder in (self.folder, empty):
            os.chmod(folder, 0o777)

        def unprivileged(*arguments):
            def drop():
                os.setgid(65534)
                os.setuid(65534)
            tool = os.path.join(prefix, "bin", "xdp-bench")
            return subprocess.run([tool, *arguments], cwd=empty, preexec_fn=drop, capture_output=True, text=True, timeout=300)

        done = unprivileged("--prog", "icmp_lb")
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        for name in ("CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_BPF"):
            self.assertIn(name, done.stderr)
        self.assertEqual(os.listdir(empty), [])
        self.assertEqual(unprivileged("list").returncode, 0)
        doctor = unprivileged("doctor")
        self.assertEqual(doctor.returncode, 4, doctor.stdout + doctor.stderr)
        self.assertIn("MISSING", doctor.stdout)


if __name__ == "__main__":
    main()
