"""scenarios/schema.json, judged by a validator that is not ours, and put beside what the tool itself takes and refuses."""

import glob
import json
import os
import re
import sys

from harness import BUILD, Case, SOURCE, main

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"[  SKIPPED ] {missing}: sudo ./scripts/setup test")
    sys.exit(77)

HEAD = "name: a\nabout: b\nprogram: xdp_drop\n"
BENCH = HEAD + "bench: { traffic: udp_64.pcap, action: XDP_DROP }\n"
LAN = HEAD + "lan: { hosts: { client: 192.168.1.1, dut: %s }, steps: [ %s ] }\n"
IN_A_CHECK = HEAD + "checks:\n- name: n\n  steps: [ { in: udp_64.pcap#0, expect: { action: XDP_DROP } } ]\n"
PING = "{ ping: 2, expect: { answered: 0 } }"


def replay(rest, topology="pair"):
    return HEAD + f"replay: {{ topology: {topology}, traffic: udp_64.pcap, {rest} }}\n"


def step(expect, rest=""):
    return HEAD + f"checks: [ {{ name: n, steps: [ {{ in: udp_64.pcap#0-9, {rest} expect: {{ {expect} }} }} ] }} ]\n"


def check(rest):
    return HEAD + f"checks: [ {{ name: n, steps: [ {{ in: udp_64.pcap#0, expect: {{ action: XDP_DROP }} }} ], {rest} }} ]\n"


ACCEPTED = [
    BENCH,
    BENCH + "requires: [ native, generic ]\n",
    BENCH + "verifier: { instructions: 2000, stack: 0, load_time: 50ms }\n",
    BENCH + "verifier: { load_time: 1.5 }\n",
    BENCH.replace("udp_64.pcap", "udp_64.pcap#3-9"),
    BENCH.replace("udp_64.pcap", '"hex: 02:00:00:00:00:02 020000000001 0800"'),
    BENCH.replace("about: b", "about: '#1, 100 % of: all'"),
    HEAD.replace("xdp_drop", "{ object: %(object)s }") + "bench: { traffic: udp_64.pcap, action: XDP_DROP }\n",
    HEAD.replace("xdp_drop", "{ object: %(object)s, function: xdp_drop }") + "bench: { traffic: udp_64.pcap, action: XDP_DROP }\n",
    replay("expect: { XDP_DROP: 1000 }"),
    replay("expect: { passed: udp_64.pcap, mask: [ ip.id, tcp ] }"),
    replay("expect: { passed_by_cpu: { 0: 500, 12: 500 } }"),
    replay("expect: { forwarded: udp_64.pcap }", "chain"),
    replay("replace: { times: 3, with: xdp_pass }"),
    step("action: XDP_DROP, out: unchanged, mask: [ ip ]"),
    step("action: XDP_PASS, fields: { ip.ttl: 63, ip.id: 0x10, tcp.flags: SYN|ACK, vlan.id: absent }, checksums: valid, length: 60"),
    step("action: XDP_PASS, metadata: none", "ctx: { metadata: 'hex:01020304' },"),
    check("expect: { maps: { xdp_counters: [ { key: 1, sum_cpus: { packets: 1 } }, { key: 0x2, sum_cpus: { bytes: 0 } } ] } }"),
    step("action: XDP_DROP", "set: { xdp_counters: [ { key: 1, value: { packets: 1 } }, { keys: 0..2, value: { bytes: i } } ] },"),
    BENCH + 'network: { sysctls: { net.ipv4.ip_local_port_range: "1024 2048", net.ipv4.conf.dut0/7.forwarding: 1 } }\n',
    LAN % ("192.168.1.2", PING),
    LAN % ("{ ip: 192.168.1.2, mac: '02:00:00:00:0A:01' }", "{ ping: 2, expect: { answered: { dut: [ 1, 2 ] } } }"),
    LAN % ("192.168.1.2", "{ send: udp_64.pcap#0, expect: { answered: 0 } }"),
]

