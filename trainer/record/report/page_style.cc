#include "trainer/record/report/page_style.h"

namespace elman {

// The colors of the series, in light and dark mode, can be distinguished with red-green color
// blindness. Texts on shaded cells keep a contrast above 4.5, because --most limits the shade.
const char kPageHead[] = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
:root { --ink: #1f2328; --soft: #59636e; --paper: #ffffff; --panel: #f5f6f8; --rule: #dfe3e8;
  --edge: rgb(31 35 40 / 30%); --blue: 47 109 179; --orange: 194 87 26; --most: .7;
  --s0: #2f6db3; --s1: #c2571a; --s2: #1b8a72; --s3: #a8458b; --s4: #8a7a12; --s5: #6b7280; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --soft: #9aa4af; --paper: #14171b; --panel: #1d2127; --rule: #333a43;
    --edge: rgb(230 232 235 / 35%); --blue: 110 168 232; --orange: 240 149 90; --most: .5;
    --s0: #6ea8e8; --s1: #f0955a; --s2: #4cc3a7; --s3: #dd8ac4; --s4: #d2bf4a; --s5: #9aa4af; } }
* { box-sizing: border-box; }
.row { display: flex; flex-wrap: wrap; gap: 0 3rem; }
.row > * { flex: 0 1 auto; min-width: 0; max-width: 100%; } .row > .grow { flex: 1 1 26rem; }
.row > section { min-width: min(100%, 22rem); } .row section > p { width: 0; min-width: 100%; } .grow > p:first-child { margin-top: 0; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 110rem; margin: 1.5rem auto;
  padding: 0 1rem; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem; }
p { max-width: 60rem; overflow-wrap: anywhere; }
.soft { color: var(--soft); } header .soft { margin: .2rem 0 1rem; }
dl { display: grid; grid-template-columns: fit-content(65%) 1fr; gap: .15rem 1rem; margin: 0 0 1rem;
  max-width: 60rem; }
.numbers, .charts + .scroll { margin-top: 1rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.cards { display: flex; flex-wrap: wrap; gap: .8rem; }
.card { background: var(--panel); border-radius: .5rem; padding: .6rem 1rem; }
.key, .card, .bar i, mark, td, .tokens span { print-color-adjust: exact; }
.card b { display: block; font-size: 1.3rem; font-weight: 600; }
.card span { color: var(--soft); font-size: .85rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr));
  gap: 1.2rem; align-items: end; }
.samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 34rem), 1fr));
  gap: 0 2rem; align-items: start; }
figure { margin: 0; min-width: 0; } figcaption { font-weight: 600; margin-bottom: .3rem; }
.plot { display: block; width: 100%; height: 17rem; overflow: visible; background: var(--panel);
  border-radius: .5rem; padding: 1.8rem 1rem 2.6rem 4.2rem; }
.plot text { font-size: 12px; fill: var(--soft); } .plot .grid { stroke: var(--rule); }
.plot line.best { stroke: var(--ink); stroke-dasharray: 4 3; } .plot text.best { fill: var(--ink); }
polyline { fill: none; stroke-width: 1.8; stroke: var(--c); vector-effect: non-scaling-stroke; }
circle, polygon, .heat { fill: var(--c); } .heat { shape-rendering: crispEdges; }
.key, .note { font-weight: 400; font-size: .85rem; margin-left: .8rem; white-space: nowrap; }
.note { color: var(--soft); }
.key::before { content: ""; display: inline-block; width: .7em; height: .7em; margin-right: .35em;
  border-radius: 2px; background: var(--c); }
