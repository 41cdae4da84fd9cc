"""The HTML report: read by an HTML and an XML parser, and shown by a browser that asks for nothing and complains about nothing."""

import base64
import copy
import html
import http.server
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import xml.etree.ElementTree
from html.parser import HTMLParser

from harness import Case, MEASURED, main, run

BROWSER = shutil.which("chromium")
# What the browser asks for by itself, whatever it shows.
OWN_HOSTS = (".google.com", ".googleapis.com", ".gvt1.com")
# Writes into the document which texts of charts are not all within their chart.
FIND_CUT_TEXTS = """<script>
const cut = [];
for (const text of document.querySelectorAll("svg text")) {
  const box = text.getBBox(), view = text.ownerSVGElement.viewBox.baseVal;
  if (box.x < 0 || box.y < 0 || box.x + box.width > view.width || box.y + box.height > view.height) cut.push(text.textContent);
}
document.body.dataset.texts = document.querySelectorAll("svg text").length;
document.body.dataset.cut = JSON.stringify(cut);
</script></body>"""
VOID = {"meta", "link", "br", "img", "input", "hr"}
LARGEST = 300_000  # bytes of the page of a usual run

# XDP_TX answers with addresses swapped, which the second check does not want.
EVIL = "swaps <script>alert(1)</script> & <b>more</b>"
SCENARIO = f"""
name: outcomes
about: One check that holds and one that does not
program: xdp_tx
checks:
  - name: answers
    steps: [ {{ in: "hex: 020000000002 020000000001 0800", expect: {{ action: XDP_TX }} }} ]
  - name: '{EVIL}'
    steps: [ {{ in: "hex: 020000000002 020000000001 0800", expect: {{ action: XDP_TX, out: unchanged }} }} ]
"""


class Page(HTMLParser):
    """A page with all of its elements closed in their order; its text, its links, and what it would load."""

    def __init__(self, text):
        super().__init__()
        self.open, self.text, self.links, self.loads, self.ids = [], [], [], [], set()
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        assert tag not in ("script", "iframe", "object", "img"), tag
        attrs = dict(attrs)
        assert not [name for name in attrs if name.startswith("on")], attrs
        if "id" in attrs:
            self.ids.add(attrs["id"])
        if tag == "a":
            self.links.append(attrs["href"])
        elif "href" in attrs or "src" in attrs:
            self.loads.append(attrs.get("href", attrs.get("src")))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    def words(self):
        return " ".join(" ".join(self.text).split())


