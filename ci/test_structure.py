"""How the sources hang together: no include cycles, neither of files nor of folders, and one namespace a folder."""

import collections
import pathlib
import re
import sys
import unittest

HARNESS = pathlib.Path(__file__).resolve().parent.parent / "harness"


def sources():
    return [path for path in HARNESS.rglob("*") if path.suffix in (".h", ".cpp") and not path.stem.endswith("_test")]


def includes():
    """Of each component (a header and the source file of the same name): the components that it includes."""
    graph = collections.defaultdict(set)
    for path in sources():
        component = path.relative_to(HARNESS).with_suffix("")
        for name in re.findall(r'^#include "([^"]+)"', path.read_text(encoding="utf-8"), re.MULTILINE):
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


class Structure(unittest.TestCase):
    def test_a_cycle_is_found(self):
        self.assertEqual(cycle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}), ["b", "c"])
        self.assertEqual(cycle_in({"a": {"b", "c"}, "b": {"c"}, "c": set()}), [])

    def test_no_file_includes_itself_by_way_of_others(self):
        graph = includes()
        self.assertGreater(len(graph), 100)
        self.assertEqual([str(component) for component in cycle_in(graph)], [])

    def test_no_folder_uses_one_that_uses_it(self):
        folders = collections.defaultdict(set)
        for component, others in includes().items():
            folders[component.parent].update(other.parent for other in others if other.parent != component.parent)
        self.assertEqual([str(folder) for folder in cycle_in(folders)], [])

    def test_each_folder_has_one_namespace(self):
        for path in sources():
            folder = path.parent.name
            wanted = "xdpbench" if folder in ("base", "harness") else f"xdpbench::{folder}"
            text = path.read_text(encoding="utf-8")
            declared = r"namespace [\w:]+ \{\n((class|struct) \w+;\n)+\}"  # of what the file only points to
            found = set(re.findall(r"^namespace (xdpbench[\w:]*) \{", re.sub(declared, "", text), re.MULTILINE))
            self.assertLessEqual(found, {wanted}, path)


if __name__ == "__main__":
    sys.setrecursionlimit(10000)
    unittest.main(verbosity=2)
