"""The committed pcaps are what their Scapy scripts make, byte for byte."""

import filecmp
import glob
import os
import subprocess
import tempfile
import unittest

SOURCE = os.environ["XDP_BENCH_SOURCE"]


class Fixtures(unittest.TestCase):
    def test_byte_for_byte(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([os.path.join(SOURCE, "pcaps", "make"), folder], check=True)
            made = {os.path.basename(path) for path in glob.glob(os.path.join(folder, "*.pcap"))}
            committed = {os.path.basename(path) for path in glob.glob(os.path.join(SOURCE, "pcaps", "*.pcap"))}
            self.assertEqual(made, committed)
            for name in sorted(made):
                self.assertTrue(filecmp.cmp(os.path.join(folder, name), os.path.join(SOURCE, "pcaps", name), shallow=False), name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
