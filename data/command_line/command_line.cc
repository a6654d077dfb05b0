#include "data/command_line/command_line.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <map>
#include <vector>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "data/format/near_names.h"
#include "data/format/shell_word.h"
#include "data/format/utf8.h"
#include "data/io/file_system.h"

namespace elman {
namespace {

// Abseil reports the file of a flag without leading slashes.
std::string WithoutLeadingSlashes(std::string_view path) {
  const size_t begin = path.find_first_not_of('/');
  return begin == std::string_view::npos ? "" : std::string(path.substr(begin));
}

// The flags of the program itself, in alphabetical order. Flags of libraries are not included.
std::map<std::string, absl::CommandLineFlag*> FlagsOf(std::string_view main_file) {
  const std::string file = WithoutLeadingSlashes(main_file);
  std::map<std::string, absl::CommandLineFlag*> flags;
  for (const auto& [name, flag] : absl::GetAllFlags()) {
    if (!flag->IsRetired() && WithoutLeadingSlashes(flag->Filename()) == file) {
      flags.emplace(std::string(name), flag);
    }
  }
  return flags;
}

std::vector<std::string> NamesOf(const std::map<std::string, absl::CommandLineFlag*>& flags) {
  std::vector<std::string> names;
  for (const auto& entry : flags) names.push_back(entry.first);
  return names;
}

// The flags whose names begin with `name` or, if there are none, have `name` among their words, as
// "--a or --b"; empty if there are none or too many.
std::string NamesWithWord(const std::string& name,
                          const std::map<std::string, absl::CommandLineFlag*>& flags) {
  constexpr size_t kLeastLength = 3, kMostNames = 4;
  std::vector<std::string> prefixed, found;
  for (const auto& entry : flags) {
    const std::string dashed = absl::StrCat("--", entry.first);
    if (entry.first.starts_with(name)) prefixed.push_back(dashed);
    if (absl::StrContains(absl::StrCat("_", entry.first, "_"), absl::StrCat("_", name, "_")))
      found.push_back(dashed);
  }
  if (!prefixed.empty()) found = prefixed;
  return name.size() < kLeastLength || found.size() > kMostNames ? ""
                                                                 : absl::StrJoin(found, " or ");
}

// What other tools call a flag. A line applies to the programs that have the flag; the first that
// applies counts.
struct OtherName {
  std::string_view name, flag;  // `flag` may have a value, as "split=test"
};
constexpr OtherName kOtherNames[] = {
    {"model", "checkpoint"},
    {"model_dir", "checkpoint"},
    {"model_path", "checkpoint"},
    {"run", "checkpoint"},
    {"run_dir", "checkpoint"},
    {"ckpt", "checkpoint"},
    {"checkpoint", "resume"},
    {"ckpt", "resume"},
    {"init", "resume"},
    {"restore", "resume"},
    {"continue", "resume"},
    {"corpus", "train"},
    {"file", "train"},
    {"files", "train"},
    {"in", "train"},
    {"infile", "train"},
    {"input", "train"},
    {"text", "train"},
    {"texts", "train"},
    {"dataset", "data"},
    {"dataset_dir", "data"},
    {"data_dir", "data"},
    {"data_path", "data"},
    {"input", "data"},
    {"out", "output"},
    {"out_dir", "output"},
    {"output_dir", "output"},
    {"output_path", "output"},
    {"save_dir", "output"},
    {"model_dir", "output"},
    {"run_dir", "output"},
    {"log_dir", "output"},
    {"dest", "output"},
    {"o", "output"},
    {"dev", "valid"},
    {"eval", "valid"},
    {"val", "valid"},
    {"validation", "valid"},
    {"min_freq", "min_count"},
    {"min_frequency", "min_count"},
    {"max_len", "max_length"},
    {"length", "max_tokens"},
    {"max_length", "max_tokens"},
    {"max_len", "max_tokens"},
    {"max_new_tokens", "max_tokens"},
    {"num_tokens", "max_tokens"},
    {"n_tokens", "max_tokens"},
    {"beam_size", "beam"},
    {"beams", "beam"},
    {"num_beams", "beam"},
    {"nbest", "n_best"},
    {"batch", "batch_size"},
    {"k", "top_k"},
    {"p", "top_p"},
    {"n", "order"},
    {"ngram", "order"},
    {"type", "kind"},
    {"model", "kind"},
    {"embeddings", "vectors"},
    {"glove", "vectors"},
    {"pretrained", "vectors"},
    {"subset", "split"},
    {"train", "data"},
    {"test", "split=test"},
    {"valid", "split=valid"},
    {"dev", "split=valid"},
};

std::string OtherNameOf(std::string_view name,
                        const std::map<std::string, absl::CommandLineFlag*>& flags) {
  for (const OtherName& other : kOtherNames) {
    const std::string flag(other.flag.substr(0, other.flag.find('=')));
    if (other.name == name && flags.contains(flag)) return std::string(other.flag);
  }
  return "";
}

absl::Status UnknownFlag(const std::string& name, std::string_view value,
                         const std::map<std::string, absl::CommandLineFlag*>& flags,
                         const FlagExplainer& explain) {
  // Short names have neighbors by chance, as "text" and "test".
  constexpr size_t kLeastLength = 5;
  const std::string nearest = NearestName(name, NamesOf(flags));
  const bool typo = !nearest.empty() && name.size() >= kLeastLength &&
                    EditDistance(name, nearest) <= std::max<size_t>(1, MaxEdits(name) / 2);
  std::string text = absl::StrCat("unknown flag --", name);
  std::string meant = OtherNameOf(name, flags);
  if (!meant.empty() && !value.empty() && !absl::StrContains(meant, '='))
    absl::StrAppend(&meant, "=", ShellWord(value));
  if (meant.empty() && typo) meant = nearest;
  if (!meant.empty()) return absl::InvalidArgumentError(text + "; did you mean --" + meant + "?");
  if (const std::string known = explain ? explain(name, value) : ""; !known.empty())
    return absl::InvalidArgumentError(absl::StrCat(text, ": ", known));
  const std::string similar = nearest.empty() ? NamesWithWord(name, flags) : "--" + nearest;
  absl::StrAppend(&text, similar.empty() ? "; --help lists all flags"
                                         : absl::StrCat("; did you mean ", similar, "?"));
  return absl::InvalidArgumentError(text);
}

// The placeholder for the value of a flag whose help text has none.
std::string ValueOf(const absl::CommandLineFlag& flag) {
  if (flag.IsOfType<std::string>() || flag.IsOfType<RepeatedText>()) return "TEXT";
  return flag.IsOfType<double>() || flag.IsOfType<float>() ? "X" : "N";
}

// What a flag accepts, such as "a whole number".
std::string ExpectedBy(const absl::CommandLineFlag& flag) {
  if (flag.IsOfType<bool>()) return "true or false";
  if (flag.IsOfType<double>() || flag.IsOfType<float>()) return "a number";
  const bool any_sign = flag.IsOfType<int32_t>() || flag.IsOfType<int64_t>();
  return any_sign ? "a whole number" : "a whole number, 0 or more";
}

// The error for a value that cannot be parsed. `error`: the text of Abseil or of AbslParseFlag.
absl::Status BadValue(const absl::CommandLineFlag& flag, const std::string& value,
                      const std::string& error) {
  const bool generic = error.empty() || error.starts_with("Illegal value");
  return absl::InvalidArgumentError(absl::StrCat("--", flag.Name(), "=", value, ": ",
                                                 generic ? "expected " + ExpectedBy(flag) : error));
}

// Separates texts. It cannot occur in a command line.
constexpr char kBetweenTexts = '\0';

}  // namespace

bool AbslParseFlag(absl::string_view value, RepeatedText* flag, std::string* /*error*/) {
  flag->texts = absl::StrSplit(value, kBetweenTexts);
  return true;
}

std::string AbslUnparseFlag(const RepeatedText& flag) {
  return absl::StrJoin(flag.texts, absl::string_view(&kBetweenTexts, 1));
}

absl::StatusOr<CommandLine> ParseCommandLine(int argc, char** argv, std::string_view main_file,
                                             const FlagExplainer& explain) {
  const std::map<std::string, absl::CommandLineFlag*> flags = FlagsOf(main_file);
  CommandLine line;
  for (const auto& entry : flags) line.known.insert(entry.first);
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--") {
      line.arguments.insert(line.arguments.end(), argv + i + 1, argv + argc);
      break;
    }
    // A single dash means standard input. Arguments without a leading dash are not flags.
    if (argument.size() < 2 || argument[0] != '-') {
      line.arguments.push_back(argument);
      continue;
    }
    const std::string body = argument.substr(argument[1] == '-' ? 2 : 1);
    const size_t equals = body.find('=');
    const std::string name = body.substr(0, equals);
    if (equals == std::string::npos && (name == "help" || name == "h")) {
      line.help = true;
      continue;
    }
    if (equals == std::string::npos && name == "version") {
      line.version = true;
      continue;
    }

