"""The version that a build gets (ci/package/version.cmake): of a checkout, of a source archive, and where git says nothing."""

import os
import pathlib
import shutil
import subprocess
import sys
import tarfile

from harness import Case, SKIP, SOURCE, main

if not shutil.which("cmake") or not shutil.which("git"):
    print("[  SKIPPED ] cmake or git is missing")
    sys.exit(SKIP)


class Version(Case):
    def setUp(self):
        super().setUp()
        self.sources = pathlib.Path(self.folder) / "sources"
        shutil.copytree(os.path.join(SOURCE, "ci", "package"), self.sources / "ci" / "package")
        (self.sources / "CMakeLists.txt").write_text("project(xdp-bench VERSION 7.8.9)\n", encoding="utf-8")

    def git(self, *words):
        return subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words], cwd=self.sources, check=True,
                              capture_output=True, text=True).stdout.strip()

    def commit(self):
        self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "one")
        return self.git("rev-parse", "--short=7", "HEAD")

    def version(self, sources=None, **options):
        done = subprocess.run(["cmake", f"-DSOURCES={sources or self.sources}", "-P", os.path.join(SOURCE, "ci", "package", "version.cmake")],
                              capture_output=True, text=True, check=True, **options)
        return done.stderr.strip()

    def test_of_a_checkout_it_is_that_of_its_commit(self):
        commit = self.commit()
        self.assertRegex(self.version(), rf"^7\.8\.9~git\d{{8}}\.{commit}$")
        self.git("tag", "-a", "v8.0", "-m", "v8.0")
        self.assertEqual(self.version(), "8.0")
        self.git("commit", "-q", "--allow-empty", "-m", "two")
        self.assertRegex(self.version(), r"^8\.0\+1\.g[0-9a-f]+$")

    def test_of_a_shallow_clone_too(self):
        commit = self.commit()
        clone = pathlib.Path(self.folder) / "clone"
        subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{self.sources}", clone], check=True, capture_output=True)
        self.assertIn(commit, self.version(clone))

    def test_of_a_source_archive_it_is_that_of_its_file(self):
        commit = self.commit()
        archive = subprocess.run(["ci/package/source"], cwd=self.sources, check=True, capture_output=True, text=True).stdout.strip()
        with tarfile.open(self.sources / archive) as file:
            file.extractall(self.folder)
        self.assertIn(commit, self.version(pathlib.Path(self.folder) / archive.split("/")[-1].removesuffix(".tar.gz")))

    def test_without_git_there_is_one_too(self):
        self.assertEqual(self.version(), "0.0")
        self.commit()
        tools = pathlib.Path(self.folder) / "tools"
        tools.mkdir()
        (tools / "git").write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
        (tools / "git").chmod(0o755)
        self.assertEqual(self.version(env=os.environ | {"PATH": f"{tools}:{os.environ['PATH']}"}), "0.0")

    def test_of_a_folder_of_somebody_else_there_is_one_too(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give a folder away")
        self.commit()
        subprocess.run(["chown", "-R", "65534", self.sources], check=True)
        self.assertEqual(self.version(env=os.environ | {"HOME": self.folder, "GIT_CONFIG_SYSTEM": "/dev/null"}), "0.0")


if __name__ == "__main__":
    main()