.s0 { --c: var(--s0); } .s1 { --c: var(--s1); } .s2 { --c: var(--s2); }
.s3 { --c: var(--s3); } .s4 { --c: var(--s4); } .s5 { --c: var(--s5); }
.scroll { overflow-x: auto; scrollbar-width: thin; scrollbar-color: var(--soft) var(--rule);
  margin-bottom: 1rem; padding-bottom: .4rem; background:
  linear-gradient(to right, var(--paper) 40%, transparent) left / 2rem calc(100% + 2px) no-repeat local,
  linear-gradient(to left, var(--paper) 40%, transparent) right / 2rem calc(100% + 2px) no-repeat local,
  linear-gradient(to right, var(--edge), transparent) left / .8rem 100% no-repeat scroll,
  linear-gradient(to left, var(--edge), transparent) right / .8rem 100% no-repeat scroll; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: .15rem .8rem .15rem 0; text-align: right; border-bottom: 1px solid var(--rule);
  vertical-align: top; white-space: nowrap; }
th { color: var(--soft); font-weight: 500; }
th[scope="col"] { white-space: normal; vertical-align: bottom; max-width: 8rem; }
td.text, th.text { text-align: start; }
.bars th.text { white-space: normal; overflow-wrap: anywhere; max-width: 24rem; min-width: 3.5rem; }
.bars.long th.text { min-width: 9rem; }
@media (max-width: 40rem) { td, th { padding-right: .45rem; } .bar { min-width: 3rem; } }
td.wrap { white-space: pre-wrap; overflow-wrap: anywhere; }
tr.best td, .best th { font-weight: 600; color: var(--ink); }
table.sample { width: 100%; max-width: 60rem; margin-bottom: 1.2rem; table-layout: fixed; }
.sample tr > :first-child { width: 6.5rem; white-space: normal; }
.tagged span, .tagged mark { display: inline-block; max-width: 100%; }
.sample tr.best td { font-weight: 400; }
mark { color: inherit; background: rgb(var(--orange) / 40%); border-radius: 2px; }
.matrix td { min-width: 2rem; padding: .15rem .25rem; text-align: center;
  border: 1px solid var(--paper); font-size: .8rem; }
.matrix th { padding: .15rem .5rem .15rem 0; border: 0; vertical-align: bottom; color: var(--ink); }
.matrix th[scope="col"] { text-align: center; white-space: pre; max-width: none; }
.upright th[scope="col"] span { writing-mode: vertical-rl; text-orientation: sideways;
  transform: rotate(180deg); unicode-bidi: isolate; }
.matrix th:first-child { position: sticky; left: 0; background: var(--paper); }
.bar { width: 12rem; min-width: 5rem; }
.bar i { display: block; height: .8em; margin-top: .35em; min-width: 1px; border-radius: 2px;
  background: var(--s0); }
[class^="q"] { background: rgb(var(--shade) / calc(var(--most) * var(--q))); }
.matrix { --shade: var(--blue); } .tokens, .matrix .off { --shade: var(--orange); }
.q0 { --q: 0; } .q1 { --q: .125; } .q2 { --q: .25; } .q3 { --q: .375; } .q4 { --q: .5; }
.q5 { --q: .625; } .q6 { --q: .75; } .q7 { --q: .875; } .q8 { --q: 1; }
.tokens { white-space: pre-wrap; line-height: 1.8; } .tokens span { padding: .15em 0; }
pre { background: var(--panel); border-radius: .5rem; padding: .8rem 1rem; font-size: .85rem;
  white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0; max-width: 60rem; }
pre.command { user-select: all; }
h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
.words td.text { white-space: normal; } .words .text + .text { padding-left: .8rem; }
.words small { color: var(--soft); }
summary { cursor: pointer; font-size: 1.15rem; font-weight: 600; margin: 2.2rem 0 .5rem; }
@media print {
  :root { color-scheme: light; } body { margin: 0; max-width: none; font-size: 12px; }
  h2, h3, figcaption, summary { break-after: avoid; }
  figure, tr, .card, .sample, pre { break-inside: avoid; }
  .scroll { overflow: visible; background: none; } td, th { padding-right: .5rem; }
  .charts { grid-template-columns: 1fr 1fr; } .plot { height: 13rem; }
}
</style>
)html";

}  // namespace elman
