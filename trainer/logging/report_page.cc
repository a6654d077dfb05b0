#include "trainer/logging/report_page.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "data/io/file.h"

namespace elman {
namespace {

// The page's own script draws: the page holds the figures themselves, for whoever wants to look
// further.
constexpr char kHead[] = R"html(<!doctype html>
<meta charset="utf-8">
<style>
 body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #222; }
 svg { width: 100%; height: 18em; background: #fafafa; border: 1px solid #ddd; }
 pre { background: #f4f4f4; padding: 1em; overflow: auto; }
 table { border-collapse: collapse; } td, th { padding: .1em .8em; text-align: right; border-bottom: 1px solid #ddd; }
 .train { stroke: #4878a8; fill: none; } .valid { stroke: #c0392b; fill: #c0392b; } text { font-size: 11px; fill: #555; }
</style>
)html";

constexpr char kScript[] = R"html(
<script>
const of = kind => lines.filter(l => l.kind === kind);
function plot(id, series, log) {
  const svg = document.getElementById(id), w = 900, h = 290, left = 60, bottom = 25;
  svg.setAttribute('viewBox', `0 0 ${w} ${h}`);
  const all = series.flatMap(s => s.points).filter(p => isFinite(p[1]));
  if (!all.length) return;
  const f = y => log ? Math.log(y) : y;
  const xs = all.map(p => p[0]), ys = all.map(p => f(p[1]));
  const x0 = Math.min(...xs), x1 = Math.max(...xs), y0 = Math.min(...ys), y1 = Math.max(...ys);
  const X = x => left + (w - left - 10) * (x - x0) / (x1 - x0 || 1);
  const Y = y => 10 + (h - bottom - 10) * (y1 - f(y)) / (y1 - y0 || 1);
  let out = '';
  for (let i = 0; i <= 4; ++i) {
    const v = y0 + (y1 - y0) * i / 4, y = log ? Math.exp(v) : v, x = x0 + (x1 - x0) * i / 4;
    out += `<line x1="${left}" x2="${w - 10}" y1="${Y(y)}" y2="${Y(y)}" stroke="#e5e5e5"/>` +
      `<text x="${left - 6}" y="${Y(y) + 4}" text-anchor="end">${+y.toPrecision(4)}</text>` +
      `<text x="${X(x)}" y="${h - 6}" text-anchor="middle">${Math.round(x)}</text>`;
  }
  for (const s of series) {
    out += `<polyline class="${s.name}" fill="none" style="fill:none" points="${s.points.map(p => X(p[0]) + ',' + Y(p[1])).join(' ')}"/>`;
    if (s.name === 'valid') for (const p of s.points) out += `<circle class="valid" cx="${X(p[0])}" cy="${Y(p[1])}" r="3"/>`;
  }
  svg.innerHTML = out;
}
const points = (kind, key) => of(kind).filter(l => l[key] != null).map(l => [l.step, l[key]]);
plot('perplexity', [{name: 'train', points: points('train', 'perplexity')}, {name: 'valid', points: points('valid', 'perplexity')}], true);
plot('speed', [{name: 'train', points: points('train', 'tokens_per_second')}], false);
plot('norm', [{name: 'train', points: points('train', 'gradient_norm')}], true);
document.getElementById('table').innerHTML = '<tr><th>step<th>epoch<th>loss<th>perplexity<th>bits per byte</tr>' +
  of('valid').map(l => `<tr><td>${l.step}<td>${l.epoch}<td>${l.loss.toFixed(4)}<td>${l.perplexity.toFixed(2)}<td>${l.bits_per_byte.toFixed(4)}</tr>`).join('');
</script>
)html";

std::string Escape(const std::string& text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
}

}  // namespace

absl::Status WriteReportPage(const std::string& path, const std::string& title,
                             const std::string& metrics, const std::string& config) {
  std::string lines;
  for (const absl::string_view line : absl::StrSplit(metrics, '\n', absl::SkipEmpty())) {
    // "</" could end the script element from within a string.
    absl::StrAppend(&lines, absl::StrReplaceAll(line, {{"</", "<\\/"}}), ",\n");
  }
  return WriteFile(
      path,
      absl::StrCat(kHead, "<title>", Escape(title), "</title>\n<h1>", Escape(title),
                   "</h1>\n<h2>Perplexity over steps: training (blue), validation (red)</h2>\n"
                   "<svg id=\"perplexity\"></svg>\n<table id=\"table\"></table>\n"
                   "<h2>Tokens per second</h2>\n<svg id=\"speed\"></svg>\n"
                   "<h2>Gradient norm</h2>\n<svg id=\"norm\"></svg>\n<h2>Configuration</h2>\n<pre>",
                   Escape(config), "</pre>\n<script>const lines = [\n", lines, "];</script>",
                   kScript));
}

}  // namespace elman
