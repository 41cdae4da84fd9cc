"""Kernels for the virtual machine: Debian's own packages, downloaded and unpacked, never installed."""

import contextlib
import os
import pathlib
import shutil
import tempfile
import time
from dataclasses import dataclass

import netdevsim
import selection
from archive import Archive, Suites, Unavailable, cache_folder, locked, run, say

# What a cold fetch of one kernel needs at its peak: packages, what is unpacked of them, netdevsim's build.
NEEDED_DISK = 2 << 30
# Below the tool's minimum: they are booted to see that it says so, which needs no netdevsim.
WITHOUT_NETDEVSIM = ("5.10",)


@dataclass(frozen=True)
class Kernel:
    name: str  # for people: "6.1 (Debian 6.1.192-3)"
    image: pathlib.Path  # bzImage
    release: str  # `uname -r`
    root: pathlib.Path  # lib/modules/<release> lies below this folder, if there are modules


# --- Making one ---

def _lay_out(unpacked, release):
    """boot/vmlinuz-RELEASE and lib/modules/RELEASE, wherever the packages have them (from 6.19 on below /usr/lib/modules)."""
    merged = unpacked / "usr/lib/modules"
    if merged.is_dir():
        (unpacked / "lib").mkdir(exist_ok=True)
        merged.rename(unpacked / "lib/modules")
    image = unpacked / "lib/modules" / release / "vmlinuz"
    if image.exists():
        (unpacked / "boot").mkdir(exist_ok=True)
        image.rename(unpacked / "boot" / f"vmlinuz-{release}")


def make_kernel(archive, offer, folder):
    """Makes `folder` a usable set: boot/, lib/modules/ with netdevsim, nothing else."""
    with_netdevsim = offer.series not in WITHOUT_NETDEVSIM
    names = [*offer.boot, *(offer.build if with_netdevsim else ())]
    archive.download([f"{name}={offer.version}" for name in names], folder)
    unpacked = folder / "unpacked"
    for package in sorted(folder.glob("*.deb")):
        if package.name.startswith("linux-source-"):
            netdevsim.extract_source(package, offer.series, folder / "netdevsim")
        else:
            run("dpkg", "-x", package, unpacked)
        package.unlink()
    _lay_out(unpacked, offer.release)
    if with_netdevsim:
        say("building netdevsim")
        netdevsim.wrap_tools(unpacked, Suites())
        netdevsim.build(folder / "netdevsim", unpacked, offer.release)
        shutil.rmtree(folder / "netdevsim")
    run("depmod", "-b", unpacked, offer.release)
    for link in ("build", "source"):
        (unpacked / "lib/modules" / offer.release / link).unlink(missing_ok=True)
    (unpacked / "lib").rename(folder / "lib")
    (unpacked / "boot").rename(folder / "boot")
    shutil.rmtree(unpacked)


# --- The cache ---

def kernels_folder():
    return cache_folder() / "kernels"


def _cached(series, folder):
    """The kernel of a finished folder of the cache."""
    image = next((folder / "boot").glob("vmlinuz-*"))
    return Kernel(f"{series} (Debian {folder.name.split('_', 1)[1]})", image, image.name.removeprefix("vmlinuz-"), folder)


def archives():
    """The machine's own lists, and the others if those do not have what is wanted."""
    yield Archive("this machine's apt sources")
    suites = Suites()
    suites.update()
    yield suites


def _offers(series):
    """An archive and what it offers of the series, for each archive that has it; else the reasons in an Unavailable."""
    known, reasons = set(), []
    for archive in archives():
        offers, incomplete = archive.kernels()
        known |= set(offers)
        if series in offers:
            yield archive, offers[series]
        elif series in incomplete:
            reasons.append(f"no version of kernel {series} in {archive.name} has all its packages: "
                           + "; ".join(incomplete[series]))
        if getattr(archive, "problem", ""):
            reasons.append(archive.problem)
    raise Unavailable("\n".join([
        f"unknown kernel {series}: neither a file, nor a series that can be fetched. "
        f"Known: {', '.join(sorted(known)) or 'none (sudo apt-get update)'}", *reasons]))


