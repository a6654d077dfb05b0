#include "trainer/eval/inspection/split_description.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "data/shards/length_histogram.h"

namespace elman {
namespace {

// Formats a bar of up to `width` characters with a resolution of 1/8 character.
std::string Bar(uint64_t count, uint64_t most, int width) {
  const char* const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto length = static_cast<uint64_t>(8.0 * width * static_cast<double>(count) /
                                            static_cast<double>(std::max<uint64_t>(most, 1)));
  std::string bar;
  for (uint64_t i = 0; i < length / 8; ++i) bar += "█";
  return bar + eighths[length % 8];
}

std::string OnInvalidName(const PreprocessSpec& spec) {
  return absl::AsciiStrToLower(PreprocessSpec::OnInvalid_Name(spec.on_invalid()));
}

std::string OnLongName(const PreprocessSpec& spec) {
  return absl::AsciiStrToLower(PreprocessSpec::OnLong_Name(spec.on_long()));
}

// Returns the greatest length that the bins can represent.
uint64_t Longest(const LengthCounts& counts) { return FirstLengthOfBin(counts.size()) - 1; }

}  // namespace

double UnknownRate(const FieldEntry& field, const TextCounts& counts) {
  const bool labels = field.tokenizer().kind() == TokenizerSpec::LABEL;
  const uint64_t all = labels ? counts.words() : counts.tokens();
  return all == 0 ? 0.0 : static_cast<double>(counts.unknown()) / static_cast<double>(all);
}

std::string LengthsText(const FieldStatistics& statistics) {
  constexpr int kWidth = 40;
  const LengthCounts& counts = statistics.length_counts();
  if (counts.empty()) return "none\n";
  std::vector<uint64_t> octaves;
  for (int bin = 0; bin < counts.size(); ++bin) {
    const auto octave = static_cast<size_t>(std::bit_width(FirstLengthOfBin(bin))) - 1;
    octaves.resize(std::max(octaves.size(), octave + 1));
    octaves[octave] += counts.Get(bin);
  }
  const uint64_t most = *std::ranges::max_element(octaves);
  std::string text =
      absl::StrFormat("%d to %d ids, median %d, 95 %% have at most %d\n", LengthQuantile(counts, 0),
                      Longest(counts), LengthQuantile(counts, 0.5), LengthQuantile(counts, 0.95));
  for (size_t octave = 0; octave < octaves.size(); ++octave) {
    if (octaves[octave] == 0) continue;
    const uint64_t first = uint64_t{1} << octave;
    const std::string range =
        octave == 0 ? "1" : absl::StrCat(first, "-", std::min(2 * first - 1, Longest(counts)));
    absl::StrAppendFormat(&text, "    %15s %12d %s\n", range, octaves[octave],
                          Bar(octaves[octave], most, kWidth));
  }
  return text;
}

std::string UnknownWordsText(const FieldStatistics& statistics) {
  if (statistics.unknown_words().empty()) return "";
  const std::string words =
      absl::StrJoin(statistics.unknown_words(), ", ", [](std::string* out, const auto& word) {
        absl::StrAppend(out, "'", absl::Utf8SafeCHexEscape(word.text()), "' ", word.count());
      });
  return absl::StrCat(statistics.unknown_types(), " types",
                      statistics.unknown_sampled() ? " or so" : "", ": ", words,
                      statistics.unknown_types() > statistics.unknown_words_size() ? ", ..." : "");
}

void AddStatisticsJson(const FieldEntry& field, const TextCounts& counts,
                       const FieldStatistics& statistics, JsonObject* json) {
  const LengthCounts& lengths = statistics.length_counts();
  JsonObject described;
  described.Add("least", LengthQuantile(lengths, 0))
      .Add("median", LengthQuantile(lengths, 0.5))
      .Add("most_of_95_percent", LengthQuantile(lengths, 0.95))
      .Add("most", lengths.empty() ? uint64_t{0} : Longest(lengths));
  int bin = 0;
  described.AddJson("counts", JsonArray(lengths, [&bin](uint64_t count) {
                      return absl::StrCat("[", FirstLengthOfBin(bin++), ", ", count, "]");
                    }));
  json->Add("unknown_rate", UnknownRate(field, counts)).Add("lengths", described);
  if (field.tokenizer().kind() == TokenizerSpec::LABEL) return;
  const auto word_json = [](const FieldStatistics::Word& word) {
    return JsonObject().Add("text", word.text()).Add("count", uint64_t{word.count()}).ToString();
  };
  json->Add("unknown_types", uint64_t{statistics.unknown_types()})
      .AddJson("unknown_words", JsonArray(statistics.unknown_words(), word_json));
}

std::string SourceText(const SourceEntry& source) {
  return absl::StrFormat("%s, %d bytes, XXH3-128 %s", absl::Utf8SafeCHexEscape(source.name()),
                         source.bytes(), source.xxh3());
}

void AddSourcesJson(const SplitEntry& split, JsonObject* json) {
  const auto source_json = [](const SourceEntry& source) {
    return JsonObject()
        .Add("name", source.name())
        .Add("bytes", uint64_t{source.bytes()})
        .Add("xxh3", source.xxh3())
        .ToString();
  };
  JsonObject overlaps;
  for (const OverlapEntry& overlap : split.overlaps())
    overlaps.Add(overlap.split(), uint64_t{overlap.examples()});
  json->AddJson("sources", JsonArray(split.sources(), source_json))
      .Add("examples_also_in", overlaps);
  if (split.long_examples() > 0) json->Add("long_examples", uint64_t{split.long_examples()});
}

std::string PreprocessText(const PreprocessSpec& spec) {
  std::string text = absl::StrCat("elman ", spec.elman_version());
  for (const PreprocessSpec::Library& library : spec.libraries())
    absl::StrAppend(&text, ", ", library.name(), " ", library.version());
  absl::StrAppend(&text, ", --on_invalid=", OnInvalidName(spec));
  if (spec.max_length() > 0)
    absl::StrAppend(&text, ", --max_length=", spec.max_length(), ", --on_long=", OnLongName(spec));
  if (!spec.split_weights().empty())
    absl::StrAppend(&text, ", --split=", absl::StrJoin(spec.split_weights(), ","));
  if (spec.window() > 0) absl::StrAppend(&text, ", --window=", spec.window());
  return absl::StrCat(text, ", --shard_tokens=", spec.shard_tokens());
}

JsonObject PreprocessJson(const PreprocessSpec& spec) {
  JsonObject libraries, json;
  for (const PreprocessSpec::Library& library : spec.libraries())
    libraries.Add(library.name(), library.version());
  json.Add("elman_version", spec.elman_version())
      .Add("libraries", libraries)
      .Add("on_invalid", OnInvalidName(spec))
      .AddJson("split_weights",
               JsonArray(spec.split_weights(), [](auto weight) { return absl::StrCat(weight); }))
      .Add("shard_tokens", uint64_t{spec.shard_tokens()});
  if (spec.max_length() > 0)
    json.Add("max_length", uint64_t{spec.max_length()}).Add("on_long", OnLongName(spec));
  if (spec.window() > 0) json.Add("window", uint64_t{spec.window()});
  return json;
}

}  // namespace elman
