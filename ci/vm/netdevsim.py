"""netdevsim for a kernel of Debian's: none has it, it builds out of tree against the stock headers."""

import pathlib
import shutil
import subprocess

from archive import run

# Programs of linux-kbuild that a build runs, and what is behind their wrappers on amd64.
TOOLS = {"tools/objtool/objtool": "objtool.real-x86", "scripts/mod/modpost": "modpost.real-lsb-64"}


def extract_source(package, series, folder):
    """Of the kernel's source only netdevsim."""
    tree = f"linux-source-{series}"
    folder.mkdir()
    run("sh", "-c", 'dpkg --fsys-tarfile "$1" | tar -xO "./usr/src/$2.tar.xz" '
        '| tar -xJ --strip-components=4 -C "$3" "$2/drivers/net/netdevsim"', "sh", package, tree, folder)


def _runs_here(program):
    done = subprocess.run([program, "--help"], capture_output=True, text=True, check=False)
    return "GLIBC_" not in done.stderr


def wrap_tools(unpacked, suites):
    """Lets the tools of a newer suite run with that suite's C library."""
    kbuild = next(unpacked.glob("usr/lib/linux-kbuild-*"))
    tools = {kbuild / tool: kbuild / pathlib.Path(tool).parent / real for tool, real in TOOLS.items()}
    if all(_runs_here(real) for real in tools.values() if real.exists()):
        return
    folder = unpacked / "libc"
    folder.mkdir()
    suites.download(["libc6"], folder)
    run("dpkg", "-x", next(folder.glob("libc6_*.deb")), folder)
    loader = next(folder.rglob("ld-linux-x86-64.so.2")).resolve()
    library = next(folder.rglob("libc.so.6")).parent
    for tool, real in tools.items():
        tool.unlink()
        tool.write_text(f'#!/bin/sh\nexec "{loader}" --library-path "{library}" "{real}" "$@"\n')
        tool.chmod(0o755)


def build(sources, unpacked, release):
    """Builds in `sources`; installs below `unpacked`."""
    headers = unpacked / "usr/src" / f"linux-headers-{release}"
    # The headers' makefiles include each other by absolute path, as if installed.
    for makefile in (headers / "Makefile", headers / ".kernelvariables"):
        if makefile.exists():
            makefile.write_text(makefile.read_text().replace("/usr/src/", f"{unpacked}/usr/src/"))
    # The kernel's own compiler may be of a newer suite. Without BTF of its own, which would need pahole; and with the
    # alignment that every gcc knows (Makefile: -falign-functions instead of -fmin-function-alignment).
    run("make", "-s", "-j2", "-C", headers, f"M={sources}", "CC=gcc", "CONFIG_NETDEVSIM=m",
        "CONFIG_DEBUG_INFO_BTF_MODULES=", "CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=", "modules")
    extra = unpacked / "lib/modules" / release / "extra"
    extra.mkdir()
    shutil.copy(sources / "netdevsim.ko", extra)