def fetch(series):
    """The newest complete kernel of a series: from the cache, else downloaded into it. When neither works, the newest
    cached one."""
    cache = kernels_folder()
    cached = sorted(cache.glob(f"{series}_*"), key=lambda folder: folder.stat().st_mtime)
    # Asking apt what its lists hold takes it seconds.
    if cached and cached[-1].stat().st_mtime > max(Archive("").age(), Suites().age()):
        return _cached(series, cached[-1])
    problem = None
    try:
        for archive, offer in _offers(series):
            try:
                return _from(archive, offer, cache)
            except Unavailable as error:
                problem = problem or error
    except Unavailable as error:
        problem = problem or error
    if not cached:
        raise problem
    say(f"{problem}\nusing the cached {cached[-1].name} instead")
    return _cached(series, cached[-1])


def _from(archive, offer, cache):
    """The kernel of this offer, made if it is not in the cache."""
    asked = time.time()
    folder = cache / f"{offer.series}_{offer.version}"
    with locked(cache / f"{offer.series}.lock", f"kernel {offer.series}"):
        if not folder.exists():  # else it was there, or the one that was waited for has made it
            for text in offer.passed_over:
                say(f"kernel {offer.series}: passed over {text}")
            _make_in_cache(archive, offer, folder)
    with contextlib.suppress(OSError):  # a cache that is not ours to write: asked again the next time
        os.utime(folder, (asked, asked))
    return _cached(offer.series, folder)


def _make_in_cache(archive, offer, folder):
    free = shutil.disk_usage(folder.parent).free
    if free < NEEDED_DISK:
        raise Unavailable(f"not enough disk below {folder.parent}: {free >> 20} MiB are free, "
                          f"{NEEDED_DISK >> 20} MiB are needed to prepare a kernel. Set XDG_CACHE_HOME to a folder elsewhere")
    for stale in folder.parent.glob(f".partial-{offer.series}-*"):  # nobody else writes: the lock is ours
        shutil.rmtree(stale, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f".partial-{offer.series}-", dir=folder.parent) as partial:
        whole = pathlib.Path(partial) / "kernel"
        whole.mkdir()
        make_kernel(archive, offer, whole)
        whole.rename(folder)  # only what is whole gets its name


def newest_series():
    """The highest series that any archive offers; without network, the highest in the cache."""
    note = kernels_folder() / "newest"  # what the lists hold, until they change
    if note.exists() and note.stat().st_mtime > max(Archive("").age(), Suites().age()) \
            and time.time() - Suites().age() < 24 * 3600:
        return note.read_text().strip()
    try:
        found = {series for archive in archives() for series in archive.kernels()[0]}
    except Unavailable as error:
        found = {folder.name.split("_", 1)[0] for folder in kernels_folder().glob("[0-9]*_*")}
        say(f"{error}\nthe newest kernel of the cache is used")
    series = selection.newest(found)
    if series is None:
        raise Unavailable("no kernel can be fetched and none is in the cache")
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(f"{series}\n")
    return series


# --- A kernel of the user's ---

def from_file(path):
    """A bzImage; its modules are looked for as packages lay them out (../lib/modules/RELEASE), then in /lib/modules."""
    image = pathlib.Path(path).resolve()
    with open(image, "rb") as file:
        head = file.read(0x10000)
    if head[0x1FE:0x200] != b"\x55\xaa" or head[0x202:0x206] != b"HdrS":
        raise Unavailable(f"{path} is not an x86 kernel image (bzImage)")
    # Documentation/arch/x86/boot.rst: kernel_version, a pointer to a string, less 0x200.
    start = int.from_bytes(head[0x20E:0x210], "little") + 0x200
    release = head[start:head.index(b"\0", start)].decode(errors="replace").split(" ")[0]
    roots = [image.parent.parent, pathlib.Path("/")]
    root = next((root for root in roots if (root / "lib/modules" / release).is_dir()), image.parent)
    return Kernel(f"{release} ({path})", image, release, root)


def find(wanted):
    """The kernel that `--kernel` names: a file, a series of Debian's, or "newest"."""
    if "/" in wanted or os.path.isfile(wanted):
        if not os.path.isfile(wanted):
            raise Unavailable(f"{wanted}: no such file")
        return from_file(wanted)
    return fetch(newest_series() if wanted == "newest" else wanted)
