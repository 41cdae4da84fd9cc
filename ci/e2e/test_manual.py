"""The manual pages and the completion of bash, which are made of the command line's options."""

import os
import re
import shutil
import subprocess
import unittest

from harness import BUILD, Case, TOOL, main, run

PAGES = os.path.join(BUILD, "pages")
COMPLETION = os.path.join(PAGES, "bash-completion", "completions", "xdp-bench")
ZSH = os.path.join(PAGES, "zsh", "site-functions", "_xdp-bench")


def commands():
    """The names in the list of commands that --help prints."""
    text = run("--help").stdout
    listed = re.search(r"^(?:Subcommands|SUBCOMMANDS):\n((?:  .*\n)+)", text, re.MULTILINE)
    return [line.split()[0] for line in listed.group(1).splitlines() if re.match(r"  \S", line)]


def options(*command):
    return set(re.findall(r"^  (?:-\w,)?(--[\w-]+)", run(*command, "--help").stdout, re.MULTILINE))


class Manual(Case):
    def page(self, name):
        path = os.path.join(PAGES, "man", "man1", name + ".1")
        done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", path], capture_output=True, text=True, check=False,
                              env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "MANWIDTH": "100", "MANROFFOPT": "-c"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return re.sub(r".\x08", "", done.stdout)

    def test_there_is_a_page_for_each_command_with_all_options(self):
        if not shutil.which("man"):
            self.skipTest("man is missing")
        names = commands()
        self.assertIn("history", names)
        for command in names:
            text = self.page("xdp-bench-" + command)
            for option in options(command) - {"--help"}:
                self.assertRegex(text, rf"{option}\b", f"{command} {option}")
            for section in ("NAME", "SYNOPSIS", "EXAMPLES", "SEE ALSO"):
                self.assertRegex(text, rf"(?m)^{section}$", command)

    def test_the_tools_page_leads_to_the_commands(self):
        if not shutil.which("man"):
            self.skipTest("man is missing")
        text = self.page("xdp-bench")
        for command in commands():
            self.assertIn(f"xdp-bench-{command}(1)", text)
        self.assertIn("EXIT STATUS", text)
        self.assertIn("/usr/sbin/xdp-bench", text)


class Completion(Case):
    def complete(self, *words):
        """What bash offers for the last of these words, as it splits them."""
        script = f"""source {COMPLETION}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _xdp_bench; printf '%s\\n' "${{COMPREPLY[@]}}\""""
        done = subprocess.run(["bash", "--norc", "-c", script, "bash", TOOL, *words], capture_output=True, text=True, check=False,
                              cwd=self.folder)
        self.assertEqual(done.stderr, "")
        return set(done.stdout.split())

    def test_commands_and_options(self):
        self.assertEqual(self.complete("") & set(commands()), set(commands()))
        self.assertEqual(self.complete("hi"), {"history"})
        self.assertEqual(self.complete("history", "--"), options("history"))
        self.assertEqual(self.complete("--fl") | self.complete("run", "--fl"), {"--flows"})

    def test_values_that_there_are(self):
        self.assertEqual(self.complete("--mode", "na"), {"native"})
        self.assertEqual(self.complete("run", "--mode", "=", "generic,na"), {"generic,native"})
        self.assertEqual(self.complete("compare", "a.o", "b.o", "--only", "t"), {"time", "throughput"})
        self.assertEqual(self.complete("--only", "se"), {"search"})
        self.assertEqual(self.complete("--placement", "s"), {"shared", "separate"})
        self.assertEqual(self.complete("history", "--export", "=", ""), {"csv", "openmetrics", "otava"})
        self.assertEqual(self.complete("map", "--dev", "x", "s"), {"show", "set"})

    def test_programs_interfaces_and_files(self):
        self.assertEqual(self.complete("--prog", "icmp"), {"icmp_lb"})
        self.assertIn("lo", self.complete("attach", "--dev", ""))
        self.write_text("mine.o", "")
        self.assertIn("mine.o", self.complete("--prog", "mi"))
        self.assertEqual(self.complete("--pcap", "mi"), {"mine.o"})
        self.assertEqual(self.complete("record", "--scenario", "mi"), {"mine.o"})

    @unittest.skipUnless(shutil.which("zsh"), "zsh is missing")
    def test_zsh_reads_its_script(self):
        done = subprocess.run(["zsh", "-n", ZSH], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    main()
