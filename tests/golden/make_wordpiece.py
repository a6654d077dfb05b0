#!/usr/bin/env python3
"""Writes wordpiece.txt: the pieces that BertWordPieceTokenizer of Hugging Face gives for lines that are difficult to tokenize.

  pip install tokenizers==0.23.3
  make_wordpiece.py FOLDER > wordpiece.txt      # FOLDER has google_{uncased_en,cased_en,zh}_vocab.txt

A line `model NAME LOWERCASE` starts the results of a vocabulary: the file NAME, or `made`, whose pieces follow. Then follow,
for each line of text, `line TEXT` and `pieces ...`. In TEXT, invisible characters are \\u{HEX}. [UNK] is written <unk>.
"""
import os
import sys
import tempfile
import unicodedata

from tokenizers import BertWordPieceTokenizer

LINES = [
    "The quick brown fox jumps over the lazy dog.",
    "UNAFFABLE unaffable Unaffable",
    "don't can't it's rock'n'roll",
    "Déjà vu, naïve façade, Ångström, coöperate, São Paulo, Dvořák",
    "De\u0301ja\u0300 vu with combining marks, and e\u0301\u0301\u0301 thrice",
    "İstanbul ISTANBUL ıstanbul ŞİŞLİ",
    "straße STRASSE ẞ ﬁne ﬂow ǆ Ǆ",
    "ΣΊΣΥΦΟΣ σίσυφος Ωμέγα ΌΣΟΣ",
    "Привет, мир! Ёлка йод Щука",
    "我来到北京。English和中文mixed在一起",
    "日本語のテキスト、カタカナ、ｶﾀｶﾅ、ひらがな",
    "한국어 텍스트 가각",
    "\u1112\u1161\u11ab\u1100\u1173\u11af jamo",
    "𠀀𠀁 𪜀 豈更 \U0002f800",
    "emoji 😀 👩\u200d👩\u200d👧 🇫🇷 ❤\ufe0f 👍🏽 #\ufe0f\u20e3",
    "zero\u200bwidth\u200cjoin\u200der\u2060word\ufeffbom",
    "soft\u00adhyphen no\u00a0break em\u2003space ideographic\u3000space line\u2028sep para\u2029sep",
    "tab\there vertical\x0btab form\x0cfeed bell\x07 nul\x00 del\x7f esc\x1b[0m next\x85line",
    "carriage\rreturn",
    "replacement \ufffd character a\ufffdb",
    "private \ue000 use a\ue000b \U000f0000",
    "left\u200eto\u200fright \u202ebidi\u202c",
    "  leading and   trailing spaces  ",
    " ",
    "",
    "...!!!??? -- --- — – ‘single’ “double” «guillemets» ¿qué? ¡sí!",
    "a+b=c x^2 ~tilde `code` |pipe| <tag> $5.00 €5,00 £3 50% #hash @at _under_ \\ / {} []",
    "3.14159 1,000,000 1e-9 0x1F ½ ² ① Ⅳ ٣٤ १२",
    "http://www.example.org/path?query=1&other=2#frag user@example.org",
    "U.S.A. e.g. i.e. Ph.D. O'Neill",
    "Supercalifragilisticexpialidocious antidisestablishmentarianism",
    "x" * 100,
    "x" * 101,
    "a" * 99 + "é",
    "é" * 100,
    "é" * 101,
    "ok " + "b" * 150 + " ok",
    "##ing #ing ## #",
    "ing ##s s##",
    "[brackets] [UNKNOWN] <unk> <s> </s> <pad>",
    "क्षत्रिय हिन्दी में",
    "สวัสดีครับ ภาษาไทย",
    "مرحبا بالعالم، كيف الحال؟ مُحَمَّد",
    "שלום עולם בְּרֵאשִׁית",
    "ไม่ אָ \u0301 alone \u0308",
    "z̸̢̛a̵̧͝l̷̨g̶o̴",
    "x\u20dd enclosed 1\u20e3",
    "·middle·dot· ‧ ・ 、。「」『』〜 ～ ！？（）",
    "ª º µ Å K Ω \u212b \u2126",
    "Greek question mark\u037e varia\u1fef tone",
    "αΆά ǰ ᾳ ΐ",
    "Tiếng Việt Nguyễn Đặng Hữu",
    "newyorker new-yorker new yorker new_yorker",
    "mixedCASEWords iPhone McDonald",
]

MADE = list(dict.fromkeys(
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused0]"]
    + list("abcdefghijklmnopqrstuvwxyz0123456789") + ["##" + c for c in "abcdefghijklmnopqrstuvwxyz0123456789"]
    + list("ABCDEFT") + ["##E", "##é", "é", "e\u0301", "##\u0301"]
    + list(".,!?'-#[]<>/_$€。、我来北京") + ["😀", "👩", "##👩", "##👧", "❤", "##\ufe0f", "ß", "σ", "##σ", "##ς", "가", "##각"]
    + ["the", "qu", "##ick", "##ck", "un", "##aff", "##able", "un##", "new", "##york", "##yorker", "yorker", "##er", "jump",
       "##s", "ing", "##ing", "deja", "Dé", "##jà", "naive", "ok", "ᄒ", "##ᅡ", "##ᆫ", "и", "##и", "е", "##е"]
))


def visible(text):
    shown = "".join(
        c if c == " " or (c != "\\" and unicodedata.category(c)[0] not in "CZM") else "\\u{%x}" % ord(c) for c in text)
    inner = shown.strip(" ")
    before = len(shown) - len(shown.lstrip(" ")) if inner else 0
    return "\\u{20}" * before + inner + "\\u{20}" * (len(shown) - len(inner) - before)


def main():
    with tempfile.TemporaryDirectory() as folder:
        made = os.path.join(folder, "made")
        with open(made, "w", encoding="utf-8") as file:
            file.write("\n".join(MADE) + "\n")
        models = [("made", made, True), ("made", made, False)]
        for name, lowercase in (("google_uncased_en", True), ("google_cased_en", False), ("google_zh", True)):
            models.append((name + "_vocab.txt", os.path.join(sys.argv[1], name + "_vocab.txt"), lowercase))
        for name, path, lowercase in models:
            tokenizer = BertWordPieceTokenizer(path, lowercase=lowercase)
            print("model", name, int(lowercase))
            if name == "made":
                print("vocabulary", " ".join(visible(piece) for piece in MADE))
            for line in LINES:
                pieces = tokenizer.encode(line, add_special_tokens=False).tokens
                print(f"line {visible(line)}".rstrip(" "))
                print(" ".join(["pieces"] + ["<unk>" if p == "[UNK]" else visible(p) for p in pieces]))


if __name__ == "__main__":
    main()
