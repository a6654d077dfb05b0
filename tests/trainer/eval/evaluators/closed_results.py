#!/usr/bin/env python3
"""Computes closed results as described in launch/guides/formats.md, from the corpus and vocabulary.txt alone. Requires an ASCII corpus
with single spaces between words, and a data set made with --tokenizer=whitespace, with or without --lowercase.

closed_results.py CORPUS VOCABULARY 0|1: prints the bits of spelling and of restoration; 1: with --lowercase."""
import math, sys
from collections import Counter, defaultdict

def spelling_model(words):
    """Returns the function -log2 P(word). Each byte, and the end, is predicted from up to five symbols before it, including the start of the word."""
    counts = defaultdict(Counter)
    for word in words:
        symbols = ["begin", *word.encode(), "end"]
        for at in range(1, len(symbols)):
            for order in range(min(5, at) + 1):
                counts[tuple(symbols[at - order:at])][symbols[at]] += 1

    def bits(word):
        symbols, total = ["begin", *word.encode(), "end"], 0
        for at in range(1, len(symbols)):
            p = 1 / 257
            for order in range(min(5, at) + 1):
                after = counts.get(tuple(symbols[at - order:at]))
                if after:
                    p = (after[symbols[at]] + len(after) * p) / (sum(after.values()) + len(after))
            total -= math.log2(p)
        return total
    return bits

class Adaptive:
    """The bits of a sequence of symbols of `kinds` kinds, each coded with the counts of the symbols before it."""
    def __init__(self, kinds):
        self.kinds, self.counts, self.bits = kinds, Counter(), 0
    def add(self, kind):
        self.bits += math.log2((sum(self.counts.values()) + self.kinds / 2) / (self.counts[kind] + 0.5))
        self.counts[kind] += 1

def side(character):
    if character is None: return 0
    return 1 if character.isspace() else 3 if character.isalnum() else 2

def closed(corpus, vocabulary, lowercase):
    pieces = [line.split("\t")[0] for line in vocabulary if not line.startswith(("<unk>\t", "</s>\t", "<s>\t", "<pad>\t"))]
    bits_of = spelling_model(pieces[-65536:])
    known, literal, exact, contexts = set(pieces), Adaptive(2), Adaptive(2), defaultdict(lambda: Adaptive(5))
    spelling = 0
    for line in filter(str.strip, corpus):
        line = line.rstrip("\n")
        restored = line.lower() if lowercase else line
        for word in restored.split():
            if word not in known:
                literal.add(word == "<unk>")
                spelling += 0 if word == "<unk>" else bits_of(word)
        exact.add(restored == line)
        if restored != line:
            for at in range(len(line) + 1):
                around = (side(restored[at - 1] if at else None), side(restored[at] if at < len(line) else None))
                contexts[around].add("copy" if at == len(line) or line[at] == restored[at] else "raise")
    return spelling + literal.bits, exact.bits + sum(code.bits for code in contexts.values())

if __name__ == "__main__":
    with open(sys.argv[1], encoding="ascii") as corpus, open(sys.argv[2], encoding="ascii") as vocabulary:
        print(*map(repr, closed(corpus, vocabulary, sys.argv[3] == "1")))