    // For messages: users of other programs write values after a space.
    const bool has_next = i + 1 < argc && argv[i + 1][0] != '-' && argv[i + 1][0] != '\0';
    const std::string next = has_next ? argv[i + 1] : "";
    const auto found = flags.find(name);
    absl::CommandLineFlag* flag = found == flags.end() ? nullptr : found->second;
    std::string value;
    if (flag != nullptr && equals != std::string::npos) {
      value = body.substr(equals + 1);
    } else if (flag != nullptr && flag->IsOfType<bool>()) {
      if (next == "true" || next == "false") {
        return absl::InvalidArgumentError(absl::StrCat("--", name, " ", next, ": write --", name,
                                                       "=", next, ", without a space"));
      }
      value = "true";
    } else if (flag != nullptr) {
      if (i + 1 == argc) {
        return absl::InvalidArgumentError(
            absl::StrCat("--", name, " requires a value: --", name, "=VALUE"));
      }
      value = argv[++i];
    } else if (const auto negated =
                   name.rfind("no", 0) == 0 ? flags.find(name.substr(2)) : flags.end();
               negated != flags.end() && negated->second->IsOfType<bool>() &&
               equals == std::string::npos) {
      flag = negated->second;
      value = "false";
    } else {
      const bool has_value = equals != std::string::npos;
      return UnknownFlag(name, has_value ? body.substr(equals + 1) : next, flags, explain);
    }

