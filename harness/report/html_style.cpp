#include "report/html_style.h"

namespace xdpbench::report {

// The colours of series are those of Okabe and Ito ("Color Universal Design", 2008), which people
// with any colour vision can tell apart; on a dark ground they are lighter. Each has a marker of
// its own as well.
std::string_view html_style() {
    return R"css(:root { color-scheme: light dark; --ground: #fff; --card: #fff; --ink: #1c2024; --dim: #5b6570; --line: #d8dde3;
  --grid: #e9ecf0; --code: #f4f6f8; --good: #00704f; --bad: #b83a00; --maybe: #7a5b00; --grey: #9aa3ad;
  --s0: #0072b2; --s1: #d55e00; --s2: #009e73; --s3: #a8548a; --s4: #8a6d00; --s5: #3c9dd0; --band: #00704f22; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --card: #1a1e22; --ink: #e4e8ec; --dim: #9aa5b0; --line: #343b42;
  --grid: #2a3036; --code: #22272c; --good: #4cc79b; --bad: #ff8a4c; --maybe: #e6b93c; --grey: #68727c;
  --s0: #56b4e9; --s1: #f08a3c; --s2: #2fc795; --s3: #dc92bf; --s4: #f0e442; --s5: #8fa8ff; --band: #4cc79b2a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 24px 20px 48px; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 36px 0 12px; padding-bottom: 4px; border-bottom: 1px solid var(--line); }
h3 { font-size: 15px; margin: 20px 0 8px; }
p { margin: 8px 0; }
a { color: var(--s0); }
code, pre { font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
code { overflow-wrap: anywhere; }
pre { background: var(--code); padding: 10px 12px; margin: 8px 0; white-space: pre-wrap; overflow-wrap: anywhere; border-radius: 4px; }
.dim, .note { color: var(--dim); }
.note { font-size: 13px; margin: 6px 0 0; }
.verdict { border-left: 5px solid var(--grey); padding: 6px 14px; margin: 16px 0; font-size: 17px; }
.verdict.passed { border-color: var(--good); }
.verdict.failed { border-color: var(--bad); }
.verdict.invalid, .verdict.error { border-color: var(--maybe); }
.o-passed, .o-same, .o-faster { color: var(--good); }
.o-failed, .o-slower { color: var(--bad); font-weight: 600; }
.o-invalid, .o-error, .o-inconclusive { color: var(--maybe); font-weight: 600; }
.o-skipped { color: var(--dim); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; margin: 4px 0; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 4px 18px 4px 0; border-bottom: 1px solid var(--grid); }
th { color: var(--dim); font-weight: 600; white-space: nowrap; }
th.n, td.n { text-align: right; white-space: nowrap; }
td.values { min-width: 360px; color: var(--dim); }
td.wrap { min-width: 220px; overflow-wrap: anywhere; white-space: pre-wrap; }
td .dim { display: block; font-size: 12px; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 2px 20px; margin: 8px 0; font-size: 14px; }
dl.facts dt { color: var(--dim); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
details { margin: 8px 0 0; }
summary { cursor: pointer; color: var(--dim); font-size: 13px; }
.figures { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 18px; align-items: start; }
figure { margin: 0; padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 6px; min-width: 0; }
figure.wide { grid-column: 1 / -1; }
figcaption { font-weight: 600; margin-bottom: 4px; overflow-wrap: anywhere; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 0 0 4px; padding: 0; font-size: 13px; color: var(--dim); }
.legend i { display: inline-block; width: 12px; height: 12px; margin-right: 6px; vertical-align: -1px; border-radius: 2px; background: currentColor; }
.legend i.ring { background: none; border: 2px solid var(--grey); border-radius: 50%; }
.legend i.dash { height: 0; border-top: 2px dashed var(--grey); border-radius: 0; background: none; vertical-align: 3px; }
svg { display: block; width: 100%; height: auto; max-width: 640px; }
figure.wide svg { max-width: none; }
svg text { fill: var(--ink); font: 13px system-ui, "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; }
svg .tick { fill: var(--dim); font-size: 12px; }
svg .grid { stroke: var(--grid); stroke-width: 1; fill: none; }
svg .axis { stroke: var(--grey); stroke-width: 1; fill: none; }
svg .whisker { stroke: var(--ink); stroke-width: 1.5; fill: none; }
svg .line { fill: none; stroke-width: 2; stroke: currentColor; stroke-linejoin: round; }
svg .thin { fill: none; stroke-width: 1.5; stroke: currentColor; }
svg .dash { stroke-dasharray: 5 4; }
svg .mark { fill: currentColor; stroke: var(--card); stroke-width: 1; }
svg .dots { fill: none; stroke: currentColor; stroke-width: 3.6; stroke-linecap: round; opacity: .55; }
svg .ring { fill: none; stroke: currentColor; stroke-width: 1; }
svg .area { fill: currentColor; opacity: .3; }
svg .band { fill: var(--band); }
svg .bar { fill: currentColor; }
.s0 { color: var(--s0); } .s1 { color: var(--s1); } .s2 { color: var(--s2); }
.s3 { color: var(--s3); } .s4 { color: var(--s4); } .s5 { color: var(--s5); } .grey { color: var(--grey); }
article + article { margin-top: 56px; padding-top: 24px; border-top: 3px solid var(--line); }
.hex { margin-top: 10px; display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px; }
.hex mark { background: none; color: var(--bad); font-weight: 700; text-decoration: underline; }
.error { color: var(--bad); }
nav ul { display: flex; flex-wrap: wrap; gap: 2px 18px; list-style: none; padding: 0; margin: 8px 0; font-size: 14px; }
@media (max-width: 760px) { main { padding: 16px 12px 32px; } .figures, .hex { grid-template-columns: minmax(0, 1fr); }
  figure { padding: 12px 10px; } svg text { font-size: 16px; } svg .tick { font-size: 15px; } dl.facts { grid-template-columns: 1fr; gap: 0; }
  dl.facts dd { margin-bottom: 6px; } }
@media print { :root { color-scheme: light; } body { font-size: 11px; } main { max-width: none; padding: 0; }
  figure, tr { break-inside: avoid; } h2 { break-after: avoid; } .scroll, pre { overflow: visible; white-space: pre-wrap; }
  details::details-content { content-visibility: visible; display: block; } }
)css";
}

}  // namespace xdpbench::report