# By what stands in the tool's answer, which has to come from reading the scenario.
REFUSED = [
    ("[]", "is not a scenario"),
    (HEAD, "does nothing"),
    (check("expect: { maps: { xdp_counters: [ { key: 1, sum_cpus: {} } ] } }"), "sum_cpus is empty"),
    (check("expect: { maps: { m: [ { key: 1, value: [] } ] } }"), "value is empty"),
    (check("expect: { globals: { g: {} } }"), "global 'g' is empty"),
    (BENCH.replace("name: a\n", ""), "no key 'name'"),
    (BENCH + "nam: x\n", "unknown key 'nam'"),
    (BENCH.replace("name: a", "name: A b"), "expected a-z"),
    (BENCH.replace("about: b", 'about: "two\\nlines"'), "one line"),
    (BENCH.replace("about: b", "about: ''"), "found none"),
    (BENCH.replace("about: b", "about:"), "has no value"),
    (BENCH.replace("XDP_DROP", "XDP_DRO"), "unknown action"),
    (BENCH.replace("udp_64.pcap", "'udp_64.pcap#a'"), "no frame number"),
    (BENCH.replace("udp_64.pcap", "'#3'"), "no file name"),
    (BENCH.replace("udp_64.pcap", '"hex: 0200"'), "2 of 14 bytes"),
    (BENCH.replace("udp_64.pcap", '"hex: 020000000002 020000000001 080"'), "hex"),
    (BENCH.replace("udp_64.pcap", '"scapy: "'), "no expression"),
    (HEAD.replace("xdp_drop", "{ function: f }") + "bench: { traffic: udp_64.pcap, action: XDP_DROP }\n", "no key 'object'"),
    (BENCH + "requires: [ native, native ]\n", "repeated"),
    (BENCH + "requires: [ driver ]\n", "unknown attach mode"),
    (BENCH + "requires: native\n", "expected a list"),
    (BENCH + "verifier: {}\n", "is empty"),
    (BENCH + "verifier: { stack: -1 }\n", "whole number"),
    (BENCH + "verifier: { stack: 1.5 }\n", "whole number"),
    (BENCH + "verifier: { load_time: 50h }\n", "expected a time"),
    (BENCH + "verifier: { load_time: 0 }\n", "expected a time"),
    (BENCH + "globals: {}\n", "is empty"),
    (BENCH + "maps: { m: [ { key: 1 } ] }\n", "no key 'value'"),
    (BENCH + "maps: { m: [ { key: 1, value: 2, absent: true } ] }\n", "is for expectations"),
    (replay("expect: { forwarded: udp_64.pcap }"), "without a far end"),
    (replay("expect: { mask: [ ip ], XDP_DROP: 1000 }"), "without frames to compare"),
    (replay("expect: { passed_by_cpu: { first: 5 } }"), "expected a CPU's number"),
    (replay("expect: { passed_by_cpu: { 12345: 5 } }"), "expected a CPU's number"),
    (replay("expect: {}"), "is empty"),
    (replay("replace: { times: 0 }"), "expected 1 to"),
    (replay("replace: { times: 100001 }"), "expected 1 to"),
    (replay("", "star"), "unknown topology"),
    (step("out: unchanged"), "no key 'action'"),
    (step("action: XDP_DROP, mask: [ ip ]"), "without frames to compare"),
    (step("action: XDP_DROP, redirect: { interface: dut0 }"), "without a redirect"),
    (step("action: XDP_REDIRECT, redirect: { map: m }"), "its 'map' and its 'key'"),
    (step("action: XDP_DROP, checksums: right"), "checksums: valid"),
    (step("action: XDP_DROP, length: long"), "whole number"),
    (step("action: XDP_DROP, metadata: some"), "expected metadata"),
    (step("action: XDP_DROP, events: { e: { type: struct event } }"), "expect nothing"),
    (step("action: XDP_DROP, events: { e: { records: [] } }"), "is empty"),
    (step("action: XDP_DROP, fields: { ip.ttl: [ 63 ] }"), "expected text"),
    (step("action: XDP_DROP", "ctx: { metadata: none },"), "expected metadata"),
    (step("action: XDP_DROP", "ctx: { rx_queue: 1 },"), "without an interface"),
    (step("action: XDP_DROP", "ctx: { ingress: dut0, rx_queue: 64 },"), "64"),
    (check("expect: { maps: { m: [ { key: 1, value: 1, sum_cpus: 1 } ] } }"), "exactly one of"),
    (check("expect: { maps: { m: [ { key: 1, absent: false } ] } }"), "absent: true"),
    (check("expect: { maps: { q: [ { sum_cpus: 1 } ] } }"), "no key 'key'"),
    (step("action: XDP_DROP", "set: { q: [ { absent: true } ] },"), "no key 'key'"),
    (step("action: XDP_DROP", "set: { m: [ { keys: 0..5 } ] },"), "no key 'value'"),
    (BENCH + "network: { sysctls: { kernel.panic: 1 } }\n", "sysctl of the network"),
    (LAN % ("192.168.1.2", "{ set: { m: [ { keys: 0..5, value: 1 } ] } }"), "single entries"),
    (LAN % ("192.168.1.2", "{ set: { m: [ { value: 1 } ] } }"), "single entries"),
    (LAN % ("192.168.1", PING), "expected an IPv4 address"),
    (LAN % ("{ ip: 192.168.1.2, mac: '03:00:00:00:00:01' }", PING), "MAC address of one host"),
    (LAN % ("{ ip: 192.168.1.2, mac: '00:00:00:00:00:00' }", PING), "MAC address of one host"),
    ((LAN % ("192.168.1.2", PING)).replace("dut:", "router:"), "no host 'dut'"),
    (LAN % ("192.168.1.2", "{ ping: 1001, expect: { answered: 0 } }"), "expected 1 to 1000"),
    (LAN % ("192.168.1.2", "{ ping: 1 }"), "no key 'expect'"),
    (LAN % ("192.168.1.2", "{ ping: 1, send: udp_64.pcap, expect: { answered: 0 } }"), "exactly one of"),
    (LAN % ("192.168.1.2", "{ set: { m: [ { key: 1, value: 2 } ] }, expect: { answered: 0 } }"), "next to 'set'"),
]