    const bool first = line.given.insert(std::string(flag->Name())).second;
    line.values[std::string(flag->Name())] = value;
    if (!first && flag->IsOfType<RepeatedText>())
      value = absl::StrCat(flag->CurrentValue(), absl::string_view(&kBetweenTexts, 1), value);
    if (std::string error; !flag->ParseFrom(value, &error)) {
      return BadValue(*flag, value, error);
    }
  }
  return line;
}

absl::Status ExpectNoFlagWithoutDashes(const CommandLine& command_line) {
  for (const std::string& argument : command_line.arguments) {
    // U+2010 to U+2015 and U+2212: word processors and web pages write them instead of hyphens.
    for (const absl::string_view dash :
         {"\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015", "\u2212"}) {
      if (!absl::StartsWith(argument, dash)) continue;
      absl::string_view name = argument;
      while (absl::ConsumePrefix(&name, dash) || absl::ConsumePrefix(&name, "-")) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          argument, ": begins with a long dash, not with two hyphens; write --", name));
    }
    const bool flag = command_line.known.count(argument.substr(0, argument.find('='))) > 0;
    if (!flag || FileExists(argument)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(argument, ": flags begin with two dashes; write --", argument));
  }
  return absl::OkStatus();
}

std::vector<FlagDescription> DescribeFlags(std::string_view main_file) {
  std::vector<FlagDescription> descriptions;
  for (const auto& [name, flag] : FlagsOf(main_file)) {
    const std::string help = flag->Help();
    const size_t open = help.find('`');
    const size_t close = open == std::string::npos ? open : help.find('`', open + 1);
    const bool named = close != std::string::npos;
    const std::string meaning = named && open == 0 ? help.substr(close + 1) : help;
    const bool plain = flag->IsOfType<bool>();
    const std::string initial = flag->DefaultValue();
    descriptions.push_back({.name = name,
                            .value = plain   ? ""
                                     : named ? help.substr(open + 1, close - open - 1)
                                             : ValueOf(*flag),
                            .meaning = std::string(absl::StripAsciiWhitespace(
                                absl::StrReplaceAll(meaning, {{"`", ""}}))),
                            .initial = plain && initial == "false" ? "" : initial});
  }
  return descriptions;
}

void PrintError(std::string_view program, const absl::Status& status) {
  std::string message(status.message());
  std::replace(message.begin(), message.end(), '\n', ' ');
  std::replace(message.begin(), message.end(), '\r', ' ');
  const std::string line =
      absl::StrCat(std::string(program), ": error: ", EscapeUnprintable(message), "\n");
  // One call, so that lines of several ranks are not mixed.
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

}  // namespace elman
