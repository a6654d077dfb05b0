#!/usr/bin/env python3
"""Makes label_metrics.txt with seqeval and scikit-learn: pip install seqeval==1.2.2 scikit-learn==1.9.1

    make_label_metrics.py [CORPORA [LABEL_SETS]]      prints to standard output; default: 4 12

A line "entities SCHEME KIND" starts a corpus of tagged sentences, well-formed or not. Lines "G" have
reference tags, lines "P" predicted tags. Then follow, for each type, a line "conlleval TYPE FOUND PRESENT
CORRECT" and a line "strict ...". The first has the counts by the rules of conlleval.py, which are written
out below, and of the default mode of seqeval; the second those of seqeval with mode='strict'. Tags of
BILOU and BMES are first converted to IOBES. Tags without a type have the type _.

A line "labels" starts a classification task and lists the labels of train. Then follow a line "pairs" with
references and predictions, "macro_f1", "accuracy", "mean_absolute_error" (for numbers), a line "label NAME
PRECISION RECALL F1 PRESENT" for each label that occurs, and a line "confusion REFERENCE PREDICTION COUNT"
for each count that is not 0.
"""

import random
import sys
import warnings

from seqeval.metrics.sequence_labeling import get_entities
from seqeval.scheme import BILOU, IOB1, IOB2, IOBES, IOE1, IOE2, Entities
from sklearn.metrics import (accuracy_score, confusion_matrix, f1_score, mean_absolute_error,
                             precision_recall_fscore_support)

warnings.filterwarnings("ignore")

# Letters of the tags of an entity of one word, and of the first, inner and last words of longer ones.
SCHEMES = {
    "iob1": ("I", "I", "I", "I"),
    "iob2": ("B", "B", "I", "I"),
    "ioe1": ("I", "I", "I", "I"),
    "ioe2": ("E", "I", "I", "E"),
    "iobes": ("S", "B", "I", "E"),
    "bilou": ("U", "B", "I", "L"),
    "bmes": ("S", "B", "M", "E"),
}
LETTERS = {"iob1": "BI", "iob2": "BI", "ioe1": "IE", "ioe2": "IE", "iobes": "BIES", "bilou": "BILU", "bmes": "BMES"}
STRICT = {"iob1": IOB1, "iob2": IOB2, "ioe1": IOE1, "ioe2": IOE2, "iobes": IOBES, "bilou": BILOU, "bmes": IOBES}
AS_IOBES = {"bilou": {"L": "E", "U": "S"}, "bmes": {"M": "I"}}


def draw_entities(generator, length, types):
    """Returns random segments of a sentence: (begin, end, type). Some are adjacent."""
    entities, at = [], 0
    while at < length:
        if generator.random() < 0.45:
            at += 1
            continue
        end = min(length, at + generator.choice([1, 1, 2, 3, 4]))
        entities.append((at, end, generator.choice(types)))
        at = end
    return entities


def tags_of(scheme, length, entities):
    single, first, inner, last = SCHEMES[scheme]
    tags = ["O"] * length
    for i, (begin, end, kind) in enumerate(entities):
        letters = [single] if end == begin + 1 else [first] + [inner] * (end - begin - 2) + [last]
        joins = any(e == begin and k == kind for _, e, k in entities[:i])
        joined = any(b == end and k == kind for b, _, k in entities[i + 1:])
        if scheme == "iob1" and joins:
            letters[0] = "B"
        if scheme == "ioe1" and joined:
            letters[-1] = "E"
        for place, letter in enumerate(letters):
            tags[begin + place] = letter + ("-" + kind if kind else "")
    return tags


def noise(generator, scheme, length, types):
    """Returns random tags."""
    return ["O" if generator.random() < 0.25 else generator.choice(LETTERS[scheme]) + ("-" + kind if kind else "")
            for kind in generator.choices(types, k=length)]


def conlleval(tags):
    """Returns the entities by the rules of conlleval, extended by E and S: (type, begin, end)."""
    found, begin, before, kind_before = set(), None, "O", ""
    for i, tag in enumerate(tags + ["O"]):
        letter, _, kind = tag.partition("-")
        other = kind != kind_before
        ends = begin is not None and (
            letter in "BSO" or before in "ES" or other)
        if ends:
            found.add((kind_before, begin, i))
            begin = None
        if letter != "O" and (letter in "BS" or before in "OES" or other):
            begin = i
        before, kind_before = letter, kind
    return found


