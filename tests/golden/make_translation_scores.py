#!/usr/bin/env python3
"""Makes translation_scores.txt with sacreBLEU: pip install sacrebleu==2.6.0

Each case is a block: a line "case NAME", pairs of lines ("T" translation, "R" reference), then the scores
"13a", "zh", "char" (BLEU with this tokenization) and "chrf". The scores with "-lc" are those of the lines in
lower case. White space other than a space is written as a Python escape.
"""

import random
import sys

from sacrebleu.metrics import BLEU, CHRF

WORDS = """the a of to and in boat harbour river child reads writes slowly 3 4.5 1,000 10-12 U.S. e.g.
it's don't "quoted" (aside) well-known half/half a&b x=y 50% $7.20 #tag @home [1] {2} ~ ^ ... ,. -5 5-
&quot; &amp;lt; <skipped> naïve Ärger façade straße ζεῦγος мир 北京 我愛你 ですか 한국어 ①② ☀ ﬁn １２ ．。、 𠀀 🙂
"""
# Letters with special rules for lower case: capital sigma within and at the end of a word, capital dotted I, letters with
# two parts, symbols that are letters.
CASED = """The HARBOUR McDonald İstanbul DİYARBAKIR ΟΔΥΣΣΕΥΣ ΣΑΣ Σ ΑΣ' ΑΣ'Β ΛΟΓΟΣ. ΑΣ́ ΜΆΪΟΣ Straße ẞ Ǆ ǅ Å K Ω МИР ﬀ ⅠⅡ Ⓐ Ԑ ꙁ Ა Ꭰ
ΑΣ-ΒΣ 3Σ Σ3 A.Σ A.Σ.B"""
SPACES = [" "] * 12 + ["  ", "\t", "\u00a0", "\u2003", "\u3000", ""]


def sentence(generator, words, longest):
    text = ""
    for _ in range(generator.randint(0, longest)):
        text += generator.choice(words) + generator.choice(SPACES)
    return text.rstrip(" ")


def noisy(generator, reference):
    """Returns the reference with some parts left out, doubled or exchanged."""
    pieces = reference.split(" ")
    for _ in range(generator.randint(0, 4)):
        i = generator.randrange(len(pieces))
        j = generator.randrange(len(pieces))
        change = generator.randrange(3)
        if change == 0:
            pieces[i], pieces[j] = pieces[j], pieces[i]
        elif change == 1 and len(pieces) > 1:
            del pieces[i]
        else:
            pieces.insert(i, pieces[j])
    return " ".join(pieces).rstrip(" ")


def escaped(text):
    return "".join(c if c == " " or not c.isspace() else f"\\u{ord(c):04x}" for c in text)


def write_case(name, pairs):
    print(f"case {name}")
    for translation, reference in pairs:
        print(f"T{escaped(translation)}\nR{escaped(reference)}")
    translations = [translation for translation, _ in pairs]
    references = [[reference for _, reference in pairs]]
    for lowercase, suffix in [(False, ""), (True, "-lc")]:
        for tokenize in ["13a", "zh", "char"]:
            bleu = BLEU(tokenize=tokenize, lowercase=lowercase, force=True)
            print(f"{tokenize}{suffix} {bleu.corpus_score(translations, references).score!r}")
        chrf = CHRF(lowercase=lowercase)
        print(f"chrf{suffix} {chrf.corpus_score(translations, references).score!r}")


def main():
    generator = random.Random(2002)
    words = WORDS.split()
    write_case("equal", [("The boat, 4.5 m long.", "The boat, 4.5 m long.")])
    write_case("nothing-in-common", [("xx yy zz ww", "the boat is here")])
    write_case("too-short", [("the boat", "the boat")])
    write_case("empty-translation", [("", "the boat"), ("a river runs by", "a river runs by")])
    write_case("empty-reference", [("the boat", ""), ("a river runs by", "a river runs by")])
    write_case("one-order-missing", [("the boat of the river", "the boat on a river of the town")])
    for i in range(24):
        pairs = []
        for _ in range(generator.randint(1, 12)):
            reference = sentence(generator, words, 25)
            other = generator.random() < 0.15
            translation = sentence(generator, words, 25) if other else noisy(generator, reference)
            pairs.append((translation, reference))
        write_case(f"random-{i}", pairs)
    cased = CASED.split()
    for i in range(12):
        pairs = []
        for _ in range(generator.randint(1, 8)):
            reference = sentence(generator, words + 3 * cased, 20)
            translation = noisy(generator, reference)
            pairs.append((generator.choice([str.lower, str.upper, str])(translation), reference))
        write_case(f"cased-{i}", pairs)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    main()