class Proxy:
    """A server that has one page at http://report.test/ and notes what is asked for."""

    def __init__(self, page):
        asked = self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                found = self.path == "http://report.test/"
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                if found:
                    self.wfile.write(page.encode())

            do_CONNECT = do_POST = do_HEAD = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def foreign(self):
        """What is asked for besides the page, by the page."""
        def host(url):
            return re.split(r"[/:]", re.sub(r"^https?://", "", url))[0]

        return [one for one in self.asked if one != "http://report.test/" and not host(one).endswith(OWN_HOSTS)]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Html(Case):
    def check_page(self, name):
        """The page, which is well-formed, has charts that are, and loads nothing."""
        text = self.read_text(name)
        self.assertLessEqual(len(text.encode()), LARGEST)
        page = Page(text)
        self.assertEqual(page.loads, ["data:,"])
        for link in page.links:
            self.assertTrue(link.startswith("data:") or link[1:] in page.ids, link)
        for chart in re.findall(r"<svg.*?</svg>", text, re.S):
            xml.etree.ElementTree.fromstring(chart)
            self.assertIsNone(re.search(r"\b(nan|inf)\b", re.sub(r">[^<]*<", "><", chart)), chart)
        return page

    def show(self, name):
        """What a browser makes of the page, as its document."""
        return self.browse(self.read_text(name))

    def check_texts(self, name):
        """Every text of a chart is within it, on a wide screen and on a narrow one, where letters are larger."""
        page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", self.read_text(name)).replace("</body>", FIND_CUT_TEXTS)
        for width in (1200, 600):
            shown = self.browse(page, f"--window-size={width},900")
            found = dict(re.findall(r'data-(texts|cut)="([^"]*)"', shown))
            self.assertGreater(int(found["texts"]), 0)
            self.assertEqual(json.loads(html.unescape(found["cut"])), [], f"{name}, {width} pixels")

    def browse(self, page, *flags):
        if BROWSER is None:
            self.skipTest("there is no chromium: sudo scripts/setup browser")
        proxy = Proxy(page)
        self.addCleanup(proxy.close)
        flags = [*flags, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                 "--disable-component-update", f"--user-data-dir={self.folder}/profile", "--enable-logging=stderr",
                 f"--proxy-server=127.0.0.1:{proxy.server.server_address[1]}", "--dump-dom"]
        done = subprocess.run([BROWSER, *flags, "http://report.test/"], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("http://report.test/", proxy.asked)
        self.assertEqual(proxy.foreign(), [])
        # Chromium has pages of its own, which complain when the machine is slow.
        complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line and "source: chrome://" not in line]
        self.assertEqual(complaints, [])
        return done.stdout

    def fail_a_check(self):
        self.write_text("outcomes.yaml", SCENARIO)
        self.tool("run", "--scenario", "outcomes.yaml", "--json", "out.json", "--html", "out.html", "--markdown", "out.md", code=1)

    def test_a_failed_check_with_its_frame_and_both_captures(self):
        self.fail_a_check()
        page = self.check_page("out.html")
        words = page.words()
        self.assertIn("failed: the program is wrong", words)
        self.assertIn(EVIL, words)
        self.assertIn("eth.dst 02:00:00:00:00:02 02:00:00:00:00:01", words)
        captures = [base64.b64decode(link.split(",", 1)[1]) for link in page.links]
        expected, actual = self.read_json()["cases"][1]["frame"]["expected"], self.read_json()["cases"][1]["frame"]["actual"]
        self.assertEqual([capture[40:].hex() for capture in captures], [expected, actual])
        self.assertEqual({capture[:4] for capture in captures}, {bytes.fromhex("d4c3b2a1")})
        self.assertIn("failed: the program is wrong", self.show("out.html"))

    def test_a_stored_result_makes_the_same_page(self):
        self.fail_a_check()
        self.tool("report", "out.json", "-o", "again.html", "--markdown", "again.md")
        self.assertEqual(self.read_text("again.md"), self.read_text("out.md"))
        body = [re.sub(r"<h1>.*?</h1>", "", self.read_text(name)) for name in ("out.html", "again.html")]
        self.assertEqual(body[0], body[1])

    def test_the_summary_as_markdown(self):
        self.fail_a_check()
        text = self.read_text("out.md")
        self.assertTrue(text.startswith("### xdp-bench: failed"), text)
        self.assertIn("swaps \\<script\\>", text)
        self.assertIn("--gtest_filter=", text)

    def test_a_usual_run_is_a_small_page_with_charts(self):
        self.tool("--prog", "icmp_lb", "--mode", "native", "--json", "out.json", "--html", "out.html", code=MEASURED)
        words = self.check_page("out.html").words()
        for part in ("Processed rate, Mpps", "Time per packet, ns", "ns/packet of each window", "actions by CPU", "Environment"):
            self.assertIn(part, words)
        self.assertIn("Time per packet, ns", self.show("out.html"))
        self.check_texts("out.html")

    def test_rates_by_frame_size(self):
        self.tool("--prog", "xdp_tx", "--only", "bench", "--size", "64,512", "--duration", "50ms", "--rounds", "1", "--json", "out.json",
                  "--html", "out.html", code=MEASURED)
        self.assertIn("Rate by frame size, Mpps", self.check_page("out.html").words())

    def test_offered_rates_searches_and_latencies(self):
        self.tool("--prog", "xdp_tx", "--only", "bench,search,latency", "--rate", "1kpps", "--duration", "50ms", "--rounds", "1",
                  "--width", "20%", "--json", "out.json", "--html", "out.html", code=MEASURED)
        words = self.check_page("out.html").words()
        for part in ("loss by offered rate", "latency at 1 kpps", "program, to the tester", "baseline, to the tester"):
            self.assertIn(part, words)
        self.check_texts("out.html")

    def measured(self, name):
        """Names of all measurements of a result."""
        document = self.read_json(name)
        return [(kind, one["mode"], one["variant"], one.get("rate_pps")) for kind in ("benches", "rates", "searches", "latencies", "scalings")
                for one in document[kind]]

    def test_each_command_on_a_page_repeats_its_measurement_alone(self):
        short = ("--prog", "xdp_tx", "--size", "64,128", "--duration", "50ms", "--rounds", "1")
        for parts in (("--only", "bench", "--state", "kept,fresh"), ("--only", "bench", "--cpus", "0"),
                      ("--only", "bench,search,latency", "--rate", "1kpps,2kpps", "--width", "20%", "--cpus", "1")):
            self.tool(*short, *parts, "--json", "out.json", "--html", "out.html", code=MEASURED)
            page = self.read_text("out.html").split("<h2>Cases</h2>")[1]
            commands = [html.unescape(found) for found in re.findall(r'<code class="dim">(xdp-bench .*?)</code>', page)]
            repeated = []
            for command in commands:
                words = ["run", "--json", "again.json", *shlex.split(command)[2:]]
                self.assertIn(run(*words, cwd=self.folder).returncode, MEASURED, command)
                again = self.measured("again.json")
                # A scaling table follows the bench of its path.
                self.assertEqual(len([one for one in again if not ("--cpus" in words and one[0] == "benches")]), 1, command)
                repeated += again
            self.assertEqual(set(repeated), set(self.measured("out.json")))

    def test_no_text_of_a_comparison_is_cut(self):
        self.tool("compare", "xdp_drop", "xdp_drop", "--only", "time", "--max-time", "1s", "--json", "out.json", code=MEASURED)
        document = self.read_json()
        case = document["cases"][0]
        document["cases"] = []
        for number, judgement in enumerate(("inconclusive", "slower", "faster")):
            one = copy.deepcopy(case) | {"judgement": judgement, "samples": 24, "effect": (0.008, 1.2345, -0.8)[number], "p": 0.5, "holm_p": 0.5,
                                         "control_effect": 0.0, "control_p": 1.0, "outcome": "passed"}
            one["variant"] = ("", "/size:imix/flows:100", "/size:imix/flows:100000/separate/and:a-name-that-is-longer-than-the-chart")[number]
            one["interval"] = {"low": one["effect"] - 0.1, "high": one["effect"] + 0.1, "coverage": 0.99}
            document["cases"].append(one)
        self.write_text("three.json", json.dumps(document))
        self.tool("report", "three.json", "-o", "three.html")
        self.assertIn("inconclusive", self.check_page("three.html").words())
        self.check_texts("three.html")

    def test_a_comparison_and_several_results_on_one_page(self):
        self.tool("compare", "xdp_drop", "xdp_drop", "--only", "time", "--max-time", "2s", "--json", "out.json", "--html", "out.html",
                  code=MEASURED)
        self.assertIn("base, ns/packet", self.check_page("out.html").words())
        self.fail_a_check()
        self.tool("compare", "xdp_drop", "xdp_drop", "--only", "time", "--max-time", "1s", "--json", "two.json", code=MEASURED)
        self.tool("report", "out.json", "two.json", "-o", "both.html")
        page = self.check_page("both.html")
        self.assertEqual([link for link in page.links if link.startswith("#")], ["#r1", "#r2"])
        self.tool("report", "out.json", "two.json", "-o", "none.html", "--markdown", "none.md", code=2)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "none.html")))

    def test_a_device(self):
        self.tool("doctor", "--dev", "lo", "--json", "lo.json", code=(0, 1))
        self.tool("report", "lo.json", "-o", "lo.html")
        self.assertIn("largest MTU with XDP, bytes", self.check_page("lo.html").words())

    def test_hostile_and_broken_results_are_clear_errors(self):
        for text, error in (("hello", "it is no JSON document"),
                            ('{"schema_version": 2, "benc', "bad.json is incomplete or damaged: it ends too early, at line 1, byte"),
                            ('{"schema_version": 2, "environment": {}, "benches": [{"rounds": [{"seconds": "<script>"}]}]}',
                             "benches[0].rounds[0].seconds is no number"),
                            ("[" * 100_000, "nested too deep"), ('{"schema_version": 9}', "this tool reads 1 and 2")):
            self.write_text("bad.json", text)
            self.assertIn(error, self.tool("report", "bad.json", "-o", "bad.html", code=2).stderr)
            self.assertFalse(os.path.exists(os.path.join(self.folder, "bad.html")))
        self.assertIn("option -o FILE is missing", self.tool("report", "bad.json", code=2).stderr)


if __name__ == "__main__":
    # The browser and its server talk in a network namespace of their own.
    if os.geteuid() == 0 and "XDP_BENCH_OWN_NETWORK" not in os.environ:
        os.environ["XDP_BENCH_OWN_NETWORK"] = "1"
        os.execvp("unshare", ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$0" -B "$1"', sys.executable, __file__])
    if BROWSER is None:
        print("there is no chromium (sudo scripts/setup browser): the tests that show pages are skipped")
    main()
