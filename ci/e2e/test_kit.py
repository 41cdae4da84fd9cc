"""The CI kit (ci/kit): the steps of its workflows, run as CI would in a repository with two branches; the other files too."""

import json
import os
import re
import shlex
import subprocess
import sys

from harness import Case, SOURCE, TOOL, main

try:
    import yaml
except ImportError as missing:
    print(f"[  SKIPPED ] {missing}: sudo ./scripts/setup test")
    sys.exit(77)

KIT = os.path.join(SOURCE, "ci", "kit")
PCAP = os.path.join(SOURCE, "pcaps", "udp_64.pcap")
MAKEFILE = """mine.o: mine.bpf.c
\tclang -target bpf -mcpu=v3 -g -O2 -DACTION=XDP_DROP -DEXTRA=$(shell cat extra) -idirafter /usr/include/$(shell gcc -print-multiarch) -c $< -o $@
"""
VARIABLES = {"OBJECT": "mine.o", "BUILD": "make -B -s mine.o", "INPUT": f"--pcap {PCAP}", "SUDO": "", "COMPARE_TIME": "10s"}


def read_yaml(name):
    with open(os.path.join(KIT, name), encoding="utf-8") as file:
        return yaml.safe_load(file)


class Kit(Case):
    """A repository whose branch `slow` has a program that takes twice as long as that of `main`."""

    def setUp(self):
        super().setUp()
        self.clone = os.path.join(self.folder, "clone")
        self.git("init", "-q", "--bare", "-b", "main", "origin.git", cwd=self.folder)
        self.git("clone", "-q", "origin.git", "clone", cwd=self.folder)
        self.git("checkout", "-q", "-B", "main")
        with open(os.path.join(SOURCE, "ci", "fixtures", "slowdown.bpf.c"), encoding="utf-8") as file:
            self.write_text("clone/mine.bpf.c", file.read())
        self.write_text("clone/Makefile", MAKEFILE)
        self.commit("0", "main")
        self.git("checkout", "-q", "-b", "slow")
        self.commit("400", "slow")

    def git(self, *words, cwd=None):
        return subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words], cwd=cwd or self.clone, check=True,
                              capture_output=True, text=True).stdout.strip()

    def commit(self, extra, branch):
        self.write_text("clone/extra", extra)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", branch)
        self.git("push", "-q", "origin", branch)

    def shell(self, script, *shell, **variables):
        environment = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        environment["PATH"] = os.path.dirname(TOOL) + ":" + os.environ["PATH"]
        return subprocess.run([*shell, "-c", script], cwd=self.clone, env=environment | variables, capture_output=True, text=True,
                              timeout=300, check=False)

    def report(self, name):
        return self.read_json(os.path.join("clone", "reports", name))

    def remove_the_program_from_main(self):
        self.git("checkout", "-q", "main")
        os.remove(os.path.join(self.clone, "mine.bpf.c"))
        self.commit("0", "main")
        self.git("checkout", "-q", "slow")

    def check_not_compared(self):
        self.assertEqual(self.read_text("clone/reports/compare.md"), "**Not compared**: main does not build mine.o.\n")
        self.assertFalse(os.path.exists(os.path.join(self.clone, "reports", "compare.json")))
        self.check_reports()

    def check_comparison(self, status):
        """Fails the job exactly if it says slower. On a busy machine the comparison of two programs may be invalid."""
        compared = self.report("compare.json")
        judgements = {case["judgement"] for case in compared["cases"]}
        self.assertTrue(judgements & {"slower", "invalid", "inconclusive"}, judgements)
        self.assertNotIn("faster", judgements)
        self.assertEqual(status != 0, "slower" in judgements)
        self.assertEqual(compared["labels"]["commit"], self.git("rev-parse", "slow"))
        self.assertEqual(compared["labels"]["base_commit"], self.git("rev-parse", "main"))
        self.assertIn("<testsuite", self.read_text("clone/reports/compare.xml"))
        self.assertIn("<html", self.read_text("clone/reports/compare.html"))
        self.assertIn("|", self.read_text("clone/reports/compare.md"))

    def check_reports(self):
        self.assertEqual(self.report("check.json")["exit_code"], 0)
        self.assertIn("everything passed", self.read_text("clone/reports/check.md"))
        self.assertIn("<testsuite", self.read_text("clone/reports/check.xml"))
        self.assertIn("<html", self.read_text("clone/reports/check.html"))

    def check_measured(self):
        self.assertIn("bench.mine", self.read_text("clone/reports/measure.xml"))
        self.assertIn("Time per packet, ns", self.read_text("clone/reports/measure.html"))
        self.assertIn("<html", self.read_text("clone/reports/history.html"))


