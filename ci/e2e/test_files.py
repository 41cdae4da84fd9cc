"""What the tool writes, where, and whose it is; and what a user may not make a root run overwrite."""

import os
import stat
import struct
import subprocess

from harness import TOOL, Case, VethCase, build_program, main, reference

USER = 65534  # nobody: owns the folder in which root runs the tool
QUICK = ("--only", "check")

# A check that fails, so that the frames are saved beside the result.
WRONG = """
name: wrong
about: A check that does not hold
program: xdp_pass
checks:
  - name: drops
    steps:
      - in: 'hex:ffffffffffff 000000000001 0806 00000000'
        expect: { action: XDP_PASS, out: 'hex:ffffffffffff 000000000002 0806 00000000' }
"""

REWRITES = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int rewrites(struct xdp_md *ctx)
{
    unsigned char *frame = (void *)(long)ctx->data;
    if ((void *)(frame + 14) > (void *)(long)ctx->data_end)
        return XDP_DROP;
    frame[0] ^= 1;
    return XDP_TX;
}
char _license[] SEC("license") = "GPL";
"""


def frame_pcap(frames):
    """A pcap of Ethernet frames."""
    text = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1)
    for number, frame in enumerate(frames):
        text += struct.pack("<IIII", number, 0, len(frame), len(frame)) + frame
    return text


FRAME = bytes.fromhex("020000000002 020000000001 0800 4500002e00010000401166cf c6120001 c6120002 03e807d0001a0000") + b"x" * 18


class Files(Case):
    def path(self, *names):
        return os.path.join(self.folder, *names)

    def own(self, *names):
        """The folder, or something in it, belongs to the other user."""
        os.chown(self.path(*names), USER, USER, follow_symlinks=False)

    def read_bytes(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def mode(self, name):
        return stat.S_IMODE(os.stat(self.path(name)).st_mode)

    def owner(self, name):
        status = os.stat(self.path(name))
        return status.st_uid, status.st_gid

    def secret(self):
        """A folder that only root may write to, with a file in it."""
        folder = self.path("secret")
        os.mkdir(folder, 0o755)
        with open(os.path.join(folder, "file"), "w", encoding="utf-8") as file:
            file.write("secret")
        return folder

    def assert_secret_untouched(self):
        self.assertEqual(os.listdir(self.path("secret")), ["file"])
        self.assertEqual(self.read_text("secret/file"), "secret")

    def user_plants(self, target, *names):
        """Another user makes a symbolic link in the folder, which is his."""
        self.own(*names[:-1])
        subprocess.run(["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "ln", "-s", target, self.path(*names)],
                       check=True)

    def test_a_planted_link_to_the_results_folder_is_not_followed(self):
        secret = self.secret()
        os.chmod(self.folder, 0o755)
        self.user_plants(secret, "results")
        done = self.tool("--prog", "xdp_pass", *QUICK, code=2)
        self.assertIn("a symbolic link of another user", done.stderr)
        self.assert_secret_untouched()

    def test_planted_links_in_place_of_invented_names_are_not_followed(self):
        self.secret()
        self.write_text("wrong.yaml", WRONG)
        os.chmod(self.folder, 0o755)
        arguments = ("--scenario", "wrong.yaml", *QUICK, "--json", "out.json")
        self.tool(*arguments, code=1)
        saved = [name for name in os.listdir(self.folder) if name.endswith(".pcap")]
        self.assertEqual(len(saved), 2, saved)
        for name in saved:
            os.unlink(self.path(name))
            self.user_plants(self.path("secret", "file"), name)
        done = self.tool(*arguments, code=1)
        self.assert_secret_untouched()
        numbered = [name.removesuffix(".pcap") + "-2.pcap" for name in saved]
        for name in numbered:
            self.assertIn(name, done.stdout)
            self.assertTrue(os.path.isfile(self.path(name)), name)

    def test_a_replaced_file_keeps_its_mode_and_owner(self):
        self.write_text("out.json", "old")
        os.chmod(self.path("out.json"), 0o600)
        self.own("out.json")
        self.tool("--prog", "xdp_pass", *QUICK, "--json", "out.json")
        self.assertEqual(self.mode("out.json"), 0o600)
        self.assertEqual(self.owner("out.json"), (USER, USER))
        self.assertEqual(self.read_json()["exit_code"], 0)

    def test_what_a_command_reads_is_not_replaced_by_what_it_writes(self):
        self.write_text("wrong.yaml", WRONG)
        self.write_text("mine.bpf.c", REWRITES)
        self.assertEqual(build_program(self.path("mine.bpf.c"), self.path("mine.o")), "")
        with open(self.path("mine.pcap"), "wb") as file:
            file.write(frame_pcap([FRAME]))
        self.tool("--prog", "xdp_pass", *QUICK, "--json", "old.json")
        inputs = ("wrong.yaml", "mine.o", "mine.pcap", "old.json")
        before = [self.read_bytes(name) for name in inputs]
        os.symlink("mine.o", self.path("link.o"))
        own = ("--prog", "mine.o", "--pcap", "mine.pcap", *QUICK)
        for arguments in (("--scenario", "wrong.yaml", *QUICK, "--json", "./wrong.yaml"), (*own, "--json", "mine.pcap"), (*own, "--junit", "link.o"),
                          ("--prog", "mine.o:rewrites", *QUICK, "--html", "mine.o"), ("compare", "mine.o", "mine.o", "--metrics", "mine.o"),
                          ("compare", "old.json", "old.json", "--html", "old.json"), ("history", "old.json", "--json", "old.json")):
            with self.subTest(arguments=arguments):
                self.assertIn("name the same file", self.tool(*arguments, code=2).stderr)
        self.assertEqual([self.read_bytes(name) for name in inputs], before)

    def test_no_library_writes_into_what_the_command_reads(self):
        self.write_text("wrong.yaml", WRONG)
        self.write_text("mine.bpf.c", REWRITES)
        self.assertEqual(build_program(self.path("mine.bpf.c"), self.path("mine.o")), "")
        with open(self.path("mine.pcap"), "wb") as file:
            file.write(frame_pcap([FRAME]))
        os.link(self.path("mine.pcap"), self.path("hard.pcap"))
        os.mkdir(self.path("folder"))
        inputs = ("wrong.yaml", "mine.o", "mine.pcap")
        before = [self.read_bytes(name) for name in inputs]
        scenario, own = ("--scenario", "wrong.yaml", *QUICK), ("--prog", "xdp_pass,mine.o", "--pcap", "mine.pcap", *QUICK)
        for arguments in ((*scenario, "--", "--gtest_output=json:wrong.yaml"), (*own, "--", "--gtest_output=xml:./mine.pcap"),
                          (*own, "--", "--gtest_output=xml:hard.pcap"), (*own, "--", "--benchmark_out=mine.o"),
                          (*own, "--json", "o.json", "--", "--gtest_output=xml:o.json"),
                          (*own, "--json", "folder/xdp-bench.json", "--", "--gtest_output=json:folder/"),
                          (*own, "--", "--gtest_output=xml:a", "--benchmark_out=a"),
                          ("qualify", "--dev", "nosuch0", "--json", "o.json", "--", "--gtest_output=xml:o.json")):
            with self.subTest(arguments=arguments):
                self.assertIn("name the same file", self.tool(*arguments, code=2).stderr)
        for variable, value in (("GTEST_OUTPUT", "xml:mine.o"), ("XML_OUTPUT_FILE", "mine.o"), ("TEST_PREMATURE_EXIT_FILE", "mine.o"),
                                ("GTEST_SHARD_STATUS_FILE", "mine.o"), ("BENCHMARK_OUT", "mine.o")):
            with self.subTest(variable=variable):
                done = self.tool(*own, code=2, env={**os.environ, variable: value})
                self.assertIn(f"the input and {variable} name the same file mine.o", done.stderr)
        self.assertEqual([self.read_bytes(name) for name in inputs], before)
        self.tool(*own, "--json", "o.json", "--", "--gtest_output=xml:own.xml")
        self.assertIn("<testsuites", self.read_text("own.xml"))

    def test_under_sudo_no_link_leads_to_where_the_caller_may_not_write(self):
        """Be it his own link, or one that root made."""
        self.secret()
        self.write_text("wrong.yaml", WRONG)
        os.chmod(self.folder, 0o755)
        os.mkdir(self.path("own"))
        self.own("own")
        sudo = {**os.environ, "SUDO_UID": str(USER), "SUDO_GID": str(USER)}
        for target in ("secret", "secret/new"):
            for owner in (0, USER):
                with self.subTest(target=target, owner=owner):
                    os.symlink(self.path(target), self.path("own", "results"))
                    os.chown(self.path("own", "results"), owner, owner, follow_symlinks=False)
                    done = subprocess.run([TOOL, "--prog", "xdp_pass", *QUICK], cwd=self.path("own"), capture_output=True, text=True, timeout=60,
                                          env=sudo)
                    self.expect(2, done)
                    self.assertIn("does not exist" if target == "secret/new" else f"user {USER}, who called sudo, may not write to", done.stderr)
                    self.assert_secret_untouched()
                    os.unlink(self.path("own", "results"))

    def test_under_sudo_results_belong_to_the_caller(self):
        os.chown(self.folder, 1234, 1235)
        done = subprocess.run([TOOL, "--prog", "xdp_pass", *QUICK, "--junit", "a/b.xml"], cwd=self.folder, capture_output=True, text=True,
                              timeout=60, env={**os.environ, "SUDO_UID": "1234", "SUDO_GID": "1235"})
        self.expect(0, done)
        for name in ("results", os.path.join("results", os.listdir(self.path("results"))[0]), "a", "a/b.xml"):
            self.assertEqual(self.owner(name), (1234, 1235), name)

    def test_containers_that_share_the_folder_write_a_file_each(self):
        """In each the tool has the same process id, and they begin in the same second."""
        running = [subprocess.Popen(["unshare", "--pid", "--fork", "--mount-proc", TOOL, "--prog", "xdp_pass", *QUICK], cwd=self.folder,
                                    stdout=subprocess.PIPE, text=True) for _ in range(4)]
        told = []
        for process in running:
            out, _ = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, out)
            told.append(out.rsplit("result: ", 1)[1].strip())
        self.assertEqual(len(set(told)), 4, told)
        self.assertEqual({os.path.join("results", name) for name in os.listdir(self.path("results"))}, set(told))

    def test_one_of_two_recordings_to_one_file_fails(self):
        self.compile(REWRITES)
        with open(self.path("in.pcap"), "wb") as file:
            file.write(frame_pcap([FRAME] * 3))
        command = [TOOL, "record", "--prog", "mine.o", "--pcap", "in.pcap", "-o", "same.yaml"]
        running = [subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        finished = [(process.communicate(timeout=120), process.returncode) for process in running]
        self.assertEqual(sorted(code for _, code in finished), [0, 2], finished)
        self.tool("--scenario", "same.yaml", *QUICK)
        self.assertEqual(sorted(os.listdir(self.folder)), ["in.pcap", "mine.bpf.c", "mine.o", "results", "same-out.pcap", "same.yaml"])

    def test_names_of_captures_are_read_again_or_refused(self):
        for name in (b"has#3.pcap", b"caf\xe9.pcap", b"frames#3"):
            with open(os.path.join(os.fsencode(self.folder), name), "wb") as file:
                file.write(frame_pcap([FRAME] * 3))
        record = ("record", "--prog", "xdp_pass", "-o")
        self.tool(*record, "a.yaml", "--pcap", "has#3.pcap")
        self.tool("--scenario", "a.yaml", *QUICK)
        for name in (b"caf\xe9.pcap", b"frames#3"):
            done = subprocess.run([TOOL, *record, "b.yaml", "--pcap", name], cwd=self.folder, capture_output=True, timeout=60, check=False)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(b"rename the file", done.stderr)
            self.assertFalse(os.path.exists(self.path("b.yaml")))
        self.assertIn(b"caf\\xe9.pcap", subprocess.run([TOOL, *record, "b.yaml", "--pcap", b"caf\xe9.pcap"], cwd=self.folder,
                                                        capture_output=True, timeout=60, check=False).stderr)

    def test_a_frame_check_sequence_is_removed_and_reported(self):
        with open(self.path("fcs.pcap"), "wb") as file:
            text = frame_pcap([FRAME + b"\xde\xad\xbe\xef"] * 3)
            file.write(text[:20] + struct.pack("<I", 0x24000001) + text[24:])
        self.tool("record", "--prog", "xdp_tx", "--pcap", "fcs.pcap", "-o", "a.yaml")
        done = self.tool("--prog", "xdp_tx", "--pcap", "fcs.pcap", *QUICK)
        self.assertIn("3 frames with a frame check sequence (FCS), which was removed", done.stdout)
        self.assertEqual(self.result()["programs"][0]["fcs_frames"], 3)

    def test_a_file_that_is_no_scenario_is_not_quoted(self):
        self.write_text("shadow", "root:$y$secret:19000:0:99999:7:::\nuser:secret:1::::::\n")
        done = self.tool("--scenario", "shadow", *QUICK, code=2)
        self.assertIn("shadow is not a scenario", done.stderr)
        self.assertNotIn("secret", done.stdout + done.stderr)

    def test_a_fragment_cannot_be_resized(self):
        with open(self.path("fragment.pcap"), "wb") as file:
            file.write(frame_pcap([FRAME[:20] + b"\x20" + FRAME[21:]]))
        done = self.tool("--prog", "xdp_drop", "--pcap", "fragment.pcap", "--size", "128", "--only", "bench", code=2)
        self.assertIn("a fragment", done.stderr)
        self.assertNotIn("larger --size", done.stderr)

    def test_control_characters_are_escaped(self):
        escape = "\x1b]0;title\x07"
        for arguments in (("--prog", escape), ("--scenario", escape), (escape,), ("--" + escape,),
                          ("--prog", "xdp_pass", "--only", escape),
                          ("--prog", "xdp_pass", "--scapy", "eval(repr(chr(27) + ']0;title') + '.x')", *QUICK)):
            done = self.tool(*arguments, code=(2, 4))
            self.assertNotIn("\x1b", done.stdout + done.stderr)
            self.assertNotIn("\x07", done.stdout + done.stderr)
        with open(self.path("in.pcap"), "wb") as file:
            file.write(frame_pcap([FRAME]))
        done = self.tool("record", "--prog", "xdp_drop", "--pcap", "in.pcap", "-o", "\x1b[31m.yaml")
        self.assertIn("wrote", done.stdout)
        self.assertNotIn("\x1b", done.stdout + done.stderr)

    def test_names_of_two_lines_are_refused(self):
        for arguments in (("--prog", "xdp_pass", "--pcap", "in\n.pcap"), ("report", "a\n.json", "-o", "a.html")):
            self.assertIn(r"\x0a", self.tool(*arguments, code=2).stderr.splitlines()[0])
        with open(reference("xdp_pass"), "rb") as file:
            content = file.read()
        with open(self.path("named.o"), "wb") as file:
            file.write(content.replace(b"\0xdp_pass\0", b"\0xdp\npass\0"))
        self.assertIn(r"whose name has control characters: 'xdp\x0apass'", self.tool("--prog", "named.o", code=2).stderr)

    def test_a_planted_program_is_not_run(self):
        """Neither of PATH nor of the current folder."""
        os.mkdir(self.path("bin"))
        for name in ("ip", "ping", "python3"):
            for folder in (self.folder, self.path("bin")):
                self.write_text(os.path.join(folder, name), "#!/bin/sh\ntouch planted\n")
                os.chmod(os.path.join(folder, name), 0o755)
        done = subprocess.run([TOOL, "--prog", "icmp_lb", "--only", "replay"], cwd=self.folder, capture_output=True, text=True, timeout=120,
                              env={**os.environ, "PATH": ".:" + self.path("bin")})
        self.expect(0, done)
        self.assertFalse(os.path.exists(self.path("planted")))


class Privileges(VethCase):
    def test_capabilities_that_no_command_needs_are_given_up(self):
        """Of the tool and of what it could start, seen while it runs."""
        running = subprocess.Popen(["ip", "netns", "exec", self.netns, TOOL, "attach", "--prog", "xdp_pass", "--dev", "port0"],
                                   stdout=subprocess.PIPE, text=True)
        try:
            self.assertIn("port0", running.stdout.readline())
            with open(f"/proc/{running.pid}/status", encoding="utf-8") as file:
                status = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
        finally:
            running.terminate()
            running.communicate(timeout=60)
        given_up = {16: "CAP_SYS_MODULE", 17: "CAP_SYS_RAWIO", 19: "CAP_SYS_PTRACE", 22: "CAP_SYS_BOOT", 25: "CAP_SYS_TIME", 27: "CAP_MKNOD"}
        for kind in ("CapEff", "CapPrm", "CapBnd"):
            held = int(status[kind], 16)
            self.assertEqual([name for bit, name in given_up.items() if held >> bit & 1], [], kind)
            self.assertTrue(held >> 12 & 1, "CAP_NET_ADMIN is needed")


if __name__ == "__main__":
    main()
