#!/usr/bin/env python3
"""What launch/guides/formats.md says of closed results, computed from the corpus and vocabulary.txt alone, for a corpus of ASCII whose
words have one space between them and a data set made with --tokenizer=whitespace, with or without --lowercase.

closed_results.py CORPUS VOCABULARY 0|1: prints the bits of spelling and of restoration; 1 for --lowercase."""
import math, sys
from collections import Counter, defaultdict

def spelling_model(words):
    """-log2 P(word), bytes and the end given up to five symbols before, the begin of the word being one."""
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
    """The bits of symbols of so many kinds, each by the counts of those before."""
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
