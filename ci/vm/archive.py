"""Debian's archive: the machine's own package lists, and lists of more suites in the cache. Nothing is installed and the
machine's sources are not changed."""

import contextlib
import fcntl
import os
import pathlib
import re
import subprocess
import sys
import time

import selection

# Where kernels and QEMU are that a machine's own suite does not have. Not every mirror has all of them.
SUITES = ("bullseye", "bookworm", "bookworm-backports", "trixie", "trixie-backports")
KEYRING = pathlib.Path("/usr/share/keyrings/debian-archive-keyring.gpg")
LISTS_AGE = 24 * 3600  # seconds after which the lists in the cache are fetched again
MACHINE_LISTS = pathlib.Path("/var/lib/apt/lists")  # `apt-get update` writes them
FETCH = ("-o", "APT::Sandbox::User=root", "-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=30")


class Unavailable(Exception):
    """What is asked for cannot be had on this machine now: the message says why and what to do."""


def say(text):
    print(f"vm: {text}", file=sys.stderr, flush=True)


def run(*command, **options):
    """Runs a command that must succeed; its standard output."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False, **options)
    if done.returncode:
        raise Unavailable(f"{' '.join(map(str, command[:3]))} ... failed ({done.returncode}):\n"
                          + (done.stdout + done.stderr)[-2000:].rstrip())
    return done.stdout


def cache_folder():
    """$XDG_CACHE_HOME/xdp-bench, shared by all clones of one user."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(home) / "xdp-bench"


@contextlib.contextmanager
def locked(path, what):
    """Holds the lock file; a second one waits and says for what."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting: {what} is being prepared by another run ({path})")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Archive:
    """Package lists, asked through apt with options that select them."""

    def __init__(self, name, options=()):
        self.name = name  # for people
        self.options = options

    def kernels(self):
        """The newest complete kernel of each series, and what the versions of other series lack."""
        names = run("apt-cache", *self.options, "pkgnames", "linux-").split()
        wanted = [name for name in names if selection.IMAGE.fullmatch(name)
                  or re.fullmatch(r"linux-(source|binary|modules|base|headers|kbuild)-[0-9]\S*", name)]
        stanzas = run("apt-cache", *self.options, "show", *wanted) if wanted else ""
        return selection.choose(selection.parse(stanzas))

    def download(self, names, folder):
        """Downloads the packages (NAME, NAME=VERSION or NAME/SUITE) into `folder`."""
        say(f"downloading {', '.join(names)}")
        try:
            run("apt-get", *self.options, "download", "-qq", *FETCH, *names, cwd=folder)
        except Unavailable as error:
            raise Unavailable(f"packages of {self.name} cannot be downloaded: there is no network, or its package lists "
                              f"are older than the archive and the packages are gone (sudo apt-get update)\n{error}") from error

    def age(self):
        """When the lists changed last."""
        return MACHINE_LISTS.stat().st_mtime if MACHINE_LISTS.exists() else 0


class Suites(Archive):
    """Lists of SUITES in the cache, from the mirror that the machine uses itself."""

    def __init__(self):
        self.folder = cache_folder() / "apt"
        self.source = self.folder / "suites.sources"
        self.lists = self.folder / "lists"
        self.problem = ""  # what the last update said, if it failed
        super().__init__(", ".join(SUITES), (
            "-o", f"Dir::Etc::sourcelist={self.source}", "-o", "Dir::Etc::sourceparts=/dev/null",
            "-o", f"Dir::State::Lists={self.lists}", "-o", f"Dir::Cache={self.folder}/cache",
            "-o", f"Dir::Etc::preferences={self.folder}/none", "-o", "Dir::Etc::preferencesparts=/dev/null"))

    def age(self):
        return self.source.stat().st_mtime if self.source.exists() else 0

    def update(self):
        """Fetches the lists if they are old. Without network the old ones serve."""
        with locked(self.folder / "lock", "the package lists"):
            if time.time() - self.age() < LISTS_AGE:
                return
            mirror, _ = machine_mirror()
            say(f"fetching package lists of {self.name}")
            for part in (self.lists / "partial", self.folder / "cache/archives/partial"):
                part.mkdir(parents=True, exist_ok=True)
            signed = f"Signed-By: {KEYRING}\n" if KEYRING.exists() else ""
            new = self.source.with_suffix(".new.sources")
            new.write_text(f"Types: deb\nURIs: {mirror}\nSuites: {' '.join(SUITES)}\nComponents: main\n"
                           f"Architectures: amd64\n{signed}")
            options = [option.replace(str(self.source), str(new)) for option in self.options]
            try:
                run("apt-get", *options, "update", "-qq", *FETCH, "-o", "APT::Get::List-Cleanup=0")
            except Unavailable as error:
                self.problem = str(error)
            # One suite that is gone from the mirror does not take the others along.
            if any(self.lists.glob("*_InRelease")):
                new.rename(self.source)
            elif self.problem:
                raise Unavailable(f"the package lists of more suites cannot be fetched\n{self.problem}")


def machine_mirror():
    """URI and codename of the Debian suite that the machine's own sources name: ("...", "bookworm")."""
    lines = run("apt-get", "indextargets", "--format", "$(REPO_URI)|$(LABEL)|$(CODENAME)", "Created-By: Packages").splitlines()
    for line in lines:
        uri, label, codename = line.split("|")
        if label == "Debian" and re.fullmatch("[a-z]+", codename):
            return uri, codename
    raise Unavailable("this machine's apt sources name no Debian mirror, so more kernels and QEMU cannot be fetched")
