"""Kernels for the virtual machine: Debian's own packages, downloaded and unpacked, never installed."""

import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

# What a cold fetch of one kernel needs at its peak: packages, what is unpacked of them, netdevsim's build.
NEEDED_DISK = 2 << 30
LISTS = pathlib.Path("/var/lib/apt/lists")  # of packages; `apt-get update` writes them


class Unavailable(Exception):
    """What is asked for cannot be had on this machine now: the message says why and what to do."""


@dataclass(frozen=True)
class Kernel:
    name: str  # for people: "6.1 (Debian 6.1.192-2)"
    image: pathlib.Path  # bzImage
    release: str  # `uname -r`
    root: pathlib.Path  # lib/modules/<release> lies below this folder, if there are modules


def say(text):
    print(f"vm: {text}", file=sys.stderr, flush=True)


def cache_folder():
    """$XDG_CACHE_HOME/xdp-bench/kernels: one folder a package version, shared by all clones of one user."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(home) / "xdp-bench" / "kernels"


def run(*command, **options):
    """Runs a command that must succeed; its standard output."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False, **options)
    if done.returncode:
        raise Unavailable(f"{' '.join(map(str, command[:3]))} ... failed ({done.returncode}):\n"
                          + (done.stdout + done.stderr)[-2000:].rstrip())
    return done.stdout


@contextlib.contextmanager
def locked(path, what):
    """Holds the lock file; a second one waits and says for what."""
    with open(path, "w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting: {what} is being prepared by another run ({path})")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


# --- What Debian offers ---

@dataclass(frozen=True)
class Offer:
    series: str  # "6.1"
    version: str  # of the source package, and so of all packages: "6.1.192-2"
    release: str  # "6.1.0-56-amd64"


def offers():
    """The kernels of the package lists that come with headers and source of the same version; newest first, by series."""
    names = run("apt-cache", "pkgnames", "linux-").split()
    images = [name for name in names if re.fullmatch(r"linux-image-[0-9][^-]*(-[0-9]+)?-amd64", name)]
    sources = [name for name in names if re.fullmatch(r"linux-source-[0-9.]+", name)]
    if not images or not sources:
        return {}
    releases = {}
    for line in run("apt-cache", "madison", *images).splitlines():
        name, version, _ = (field.strip() for field in line.split("|"))
        releases[version] = name.removeprefix("linux-image-")
    found = {}
    for line in run("apt-cache", "madison", *sources).splitlines():
        name, version, _ = (field.strip() for field in line.split("|"))
        series = name.removeprefix("linux-source-")
        # Meta packages have the same version as what they depend on; their "release" is the series itself.
        if version in releases and releases[version] != f"{series}-amd64":
            found.setdefault(series, Offer(series, version, releases[version]))
    return found


def packages_of(offer):
    """The packages of one kernel: image, source, and what its headers need beside themselves."""
    headers = f"linux-headers-{offer.release}"
    depends = run("apt-cache", "depends", "--important", f"{headers}={offer.version}")
    wanted = re.findall(r"Depends: (linux-headers-\S+-common|linux-kbuild-\S+)", depends)
    return [f"linux-image-{offer.release}", f"linux-source-{offer.series}", headers, *wanted]


def download(offer, folder):
    names = [f"{name}={offer.version}" for name in packages_of(offer)]
    say(f"downloading {', '.join(names)}")
    command = ["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", "-o", "Acquire::Retries=2",
               "-o", "Acquire::http::Timeout=30", *names]
    try:
        run(*command, cwd=folder)
    except Unavailable as error:
        raise Unavailable(f"the kernel packages cannot be downloaded: no network, or package lists that are too old "
                          f"(sudo apt-get update)\n{error}") from error


# --- Unpacking, and netdevsim ---

def unpack(folder, offer):
    """Unpacks what was downloaded into `folder`/unpacked; of the source only netdevsim."""
    unpacked = folder / "unpacked"
    for package in sorted(folder.glob("*.deb")):
        if package.name.startswith("linux-source-"):
            tree = f"linux-source-{offer.series}"
            run("sh", "-c", 'dpkg --fsys-tarfile "$1" | tar -xO "./usr/src/$2.tar.xz" '
                '| tar -xJ --strip-components=4 -C "$3" "$2/drivers/net/netdevsim"',
                "sh", package, tree, _made(folder / "netdevsim"))
        else:
            run("dpkg", "-x", package, unpacked)
        package.unlink()
    return unpacked


def _made(folder):
    folder.mkdir()
    return folder


