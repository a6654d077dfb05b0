# Prints the results of launch/ladder as a Markdown table. Input lines: model, perplexity, closed bits per byte, processor
# seconds, bytes.
BEGIN {
  print "| Model | Perplexity | Closed bits per byte | Training, processor seconds | Size, MB |"
  print "|---|---|---|---|---|"
}
{ printf "| %s | %.1f | %.3f | %.1f | %.1f |\n", $1, $2, $3, $4, $5 / 1e6 }
