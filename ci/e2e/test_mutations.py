"""Mutation testing: each small fault of ci/mutations.toml, built into a reference program, must be caught."""

import glob
import os
import re
import shutil
import tomllib
from concurrent.futures import ThreadPoolExecutor

from harness import Case, SOURCE, build_program, main, run

PROGRAMS = sorted(os.path.basename(path).removesuffix(".bpf.c")
                  for path in glob.glob(os.path.join(SOURCE, "bpf", "programs", "*.bpf.c")))
LEAST_FAULTS = 3  # a program


class Variant:
    """A reference program, with a fault or without, as an object of its own under the program's scenario."""

    def __init__(self, folder, program, number, mutation):
        self.program, self.mutation = program, mutation
        self.folder = os.path.join(folder, f"{program}-{number}")
        self.name = f"{program}: {mutation['fault']}" if mutation else f"{program}, unchanged"

    def build(self):
        """Says what is wrong, or nothing."""
        bpf = os.path.join(self.folder, "bpf")
        shutil.copytree(os.path.join(SOURCE, "bpf"), bpf)
        source = os.path.join(bpf, "programs", self.program + ".bpf.c")
        if self.mutation:
            header = self.mutation.get("in")
            path = os.path.join(bpf, "include", header) if header else source
            with open(path, encoding="utf-8") as file:
                text = file.read()
            if text.count(self.mutation["old"]) != 1:
                return f"{self.mutation['old']!r} stands {text.count(self.mutation['old'])} times in {path}, not once"
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace(self.mutation["old"], self.mutation["new"]))
        # Without warnings: a fault may leave a variable unused.
        problem = build_program(source, os.path.join(self.folder, "variant.o"), "-w", "-I", os.path.join(bpf, "include"))
        return problem or self.write_scenario()

    def write_scenario(self):
        """The program's own, beside its pcaps, with the variant in the program's place."""
        os.mkdir(os.path.join(self.folder, "scenarios"))
        os.symlink(os.path.join(SOURCE, "pcaps"), os.path.join(self.folder, "pcaps"))
        with open(os.path.join(SOURCE, "scenarios", self.program + ".yaml"), encoding="utf-8") as file:
            text, replaced = re.subn(rf"(?m)^program: {self.program}$",
                                     f"program: {{ object: {self.folder}/variant.o, function: {self.program} }}", file.read())
        with open(os.path.join(self.folder, "scenarios", self.program + ".yaml"), "w", encoding="utf-8") as file:
            file.write(text)
        return "" if replaced == 1 else "the scenario's program is not where it is looked for"

    def run_scenario(self):
        return run("run", "--scenario", os.path.join(self.folder, "scenarios", self.program + ".yaml"), "--only", "check", "--json", "result.json",
                   cwd=self.folder)

    def judge(self):
        """(whether a scenario noticed the fault, what is wrong with the variant itself)"""
        problem = self.build()
        if problem:
            return False, problem
        done = self.run_scenario()
        if "cannot load" in done.stdout + done.stderr or done.returncode not in (0, 1):
            return False, f"it does not run:\n{done.stdout}{done.stderr}"
        return done.returncode == 1, ""


class Mutations(Case):
    def judge_all(self, variants):
        with ThreadPoolExecutor(max_workers=4) as pool:
            judged = list(zip(variants, pool.map(Variant.judge, variants)))
        broken = [f"{variant.name}: {problem}" for variant, (_, problem) in judged if problem]
        self.assertEqual(broken, [], "\n".join(broken))
        return judged

    def test_each_fault_is_caught(self):
        with open(os.path.join(SOURCE, "ci", "mutations.toml"), "rb") as file:
            mutations = tomllib.load(file)
        self.assertEqual(sorted(mutations), PROGRAMS, "every reference program has faults in ci/mutations.toml")
        sound = self.judge_all([Variant(self.folder, program, "unchanged", None) for program in PROGRAMS])
        self.assertEqual([variant.name for variant, (noticed, _) in sound if noticed], [], "without a fault nothing fails")
        judged = self.judge_all([Variant(self.folder, program, number, mutation)
                                 for program in PROGRAMS for number, mutation in enumerate(mutations[program])])
        for program in PROGRAMS:
            noticed = [noticed for variant, (noticed, _) in judged if variant.program == program]
            self.assertGreaterEqual(len(noticed), LEAST_FAULTS, program)
            print(f"{program:18} {sum(noticed):2} of {len(noticed):2} faults caught")
        print(f"mutation score: {sum(noticed for _, (noticed, _) in judged)} of {len(judged)}")
        self.assertEqual([variant.name for variant, (noticed, _) in judged if not noticed], [], "faults that no check notices")


if __name__ == "__main__":
    main()