class GitHub(Kit):
    def steps(self, event, without="", **variables):
        """Runs the steps of the job as the runner does, but for the words `without`; the exit codes by name. After a failure only what asks
        for it runs."""
        workflow = read_yaml("github.yml")
        codes = {}
        environment = workflow["env"] | VARIABLES | variables | {"GITHUB_STEP_SUMMARY": os.path.join(self.folder, "summary.md")}
        for step in workflow["jobs"]["xdp"]["steps"]:
            condition = step.get("if", "")
            chosen = {"": True, "always()": True, f"github.event_name == '{event}'": True}.get(condition, False)
            if "run" not in step or not chosen or (any(codes.values()) and condition != "always()"):
                continue
            script = step["run"].replace(without, "") if without else step["run"]
            done = self.shell(script, "bash", "--noprofile", "--norc", "-eo", "pipefail", **environment)
            codes[step["name"]] = done.returncode
            if done.returncode not in (0, 1):
                self.fail(f"{step['name']}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return codes

    def test_a_pull_request(self):
        commit = self.git("rev-parse", "slow")
        codes = self.steps("pull_request", GITHUB_BASE_REF="main", GITHUB_HEAD_REF="slow", GITHUB_SHA=commit)
        self.assertEqual(list(codes), ["Build", "Check", "Build the base", "Compare with the base", "Summary"])
        self.check_comparison(codes.pop("Compare with the base"))
        self.assertEqual(set(codes.values()), {0})
        self.check_reports()
        summaries = [self.read_text(f"clone/reports/{name}.md") for name in ("check", "compare")]
        self.assertEqual(self.read_text("summary.md"), "".join(summaries))

    def test_the_first_pull_request_with_the_program(self):
        self.remove_the_program_from_main()
        codes = self.steps("pull_request", GITHUB_BASE_REF="main", GITHUB_HEAD_REF="slow", GITHUB_SHA=self.git("rev-parse", "slow"))
        self.assertEqual(set(codes.values()), {0}, codes)
        self.check_not_compared()
        self.assertIn("Not compared", self.read_text("summary.md"))

    def test_a_push_adds_to_the_history(self):
        self.git("checkout", "-q", "main")
        for number in ("1", "2"):
            codes = self.steps("push", GITHUB_RUN_ID=number, GITHUB_RUN_ATTEMPT="1", GITHUB_SHA=self.git("rev-parse", "main"))
            self.assertEqual(codes, {"Build": 0, "Check": 0, "Measure for the history": 0, "Summary": 0})
        self.check_reports()
        self.assertEqual(sorted(os.listdir(os.path.join(self.clone, "history"))), ["1-1.json", "2-1.json"])
        self.assertEqual(self.report("history.json")["results"], 2)
        self.check_measured()
        self.assertEqual(self.read_json("clone/history/2-1.json")["labels"]["build"], "2")
        summary = self.read_text("summary.md")
        self.assertIn(self.read_text("clone/reports/measure.md"), summary)
        self.assertIn("2 results, ", summary)

    def test_the_history_keeps_the_result_of_a_job_that_fails(self):
        steps = {step["uses"]: step for step in read_yaml("github.yml")["jobs"]["xdp"]["steps"] if "uses" in step}
        self.assertNotIn("actions/cache@v4", steps)  # saves nothing then
        restore, save = steps["actions/cache/restore@v4"], steps["actions/cache/save@v4"]
        self.assertNotIn("if", restore)
        self.assertEqual(save["if"], "always() && github.event_name == 'push'")
        self.assertEqual(save["with"], {"path": "history", "key": "xdp-history-${{ github.run_id }}-${{ github.run_attempt }}"})
        self.assertEqual(restore["with"], save["with"] | {"restore-keys": "xdp-history-"})
        names = [step.get("uses", step.get("name")) for step in read_yaml("github.yml")["jobs"]["xdp"]["steps"]]
        self.assertLess(names.index("Measure for the history"), names.index("actions/cache/save@v4"))

    def test_a_failed_check_fails_the_job_and_leaves_a_report(self):
        self.write_text("clone/scenario.yaml", "name: mine\nabout: It drops\nprogram: { object: mine.o }\nchecks:\n  - name: passes\n"
                        "    steps: [ { in: 'hex: 020000000002 020000000001 0800', expect: { action: XDP_PASS } } ]\n")
        codes = self.steps("push", without='--prog "./$OBJECT"', INPUT="--scenario scenario.yaml")
        self.assertEqual(codes, {"Build": 0, "Check": 1, "Summary": 0})
        self.assertIn("<failure", self.read_text("clone/reports/check.xml"))
        self.assertTrue(self.read_text("summary.md").startswith("### xdp-bench: failed"))


class GitLab(Kit):
    def job(self, **variables):
        pipeline = read_yaml("gitlab.yml")
        environment = pipeline["variables"] | VARIABLES | variables
        done = self.shell("\n".join(pipeline["xdp"]["script"]), "sh", "-e", **environment)
        self.assertIn(done.returncode, (0, 1), done.stdout + done.stderr)
        return done

    def test_a_merge_request(self):
        done = self.job(CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main", CI_COMMIT_SHA=self.git("rev-parse", "slow"))
        self.check_comparison(done.returncode)
        self.check_reports()

    def test_the_first_merge_request_with_the_program(self):
        self.remove_the_program_from_main()
        done = self.job(CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main", CI_COMMIT_SHA=self.git("rev-parse", "slow"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.check_not_compared()

    def test_the_main_branch(self):
        self.git("checkout", "-q", "main")
        self.assertEqual(self.job(CI_JOB_ID="5").returncode, 0)
        self.check_reports()
        self.check_measured()
        self.assertEqual(self.report("history.json")["results"], 1)

    def test_the_history_keeps_the_result_of_a_job_that_fails(self):
        job = read_yaml("gitlab.yml")["xdp"]
        self.assertEqual(job["cache"], {"key": "xdp-history", "paths": ["history"], "when": "always", "policy": "$HISTORY"})
        policies = {rule["if"].split()[0]: rule["variables"]["HISTORY"] for rule in job["rules"]}
        self.assertEqual(policies, {"$CI_PIPELINE_SOURCE": "pull", "$CI_COMMIT_BRANCH": "pull-push"})


class Kselftest(Case):
    SCRIPT = os.path.join(KIT, "kselftest", "xdp_bench.sh")

    def selftest(self, path=os.path.dirname(TOOL) + ":" + os.environ["PATH"], **variables):
        return subprocess.run(["/bin/sh", self.SCRIPT], cwd=self.folder, env={"PATH": path} | variables, capture_output=True, text=True,
                              timeout=300, check=False)

    def test_a_program_that_passes(self):
        done = self.selftest()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertTrue(done.stdout.startswith("KTAP version 1\n1.."), done.stdout)
        self.assertIn("\nok 1 ", done.stdout)
        self.assertEqual(os.listdir(self.folder), [])

    def test_without_the_tool_it_is_a_skip(self):
        done = self.selftest(path="/nowhere")
        self.assertEqual((done.returncode, done.stdout), (4, "1..0 # SKIP xdp-bench is not installed\n"))

    def test_the_makefile_names_it(self):
        with open(os.path.join(KIT, "kselftest", "Makefile"), encoding="utf-8") as file:
            self.assertIn("TEST_PROGS := " + os.path.basename(self.SCRIPT), file.read())


class Readme(Case):
    def blocks(self, section):
        """The lines of shell in a section of the README."""
        with open(os.path.join(KIT, "README.md"), encoding="utf-8") as file:
            text = file.read().split(f"\n## {section}\n")[1].split("\n## ")[0]
        return "".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)).splitlines()

    def test_prometheus_reads_the_textfiles(self):
        try:
            from prometheus_client.parser import text_string_to_metric_families
        except ImportError:
            self.skipTest("python3-prometheus-client is missing")
        os.makedirs(os.path.join(self.folder, "history"))
        self.tool("--prog", "xdp_drop", "--only", "bench", "--rounds", "1", "--duration", "10ms", "--json", "history/1.json", code=(0, 3))
        document = self.read_json("history/1.json")
        for bench in document["benches"]:
            bench.update(outcome="passed", excluded_rounds=0)
        self.write_text("history/1.json", json.dumps(document))
        for line in self.blocks("Prometheus"):
            self.tool(*shlex.split(line)[1:])
        for name in ("xdp_bench", "xdp_bench_history"):
            text = self.read_text(f"textfile/{name}.prom")
            self.assertTrue(list(text_string_to_metric_families(text)))
            # What the parser of Go, which the collector uses, knows.
            types = set(re.findall(r"^# TYPE \S+ (\S+)$", text, re.MULTILINE))
            self.assertLessEqual(types, {"counter", "gauge", "histogram", "summary", "untyped"})

    def test_a_result_is_what_readers_of_google_benchmark_expect(self):
        self.tool("--prog", "xdp_drop", "--only", "bench", "--rounds", "1", "--duration", "10ms", "--json", "result.json", code=(0, 3))
        for row in self.read_json("result.json")["benchmarks"]:
            self.assertEqual(row["time_unit"], "ns")
            self.assertTrue(row["name"])
            self.assertGreater(row["real_time"], 0)

    def test_the_otava_lines_are_ours(self):
        export, analyze = self.blocks("Apache Otava")
        self.assertEqual(shlex.split(export)[1:], ["history", "history", "--export", "otava", "-o", "otava"])
        self.assertIn("otava.yaml", analyze)


if __name__ == "__main__":
    main()