# Errors that a JSON schema cannot express: only the tool finds them.
BEYOND_A_SCHEMA = [
    (BENCH.replace("udp_64.pcap", "udp_64.pcap#9-3"), "runs backwards"),
    (BENCH + "name: again\n", "is repeated"),
    (BENCH.replace("udp_64.pcap", "missing.pcap"), "missing.pcap"),
    (BENCH + "globals: { no_such: 1 }\n", "no_such"),
    (step("action: XDP_DROP, out: unchanged, mask: [ ip.size ]"), "ip.size"),
    (step("action: XDP_DROP, events: { e: { count: 1, records: [ 1, 2 ] } }"), "2 records are listed"),
    (check("expect: { maps: { xdp_counters: [ { value: 1 } ] } }"), "has keys"),
    (check("expect: { maps: { xdp_counters: [ { absent: true } ] } }"), "has keys"),
    (step("action: XDP_DROP", "set: { xdp_counters: [ { value: 1 } ] },"), "has keys"),
    (step("action: XDP_DROP", "set: { xdp_counters: [ { key: 1, absent: true } ] },"), "is an array"),
    (LAN % ("192.168.2.2", PING), "not in the /24"),
    (LAN % ("192.168.1.2", "{ ping: 2, expect: { answered: 3 } }"), "3 answers to 2"),
]

