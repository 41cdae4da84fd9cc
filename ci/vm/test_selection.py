"""Which version of a kernel is taken, on package lists as archives had them. Asks no archive and boots nothing."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import selection  # noqa: E402
from selection import Package  # noqa: E402


def old_style(version, release, series="6.1", kbuild=None, unsigned=False):
    """The packages of a kernel as Debian 11 and 12 cut them."""
    common = release.replace("-amd64", "-common")
    kbuild = kbuild or f"linux-kbuild-{series}"
    return [Package(f"linux-image-{release}" + ("-unsigned" if unsigned else ""), version, "kmod, linux-base (>= 4.3~)"),
            Package(f"linux-headers-{release}", version, f"linux-headers-{common} (= {version}), {kbuild} (>= {version}), "
                                                         "linux-compiler-gcc-12-x86"),
            Package(f"linux-headers-{common}", version), Package(kbuild, version),
            Package(f"linux-source-{series}", version, "binutils, xz-utils")]


def new_style(version, release, series="7.3"):
    """As from 6.19 on: the image is a meta package, and headers name their image."""
    common, kbuild = release.replace("-amd64", "-common"), f"linux-kbuild-{release.removesuffix('-amd64')}"
    own = f"(= {version})"
    return [Package(f"linux-image-{release}", version, f"dracut | linux-initramfs-tool, linux-base-{release} {own}, "
                                                       f"linux-binary-{release} {own}, linux-modules-{release} {own}"),
            Package(f"linux-binary-{release}", version, f"linux-base-{release} {own}"), Package(f"linux-base-{release}", version),
            Package(f"linux-modules-{release}", version, f"linux-base-{release} {own}"),
            Package(f"linux-headers-{release}", version, f"gcc-14-for-host, linux-base (>= 4.12~), linux-base-{release} {own}, "
                                                         f"linux-headers-{common} {own}, {kbuild}"),
            Package(f"linux-headers-{common}", version), Package(kbuild, version), Package(f"linux-source-{series}", version)]


def without(packages, name):
    assert any(package.name == name for package in packages), name
    return [package for package in packages if package.name != name]


class SelectionTest(unittest.TestCase):
    OLDER = old_style("6.1.176-1", "6.1.0-50-amd64")

    def test_the_newest_complete_version_is_taken(self):
        offers, incomplete = selection.choose(self.OLDER + old_style("6.1.192-3", "6.1.0-57-amd64"))
        self.assertEqual(offers["6.1"].version, "6.1.192-3")
        self.assertEqual(offers["6.1"].boot, ("linux-image-6.1.0-57-amd64",))
        self.assertEqual(set(offers["6.1"].build), {"linux-source-6.1", "linux-headers-6.1.0-57-amd64",
                                                    "linux-headers-6.1.0-57-common", "linux-kbuild-6.1"})
        self.assertEqual(offers["6.1"].passed_over, ())
        self.assertEqual(incomplete, {})

    def test_a_version_whose_kbuild_is_one_revision_ahead_is_passed_over(self):
        newer = without(old_style("6.1.192-2", "6.1.0-56-amd64"), "linux-kbuild-6.1")
        offers, _ = selection.choose(self.OLDER + newer + [Package("linux-kbuild-6.1", "6.1.192-3")])
        self.assertEqual(offers["6.1"].version, "6.1.176-1")
        self.assertEqual(offers["6.1"].passed_over, ("6.1.192-2 lacks linux-kbuild-6.1",))

    def test_each_package_is_needed(self):
        for package in old_style("6.1.192-3", "6.1.0-57-amd64")[:-1]:  # without the source, the version is not known at all
            left = without(old_style("6.1.192-3", "6.1.0-57-amd64"), package.name)
            offers, _ = selection.choose(self.OLDER + left)
            self.assertEqual(offers["6.1"].version, "6.1.176-1", package.name)
        for package in new_style("7.3.4-1~bpo13+1", "7.3.4+deb13-amd64")[:-1]:
            left = without(new_style("7.3.4-1~bpo13+1", "7.3.4+deb13-amd64"), package.name)
            offers, incomplete = selection.choose(left)
            self.assertEqual(offers, {}, package.name)
            self.assertEqual(len(incomplete["7.3"]), 1)
            self.assertIn("7.3.4-1~bpo13+1 lacks linux-", incomplete["7.3"][0])

    def test_the_unsigned_image_serves_where_the_signed_one_is_late(self):
        offers, _ = selection.choose(self.OLDER + old_style("6.1.192-3", "6.1.0-57-amd64", unsigned=True))
        self.assertEqual(offers["6.1"].version, "6.1.192-3")
        self.assertEqual(offers["6.1"].boot, ("linux-image-6.1.0-57-amd64-unsigned",))

    def test_an_image_of_several_packages_is_taken_whole(self):
        offers, _ = selection.choose(new_style("7.3.4-1~bpo13+1", "7.3.4+deb13-amd64"))
        self.assertEqual(set(offers["7.3"].boot), {f"linux-{part}-7.3.4+deb13-amd64"
                                                   for part in ("image", "base", "binary", "modules")})
        self.assertFalse(set(offers["7.3"].boot) & set(offers["7.3"].build))
        self.assertEqual(offers["7.3"].release, "7.3.4+deb13-amd64")

    def test_meta_packages_and_flavours_are_no_kernels(self):
        real = without(old_style("6.1.192-3", "6.1.0-57-amd64"), "linux-image-6.1.0-57-amd64")
        for name in ("linux-image-6.1-amd64", "linux-image-6.1.0-57-cloud-amd64", "linux-image-6.1.0-57-rt-amd64",
                     "linux-image-6.1.0-57-amd64-dbg"):
            self.assertEqual(selection.choose(real + [Package(name, "6.1.192-3")])[0], {}, name)

    def test_versions_are_in_debians_order(self):
        versions = ["6.12.9-1", "6.12.117-1~deb12u1", "6.12.117-1", "6.12.100-1"]
        packages = [package for version in versions for package in
                    old_style(version, f"{version.split('-')[0]}+deb12-amd64", "6.12", f"linux-kbuild-{version.split('-')[0]}+deb12")]
        self.assertEqual(selection.choose(packages)[0]["6.12"].version, "6.12.117-1")

    def test_the_newest_series_is_by_number(self):
        self.assertEqual(selection.newest(["6.9", "6.12", "5.10"]), "6.12")
        self.assertEqual(selection.newest(["6.12", "7.3", "7.2"]), "7.3")
        self.assertIsNone(selection.newest([]))

    def test_what_apt_prints_is_read(self):
        packages = selection.parse("Package: a\nVersion: 1-2\nDepends: b (= 1), c | d\nDescription: long\n text\n\n"
                                   "Package: e\nSource: f (3)\nVersion: 4\n\n")
        self.assertEqual(packages, [Package("a", "1-2", "b (= 1), c | d"), Package("e", "4")])


if __name__ == "__main__":
    unittest.main(verbosity=2)
