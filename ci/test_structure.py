"""How the sources hang together: no include cycles, neither of files nor of folders, one namespace a folder, and no header of a
library that only happens to come with another one (with this compiler's library, not with the next one's). And that the tests
exist which the manual names."""

import collections
import pathlib
import re
import sys
import tomllib
import unittest

HARNESS = pathlib.Path(__file__).resolve().parent.parent / "harness"


# Names that other headers of g++ 12 bring along, or a precompiled header, by the header that has them.
STANDARD = {
    "algorithm": "copy copy_if copy_n sort stable_sort find find_if any_of all_of none_of count count_if min max clamp min_element "
                 "max_element minmax_element transform fill fill_n reverse lower_bound upper_bound equal_range binary_search equal "
                 "mismatch search nth_element shuffle unique",
    "numeric": "accumulate iota partial_sum inner_product", "cmath": "sqrt log exp pow abs floor ceil round lround llround isnan isfinite",
    "cstring": "memcpy memset memcmp strlen strerror", "functional": "function less greater", "charconv": "from_chars to_chars",
    "iterator": "back_inserter distance next prev inserter", "system_error": "error_code", "array": "array", "optional": "optional nullopt",
    "memory": "unique_ptr shared_ptr make_unique make_shared", "span": "span", "string_view": "string_view", "tuple": "tuple tie",
    "limits": "numeric_limits", "bit": "bit_cast popcount", "sstream": "istringstream ostringstream", "fstream": "ifstream ofstream",
    "map": "map multimap", "random": "mt19937 mt19937_64", "string": "string to_string",
    "variant": "variant get_if visit monostate", "vector": "vector",
}


# The same of namespaces.
NAMESPACES = {"chrono": "std::chrono::", "filesystem": "std::filesystem::", "fmt/format.h": "fmt::(?!join)", "tl/expected.hpp": "tl::"}


def sources():
    return [path for path in HARNESS.rglob("*") if path.suffix in (".h", ".cpp") and not path.stem.endswith("_test")]


CLASS = r"^(?:class|struct) (\w+)[^;\n]*\{"
METHOD = r"^(?:[A-Za-z_][\w:<>,*& ]*[ *&])?(\w+)::~?\w+\("
FUNCTION = r"^(?:\[\[nodiscard\]\] )?[A-Za-z_][\w:<>,*& ]*[ *&](\w+\([^;{}]*\))"  # at the level of the namespace


def component_of(path):
    """A header and the source file of the same name are one component."""
    return path.relative_to(HARNESS).with_suffix("")


def signatures(path, text, end):
    return {(path.parent, re.sub(r"\s+|=[^,()]*(\(\))?", "", found)) for found in re.findall(FUNCTION + end, text, re.MULTILINE)}


def declarers(texts):
    """Of each component with a function that another one of its folder declares, a class's or a free one: that one."""
    declared = {one: component_of(path) for path, text in texts.items() for one in signatures(path, text, ";")}
    for path, text in texts.items():
        declared.update({(path.parent, name): component_of(path) for name in re.findall(CLASS, text, re.MULTILINE)
                         if path.suffix == ".h"})
    result = {}
    for path, text in texts.items():
        public = re.sub(r"^namespace \{\n.*?^\}  // namespace\n", "", text, flags=re.MULTILINE | re.DOTALL)
        methods = {(path.parent, name) for name in re.findall(METHOD, public, re.MULTILINE)}
        for one in signatures(path, public, r" \{") | methods:
            if declared.get(one, component_of(path)) != component_of(path):
                result[component_of(path)] = declared[one]
    return result


def includes():
    """Of each component: the components that it includes, or that have its functions. A source file without a header belongs to
    the component that declares its functions."""
    texts = {path: path.read_text(encoding="utf-8") for path in sources()}
    declarer = declarers(texts)
    parts = {part: whole for part, whole in declarer.items() if not (HARNESS / part).with_suffix(".h").exists()}
    graph = collections.defaultdict(set)
    for part in declarer.keys() - parts.keys():
        graph[declarer[part]].add(part)
    for path, text in texts.items():
        component = parts.get(component_of(path), component_of(path))
        for name in re.findall(r'^#include "([^"]+)"', text, re.MULTILINE):
            other = pathlib.Path(name).with_suffix("")
            if (HARNESS / name).exists() and other != component:
                graph[component].add(other)
    return graph


def cycle_in(graph):
    """The nodes of some cycle, in order; nothing if there is none."""
    done, path = set(), []

    def visit(node):
        if node in path:
            return path[path.index(node):]
        if node in done:
            return []
        path.append(node)
        for other in sorted(graph.get(node, ())):
            found = visit(other)
            if found:
                return found
        path.pop()
        done.add(node)
        return []

    for node in sorted(graph):
        found = visit(node)
        if found:
            return found
    return []


