"""Loads that a machine may have while something is measured: contexts, made and removed again.

Each yields what the measuring process has to do before it begins (subprocess's preexec_fn), or None.
"""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile


class Skip(Exception):
    """A load that cannot be made here."""


@contextlib.contextmanager
def idle(_cpu, _other):
    yield None


@contextlib.contextmanager
def spinning(cpus, command=("sh", "-c", "while :; do :; done")):
    children = [subprocess.Popen(["taskset", "-c", str(cpu), *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                for cpu in cpus]
    try:
        yield None
    finally:
        for child in children:
            child.kill()
            child.wait()


def busy_same(cpu, _other):
    return spinning([cpu])


def busy_other(cpu, other):
    if other == cpu:
        raise Skip("there is one CPU only")
    return spinning([other])


@contextlib.contextmanager
def compilers(_cpu, _other):
    """Two compilers at work, wherever the scheduler puts them."""
    if not shutil.which("g++"):
        raise Skip("g++ is not installed")
    with tempfile.TemporaryDirectory() as folder:
        unit = pathlib.Path(folder) / "unit.cpp"
        unit.write_text("#include <map>\n#include <regex>\n#include <string>\nint main() { std::map<std::string, std::regex> m; return m.size(); }\n")
        loop = f"while :; do g++ -std=c++20 -O2 -o /dev/null {unit}; done"
        children = [subprocess.Popen(["sh", "-c", loop], start_new_session=True) for _ in range(2)]
        try:
            yield None
        finally:
            for child in children:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def own_cgroup():
    """The folder of this process's cgroup that has CPU quotas, and whether it is of version 1."""
    with open("/proc/self/cgroup", encoding="ascii") as file:
        paths = dict(line.rstrip("\n").split(":", 2)[1:] for line in file)
    with open("/proc/self/mounts", encoding="ascii") as file:
        mounts = [line.split() for line in file]
    for _, folder, kind, options, *_ in mounts:
        for names, path in paths.items():
            if kind == "cgroup" and "cpu" in options.split(",") and "cpu" in names.split(","):
                return pathlib.Path(folder + path), True
    for _, folder, kind, *_ in mounts:
        if kind == "cgroup2" and "" in paths:
            return pathlib.Path(folder + paths[""]), False
    raise Skip("no cgroup with CPU quotas is mounted")


@contextlib.contextmanager
def quota(share):
    """A cgroup of its own for the tool, with a share of one CPU in each 100 ms."""
    parent, first = own_cgroup()
    folder = parent / f"xdp-bench-study-{os.getpid()}"
    try:
        folder.mkdir()
        if first:
            (folder / "cpu.cfs_period_us").write_text("100000")
            (folder / "cpu.cfs_quota_us").write_text(str(int(share * 100000)))
        else:
            (folder / "cpu.max").write_text(f"{int(share * 100000)} 100000")
    except OSError as error:
        with contextlib.suppress(OSError):
            folder.rmdir()
        raise Skip(f"no quota can be set in {parent}: {error.strerror}") from error
    try:
        yield lambda: (folder / "cgroup.procs").write_text(str(os.getpid()))
    finally:
        with contextlib.suppress(OSError):
            folder.rmdir()


LOADS = {
    "idle": idle,
    "busy loop, same CPU": busy_same,
    "busy loop, other CPU": busy_other,
    "quota 20 %": lambda _cpu, _other: quota(0.2),
    "quota 50 %": lambda _cpu, _other: quota(0.5),
    "two compilers": compilers,
}
