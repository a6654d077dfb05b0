# Prints the results of launch/ladder as an HTML page with a plot: closed bits per byte over the processor time of training
# in seconds, on a logarithmic axis. Input lines: model, perplexity, closed bits per byte, processor seconds, bytes.
function log10(x) { return log(x) / log(10) }
function plot_x(seconds) { return left + (log10(seconds) - first_decade) / decades * (right - left) }
function plot_y(bits) { return top + (highest - bits) / (highest - lowest) * (bottom - top) }

{
  rung[NR] = $1; perplexity[NR] = $2; bits[NR] = $3; seconds[NR] = $4 < 0.1 ? 0.1 : $4; bytes[NR] = $5
  if (NR == 1 || bits[NR] < lowest) lowest = bits[NR]
  if (NR == 1 || bits[NR] > highest) highest = bits[NR]
  if (NR == 1 || seconds[NR] < shortest) shortest = seconds[NR]
  if (NR == 1 || seconds[NR] > longest) longest = seconds[NR]
}

END {
  if (NR == 0) exit
  left = 60; right = 700; top = 20; bottom = 420; width = 820; height = 470; step = 0.1
  lowest = (int(lowest / step) - 1) * step
  highest = (int(highest / step) + 1) * step
  first_decade = int(log10(shortest) + 10) - 10
  decades = int(log10(longest) + 11) - 10 - first_decade

  print "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">"
  print "<meta name=\"viewport\" content=\"width=device-width\">\n<title>A ladder of language models</title>\n<style>"
  print ":root { color-scheme: light dark; --ink: #1b1b1f; --paper: #ffffff; --faint: #d8d8de; --mark: #0a6cbd; }"
  print "@media (prefers-color-scheme: dark) {"
  print "  :root { --ink: #e6e6ea; --paper: #17171a; --faint: #3a3a42; --mark: #6cb8ff; } }"
  print "body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);"
  print "  max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }"
  print "svg { width: 100%; height: auto; } text { font-size: 14px; fill: var(--ink); }"
  print "table { border-collapse: collapse; width: 100%; }"
  print "th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid var(--faint); }"
  print "th:first-child, td:first-child { text-align: left; }\n</style>\n</head>\n<body>"
  print "<h1>A ladder of language models</h1>"
  print "<p>Closed bits per byte of the test split, over the processor seconds that training took: lower is better, left is cheaper.</p>"

  printf "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"closed bits per byte over seconds of training\">\n", width, height
  for (b = lowest; b < highest + step / 2; b += step) {
    printf "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"var(--faint)\"/>", left, right, plot_y(b), plot_y(b)
    printf "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.1f</text>\n", left - 8, plot_y(b) + 5, b
  }
  for (d = 0; d <= decades; ++d) {
    x = plot_x(10 ^ (first_decade + d))
    printf "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"var(--faint)\"/>", x, x, top, bottom
    printf "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%g s</text>\n", x, bottom + 20, 10 ^ (first_decade + d)
  }
  # Names are to the right of the plot, one below the other. A line connects each name with its mark.
  for (i = 1; i <= NR; ++i) order[i] = i
  for (i = 2; i <= NR; ++i)
    for (j = i; j > 1 && bits[order[j]] > bits[order[j - 1]]; --j) {
      swap = order[j]; order[j] = order[j - 1]; order[j - 1] = swap
    }
  below = -18
  for (i = 1; i <= NR; ++i) {
    r = order[i]; x = plot_x(seconds[r]); y = plot_y(bits[r])
    name_y = y < below + 18 ? below + 18 : y
    below = name_y
    printf "<path d=\"M%.1f %.1fL%d %.1f\" stroke=\"var(--mark)\" opacity=\".4\"/>", x, y, right + 12, name_y
    printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"var(--mark)\"/>", x, y
    printf "<text x=\"%d\" y=\"%.1f\">%s</text>\n", right + 16, name_y + 5, rung[r]
  }
  print "</svg>\n<table>\n<tr><th>Model</th><th>Perplexity</th><th>Closed bits per byte</th><th>Training, processor seconds</th><th>Size, MB</th></tr>"
  for (i = 1; i <= NR; ++i)
    printf "<tr><td>%s</td><td>%.1f</td><td>%.3f</td><td>%.1f</td><td>%.1f</td></tr>\n", \
      rung[i], perplexity[i], bits[i], seconds[i], bytes[i] / 1e6
  print "</table>\n</body>\n</html>"
}