def library_headers(path, known):
    """Those that the file includes, itself or by way of the project's own headers."""
    if path not in known:
        known[path] = set()
        text = path.read_text(encoding="utf-8")
        found = set(re.findall(r"^#include <([\w./]+)>", text, re.MULTILINE))
        for name in re.findall(r'^#include "([^"]+)"', text, re.MULTILINE):
            if (HARNESS / name).exists():
                found |= library_headers(HARNESS / name, known)
        known[path] = found
    return known[path]


class Structure(unittest.TestCase):
    def test_a_cycle_is_found(self):
        self.assertEqual(cycle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}), ["b", "c"])
        self.assertEqual(cycle_in({"a": {"b", "c"}, "b": {"c"}, "c": set()}), [])

    def test_a_function_of_another_file_is_found(self):
        files = {HARNESS / "a/part.cpp": "Result<int> part(int value) {\n", HARNESS / "a/whole.h": "Result<int> part(int value = 0);\n",
                 HARNESS / "a/own.cpp": "namespace {\nvoid own() {\n}\n}  // namespace\n", HARNESS / "a/other.h": "class Other {\n};\nvoid own();\n", HARNESS / "a/methods.cpp": "Other::~Other() = default;\n"}
        self.assertEqual(declarers(files), {pathlib.Path("a/part"): pathlib.Path("a/whole"),
                                            pathlib.Path("a/methods"): pathlib.Path("a/other")})

    def test_no_file_includes_itself_by_way_of_others(self):
        graph = includes()
        self.assertGreater(len(graph), 100)
        self.assertEqual([str(component) for component in cycle_in(graph)], [])

    def test_no_folder_uses_one_that_uses_it(self):
        folders = collections.defaultdict(set)
        for component, others in includes().items():
            folders[component.parent].update(other.parent for other in others if other.parent != component.parent)
        self.assertEqual([str(folder) for folder in cycle_in(folders)], [])

    def test_headers_of_libraries_are_included_for_what_is_used(self):
        known = {}
        for path in (path for path in HARNESS.rglob("*") if path.suffix in (".h", ".cpp")):
            code = re.sub(r'//[^\n]*|"(\\.|[^"\\])*"', "", path.read_text(encoding="utf-8"))
            for header in STANDARD.keys() - library_headers(path, known):
                used = re.search(rf"\bstd::({STANDARD[header].replace(' ', '|')})\b(?!::)", code)
                self.assertFalse(used, f"{path}: {used and used[0]} without #include <{header}>")
            for header in NAMESPACES.keys() - library_headers(path, known):
                self.assertIsNone(re.search(rf"\b{NAMESPACES[header]}", code), f"{path}: without #include <{header}>")

    def test_each_folder_has_one_namespace(self):
        for path in sources():
            folder = path.parent.name
            wanted = "xdpbench" if folder in ("base", "harness") else f"xdpbench::{folder}"
            text = path.read_text(encoding="utf-8")
            declared = r"namespace [\w:]+ \{\n((class|struct) \w+;\n)+\}"  # of what the file only points to
            found = set(re.findall(r"^namespace (xdpbench[\w:]*) \{", re.sub(declared, "", text), re.MULTILINE))
            self.assertLessEqual(found, {wanted}, path)


class HarnessMutations(unittest.TestCase):
    """The faults of ci/harness-mutations.toml are where it says."""

    def test_each_is_in_its_file_once(self):
        with open(HARNESS.parent / "ci/harness-mutations.toml", "rb") as file:
            faults = [(name, entry) for name, entries in tomllib.load(file).items() for entry in entries]
        self.assertGreater(len(faults), 60)
        for name, entry in faults:
            text = (HARNESS.parent / name).read_text(encoding="utf-8")
            self.assertEqual(text.count(entry["old"]), 1, f"{name}: {entry['fault']}: {entry['old']}")
            self.assertNotIn("\n", entry["old"] + entry.get("new", ""), name)


class Guarantees(unittest.TestCase):
    """Each row of the manual's table names tests that there are."""

    @staticmethod
    def exists(name):
        if name.startswith("ci/"):
            return (HARNESS.parent / name).is_file()
        if ": " in name:
            file, test = name.split(": ")
            path = HARNESS.parent / "ci/e2e" / f"test_{file}.py"
            return path.is_file() and f"def test_{test}(" in path.read_text(encoding="utf-8")
        suite, test = name.split(".")
        declared = re.compile(rf"TEST(?:_F|_P)?\({suite},\s*{test}\)")
        return any(declared.search(path.read_text(encoding="utf-8")) for path in HARNESS.rglob("*_test.cpp"))

    def test_each_names_its_tests(self):
        manual = (HARNESS / "commands/README.md").read_text(encoding="utf-8")
        table = manual[manual.index("## Guarantees"):]
        rows = [row.split("|")[1:-1] for row in table.splitlines() if row.startswith("|")][2:]
        self.assertGreater(len(rows), 15)
        for row in rows:
            names = re.findall(r"`([^`]+)`", row[2])
            self.assertTrue(names, row)
            for name in names:
                self.assertTrue(self.exists(name), name)


if __name__ == "__main__":
    sys.setrecursionlimit(10000)
    unittest.main(verbosity=2)