def seqeval_default(tags):
    return {("" if kind == "_" else kind, begin, end + 1) for kind, begin, end in get_entities(list(tags))}


def seqeval_strict(scheme, tags):
    entities = Entities([list(tags)], STRICT[scheme]).entities[0]
    return {("" if e.tag == "_" else e.tag, e.start, e.end) for e in entities}


def mapped(scheme, tags):
    letters = AS_IOBES.get(scheme, {})
    return [letters.get(tag[0], tag[0]) + tag[1:] for tag in tags]


def print_counts(name, sentences):
    counts = {}
    for i, (reference, predicted) in enumerate(sentences):
        for entities, place in ((predicted, 0), (reference, 1), (predicted & reference, 2)):
            for kind, _, _ in entities:
                counts.setdefault(kind, [0, 0, 0])[place] += 1
    for kind in sorted(counts):
        print(name, kind or "_", *counts[kind])


def make_entities(generator, scheme, well_formed, bare):
    types = [""] if bare else generator.sample(["PER", "LOC", "ORG", "x-y", "時間"], generator.randint(1, 4))
    print("entities", scheme, "well-formed" if well_formed else "malformed")
    by_rules, strict = [], []
    for _ in range(generator.randint(2, 5)):
        length = generator.randint(1, 12)
        reference = draw_entities(generator, length, types)
        predicted = [e for e in reference if generator.random() < 0.7] if generator.random() < 0.7 else \
            draw_entities(generator, length, types)
        tags = [tags_of(scheme, length, entities) for entities in (reference, predicted)]
        if not well_formed:
            tags = [noise(generator, scheme, length, types) if generator.random() < 0.5 else
                    [t if generator.random() < 0.7 else u for t, u in zip(one, noise(generator, scheme, length, types))]
                    for one in tags]
        print("G", *tags[0])
        print("P", *tags[1])
        as_iobes = [mapped(scheme, one) for one in tags]
        by_rules.append([conlleval(one) for one in as_iobes])
        assert by_rules[-1] == [seqeval_default(one) for one in as_iobes], tags
        # seqeval supports BILOU itself.
        strict.append([seqeval_strict(scheme, one if scheme == "bilou" else other)
                       for one, other in zip(tags, as_iobes)])
        if well_formed and scheme != "ioe1":  # seqeval marks its ioe1 as unfinished
            assert strict[-1] == by_rules[-1] == [{(k, b, e) for b, e, k in one} for one in (reference, predicted)], tags
    print_counts("conlleval", by_rules)
    print_counts("strict", strict)


def make_labels(generator):
    numbers = generator.random() < 0.7
    names = [str(n) for n in generator.sample(range(-3, 14), 8)] + ["2.5", "1e1"] if numbers else \
        ["low", "mid", "high", "n/a", "Ärger", "a,b", "10", "9", "<unseen>x", "z"]
    generator.shuffle(names)
    train = names[:generator.randint(1, 6)]
    others = names[6:6 + generator.randint(0, 4)]
    pairs = [(generator.choice(train + others), generator.choice(train)) for _ in range(generator.randint(1, 40))]
    reference, predicted = [list(column) for column in zip(*pairs)]
    print("labels", *train)
    print("pairs", *[name for pair in pairs for name in pair])
    labels = sorted(set(reference) | set(predicted))
    print("macro_f1", repr(float(f1_score(reference, predicted, average="macro", zero_division=0))))
    print("accuracy", repr(float(accuracy_score(reference, predicted))))
    if numbers:
        print("mean_absolute_error",
              repr(float(mean_absolute_error([float(r) for r in reference], [float(p) for p in predicted]))))
    scores = precision_recall_fscore_support(reference, predicted, labels=labels, zero_division=0)
    for label, precision, recall, f1, present in zip(labels, *scores):
        print("label", label, repr(float(precision)), repr(float(recall)), repr(float(f1)), int(present))
    for label, row in zip(labels, confusion_matrix(reference, predicted, labels=labels)):
        for other, count in zip(labels, row):
            if count:
                print("confusion", label, other, int(count))


def main():
    corpora = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    label_sets = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    generator = random.Random(7)
    for scheme in SCHEMES:
        for well_formed in (True, False):
            for number in range(corpora):
                # A quarter of the corpora have tags without types.
                make_entities(generator, scheme, well_formed, bare=number % 4 == 1)
    for _ in range(label_sets):
        make_labels(generator)


main()