def build_netdevsim(sources, unpacked, offer):
    """No Debian kernel has netdevsim; it builds out of tree against the stock headers."""
    headers = unpacked / "usr/src" / f"linux-headers-{offer.release}"
    # The headers' makefiles include each other by absolute path, as if installed.
    for makefile in (headers / "Makefile", headers / ".kernelvariables"):
        if makefile.exists():
            makefile.write_text(makefile.read_text().replace("/usr/src/", f"{unpacked}/usr/src/"))
    # Without BTF of its own, which would need pahole.
    run("make", "-s", "-j2", "-C", headers, f"M={sources}", "CONFIG_NETDEVSIM=m", "CONFIG_DEBUG_INFO_BTF_MODULES=", "modules")
    extra = unpacked / "lib/modules" / offer.release / "extra"
    extra.mkdir()
    shutil.copy(sources / "netdevsim.ko", extra)


def make_kernel(offer, folder):
    """Makes `folder` a usable set: boot/, lib/modules/ with netdevsim, nothing else."""
    download(offer, folder)
    say("unpacking, building netdevsim")
    unpacked = unpack(folder, offer)
    build_netdevsim(folder / "netdevsim", unpacked, offer)
    run("depmod", "-b", unpacked, offer.release)
    for link in ("build", "source"):
        (unpacked / "lib/modules" / offer.release / link).unlink(missing_ok=True)
    (unpacked / "lib").rename(folder / "lib")
    (unpacked / "boot").rename(folder / "boot")
    shutil.rmtree(unpacked)
    shutil.rmtree(folder / "netdevsim")


# --- The cache ---

def _cached(series, folder):
    """The kernel of a finished folder of the cache."""
    image = next((folder / "boot").glob("vmlinuz-*"))
    return Kernel(f"{series} (Debian {folder.name.split('_', 1)[1]})", image, image.name.removeprefix("vmlinuz-"), folder)


def _lists_changed():
    """When the package lists changed last; asking apt for what they hold takes it seconds."""
    return LISTS.stat().st_mtime if LISTS.exists() else 0


def fetch(series):
    """The newest kernel of a series: from the cache, else downloaded into it. Without network the newest cached one."""
    cache = cache_folder()
    cached = sorted(cache.glob(f"{series}_*"), key=lambda folder: folder.stat().st_mtime)
    if cached and cached[-1].stat().st_mtime > _lists_changed():
        return _cached(series, cached[-1])
    asked = time.time()
    known = offers()
    offer = known.get(series)
    if offer is None:
        if cached:
            return _cached(series, cached[-1])
        names = sorted({*known, *(folder.name.split("_", 1)[0] for folder in cache.glob("*_*"))})
        raise Unavailable(f"unknown kernel {series}: neither a file, nor a series that this machine's package lists or "
                          f"the cache have. Known: {', '.join(names) or 'none (sudo apt-get update)'}")
    folder = cache / f"{series}_{offer.version}"
    if folder.exists():
        return _newest(series, folder, asked)
    cache.mkdir(parents=True, exist_ok=True)
    with locked(cache / f"{series}.lock", f"kernel {series}"):
        if folder.exists():  # the one that was waited for has made it
            return _newest(series, folder, asked)
        try:
            _make_in_cache(offer, folder)
        except Unavailable as error:
            if not cached:
                raise
            say(f"{error}\nusing the cached {cached[-1].name} instead")
            return _cached(series, cached[-1])
    return _newest(series, folder, asked)


def _newest(series, folder, asked):
    """The kernel of a finished folder that was the newest offered at the time `asked`: its folder's time says so."""
    with contextlib.suppress(OSError):  # a cache that is not ours to write: asked again the next time
        os.utime(folder, (asked, asked))
    return _cached(series, folder)


def _make_in_cache(offer, folder):
    free = shutil.disk_usage(folder.parent).free
    if free < NEEDED_DISK:
        raise Unavailable(f"not enough disk below {folder.parent}: {free >> 20} MiB are free, "
                          f"{NEEDED_DISK >> 20} MiB are needed to prepare a kernel. Set XDG_CACHE_HOME to a folder elsewhere")
    for stale in folder.parent.glob(f".partial-{offer.series}-*"):  # nobody else writes: the lock is ours
        shutil.rmtree(stale, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f".partial-{offer.series}-", dir=folder.parent) as partial:
        whole = _made(pathlib.Path(partial) / "kernel")
        make_kernel(offer, whole)
        whole.rename(folder)  # only what is whole gets its name


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
    """The kernel that `--kernel` names: a file, or a series of Debian's."""
    if "/" in wanted or os.path.isfile(wanted):
        if not os.path.isfile(wanted):
            raise Unavailable(f"{wanted}: no such file")
        return from_file(wanted)
    return fetch(wanted)