# The tool reads all scalars as text; the schema, for editors' sake, wants numbers without quotes and text that is no number.
STRICTER_IN_THE_SCHEMA = [BENCH.replace("name: a", "name: 42"), replay('expect: { XDP_DROP: "1000" }')]


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core schema, by which editors judge: no dates, no yes and no, no numbers to the base of 60; keys are text."""

    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}

    def construct_integer(self, node):
        return int(node.value, 0)


for tag, pattern, first in (("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]), ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
                            ("int", r"[-+]?(0|[1-9][0-9]*)|0x[0-9a-fA-F]+", list("-+0123456789")),
                            ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789"))):
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)
CoreLoader.add_constructor("tag:yaml.org,2002:map", lambda loader, node: loader.construct_mapping(node))
CoreLoader.add_constructor("tag:yaml.org,2002:int", CoreLoader.construct_integer)


class Schema(Case):
    def setUp(self):
        super().setUp()
        with open(os.path.join(SOURCE, "scenarios", "schema.json"), encoding="utf-8") as file:
            schema = json.load(file)
        self.validator_class = jsonschema.validators.validator_for(schema, default=None)
        self.validator = self.validator_class(schema, format_checker=jsonschema.FormatChecker())

    def complaints(self, text):
        """What the schema has against a document; nothing: it accepts it."""
        document = yaml.load(text, Loader=CoreLoader)
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in self.validator.iter_errors(document)]

    def ask_tool(self, text, code):
        """What the tool says that reads the document and lists its tests."""
        with open(os.path.join(self.folder, "s.yaml"), "w", encoding="utf-8") as file:
            file.write(text)
        return self.tool("run", "--scenario", "s.yaml", "--", "--gtest_list_tests", code=code).stderr

    def test_the_schema_is_one_of_its_draft(self):
        self.assertIs(self.validator_class, jsonschema.Draft7Validator)
        self.validator_class.check_schema(self.validator.schema)

    def test_the_scenarios_here_are_accepted(self):
        files = glob.glob(os.path.join(SOURCE, "scenarios", "*.yaml"))
        self.assertGreater(len(files), 10)
        for name in files:
            with self.subTest(scenario=name), open(name, encoding="utf-8") as file:
                self.assertEqual(self.complaints(file.read()), [])

    def test_the_examples_of_the_reference_are_accepted(self):
        with open(os.path.join(SOURCE, "scenarios", "README.md"), encoding="utf-8") as file:
            examples = re.findall(r"(?ms)^```yaml\n(.*?)^```", file.read())
        self.assertGreaterEqual(len(examples), 4)
        for example in examples:
            keys = yaml.load(example, Loader=CoreLoader)
            if "name" not in keys:  # a part of a scenario, or of a check
                indented = "".join(f"  {line}\n" for line in example.splitlines())
                example = IN_A_CHECK + indented if "expect" in keys else BENCH + example
            with self.subTest(example=example):
                self.assertEqual(self.complaints(example), [])
                if "name" in keys:
                    self.ask_tool(example, 0)

    def test_what_record_writes_is_accepted(self):
        for program, traffic in (("xdp_drop", "mixed.pcap"), ("icmp_lb", "icmp_lb_mix.pcap"), ("flow_sampler", "mixed.pcap"),
                                 ("extract_metadata", "mixed.pcap"), ("xdp_redirect", "udp_64.pcap")):
            with self.subTest(program=program):
                self.tool("record", "--scenario", os.path.join(SOURCE, "scenarios", program + ".yaml"), "--pcap",
                          os.path.join(SOURCE, "pcaps", traffic), "-o", program + ".yaml")
                with open(os.path.join(self.folder, program + ".yaml"), encoding="utf-8") as file:
                    self.assertEqual(self.complaints(file.read()), [])

    def test_schema_and_tool_accept_the_same(self):
        places = {"object": os.path.join(BUILD, "share", "xdp-bench", "bpf", "xdp_drop.bpf.o")}
        for text in ACCEPTED:
            text = text % places if "%(" in text else text
            with self.subTest(document=text):
                self.assertEqual(self.complaints(text), [])
                self.ask_tool(text, 0)

    def test_schema_and_tool_refuse_the_same(self):
        self.assertGreaterEqual(len(REFUSED), 10)
        for text, why in REFUSED:
            with self.subTest(document=text):
                said = self.ask_tool(text, 2)
                self.assertRegex(said, r"s\.yaml(:\d+:\d+: | is not a scenario)")
                self.assertIn(why, said)
                self.assertNotEqual(self.complaints(text), [])

    def test_where_they_differ(self):
        for text, why in BEYOND_A_SCHEMA:
            with self.subTest(document=text):
                self.assertIn(why, self.ask_tool(text, 2))
                self.assertEqual(self.complaints(text), [])
        for text in STRICTER_IN_THE_SCHEMA:
            with self.subTest(document=text):
                self.ask_tool(text, 0)
                self.assertNotEqual(self.complaints(text), [])


if __name__ == "__main__":
    main()
