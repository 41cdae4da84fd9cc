"""Which version of a kernel to take: the newest one of which every package exists. Pure: asks no archive."""

import functools
import re
import subprocess
from dataclasses import dataclass

# Debian's image packages of amd64 without flavour. The unsigned one has the same content and appears days earlier.
IMAGE = re.compile(r"linux-image-([0-9][^-]*(?:-[0-9]+)?-amd64)(-unsigned)?")
# What the packages of one kernel depend on among themselves. From 6.19 on, an image is three packages: the kernel
# (linux-binary), its modules, and lists of the modules (linux-base).
PART = re.compile(r"linux-(?:binary|modules|base|headers|kbuild)-[0-9]\S*")


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    depends: str = ""  # the field of the archive's list: "a (= 1), b | c"


@dataclass(frozen=True)
class Offer:
    series: str  # "6.1"
    version: str  # of all packages: "6.1.192-3"
    release: str  # `uname -r`: "6.1.0-57-amd64"
    boot: tuple  # names of the packages to boot it
    build: tuple  # names of the packages to build a module for it
    passed_over: tuple = ()  # newer versions, and what they lack


def parse(stanzas):
    """The packages of `apt-cache show`."""
    found = []
    for stanza in stanzas.split("\n\n"):
        fields = dict(re.findall(r"^(Package|Version|Depends): (.*)$", stanza, re.MULTILINE))
        if "Package" in fields and "Version" in fields:
            found.append(Package(fields["Package"], fields["Version"], fields.get("Depends", "")))
    return found


def compare(one, other):
    """Debian's order of versions, for sorting: `~` sorts before the end of a version."""
    for relation, result in (("lt", -1), ("gt", 1)):
        if subprocess.run(["dpkg", "--compare-versions", one, relation, other], check=False).returncode == 0:
            return result
    return 0


def _with_parts(first, version, known):
    """`first` and the packages that it needs, in the same version; then the name of one that is missing, or None."""
    found, wanted = [], [first]
    while wanted:
        name = wanted.pop(0)
        if name in found:
            continue
        if (name, version) not in known:
            return found, name
        found.append(name)
        groups = known[name, version].split(",")
        names = [group.split("|")[0].split("(")[0].strip() for group in groups]
        wanted += [name for name in names if PART.fullmatch(name)]
    return found, None


def _offer(series, version, known):
    """The offer of this version, or the name of a package that it lacks."""
    images = sorted(name for name, its in known if its == version and (match := IMAGE.fullmatch(name))
                    and match[1] != f"{series}-amd64")  # that is a meta package
    missing = f"linux-image-{series}...-amd64"
    for image in images:
        release = IMAGE.fullmatch(image)[1]
        boot, missing = _with_parts(image, version, known)
        if missing is None:
            headers, missing = _with_parts(f"linux-headers-{release}", version, known)
        if missing is None:
            build = (f"linux-source-{series}", *(name for name in headers if name not in boot))
            return Offer(series, version, release, tuple(boot), build), None
    return None, missing


def choose(packages):
    """The newest complete kernel of each series; and of the series that have none, what each version lacks."""
    known = {(package.name, package.version): package.depends for package in packages}
    series_of = {}
    for name, version in known:
        if match := re.fullmatch(r"linux-source-([0-9]+\.[0-9]+)", name):
            series_of.setdefault(match[1], []).append(version)
    offers, incomplete = {}, {}
    for series, versions in series_of.items():
        lacking = []
        for version in sorted(versions, key=functools.cmp_to_key(compare), reverse=True):
            offer, missing = _offer(series, version, known)
            if offer:
                offers[series] = Offer(**{**vars(offer), "passed_over": tuple(lacking)})
                break
            lacking.append(f"{version} lacks {missing}")
        else:
            incomplete[series] = lacking
    return offers, incomplete


def newest(series):
    """The highest of several series ("6.12" is above "6.9"), or None."""
    return max(series, key=lambda one: [int(part) for part in one.split(".")], default=None)
