#include "trainer/config/config_fields.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "data/format/named_values.h"
#include "data/format/near_names.h"
#include "proto/training.pb.h"

namespace elman {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

void AddPaths(const Descriptor* message, const std::string& prefix,
              std::vector<std::string>* paths) {
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* field = message->field(i);
    const std::string path = prefix + field->name();
    if (field->message_type() != nullptr) {
      AddPaths(field->message_type(), path + ".", paths);
    } else {
      paths->push_back(path);
    }
  }
}

// Returns the path closest to `name`, if every part of it is close to the same part of `name`;
// otherwise empty.
std::string NearestPath(std::string_view name, const std::vector<std::string>& paths) {
  const std::vector<std::string> wanted =
      absl::StrSplit(absl::string_view(name.data(), name.size()), '.');
  std::string nearest;
  size_t least = name.size() + 1;
  for (const std::string& path : paths) {
    const std::vector<std::string> parts = absl::StrSplit(path, '.');
    bool near = parts.size() == wanted.size();
    size_t sum = 0;
    for (size_t i = 0; near && i < parts.size(); ++i) {
      const size_t distance = EditDistance(wanted[i], parts[i]);
      near = distance <= MaxEdits(wanted[i]);
      sum += distance;
    }
    if (!near || sum >= least) continue;
    least = sum;
    nearest = path;
  }
  return nearest;
}

// True if both are the same word, or one abbreviates the other: "embed" and "embedding".
bool SameWord(const std::string& a, const std::string& b) {
  constexpr size_t kShortest = 4;  // of an abbreviation
  return a == b || (std::min(a.size(), b.size()) >= kShortest &&
                    (absl::StartsWith(a, b) || absl::StartsWith(b, a)));
}

// How much two names of fields have in common, from 0 to 1: the words between underscores, or that
// one of them is the initials of the other, as lr of learning_rate.
double SharedWords(const std::string& name, const std::string& known) {
  const std::vector<std::string> words = absl::StrSplit(name, '_');
  const std::vector<std::string> known_words = absl::StrSplit(known, '_');
  std::string initials;
  for (const std::string& word : known_words) initials += word.substr(0, 1);
  if (known_words.size() > 1 && initials == name) return 1;
  if (known == "size" || known == "kind" || known == "use") return 0;  // fields of many groups
  size_t shared = 0;
  for (const std::string& word : words) {
    shared += std::ranges::any_of(known_words,
                                  [&](const std::string& other) { return SameWord(word, other); });
  }
  const double score =
      2.0 * static_cast<double>(shared) / static_cast<double>(words.size() + known_words.size());
  // Half of the words say little where they are the last ones: hidden_dim is hidden_size, and
  // vocab_size is not.
  return score > 0.5 || (score == 0.5 && SameWord(words[0], known_words[0])) ? score : 0;
}

// The fields of the group that `name` names, or of all groups, that share most words with it.
std::vector<std::string> PathsWithSharedWords(const std::string& name,
                                              const std::vector<std::string>& paths) {
  constexpr size_t kMax = 3;  // more would be no suggestion
  const size_t dot = name.rfind('.');
  const std::string group = dot == name.npos ? "" : name.substr(0, dot + 1);
  const std::string last = name.substr(group.size());
  double best = 0;
  size_t depth = 0;
  std::vector<std::string> found;
  for (const std::string& path : paths) {
    if (!absl::StartsWith(path, group)) continue;
    const double score = SharedWords(last, path.substr(path.rfind('.') + 1));
    const size_t dots = static_cast<size_t>(std::ranges::count(path, '.'));
    if (score == 0 || score < best || (score == best && dots > depth)) continue;
    if (score > best || dots < depth) found.clear();
    best = score;
    depth = dots;
    found.push_back(path);
  }
  return found.size() <= kMax ? found : std::vector<std::string>();
}

// What users of other tools write for a value.
struct OtherName {
  std::string_view field, name, instead;
};
constexpr OtherName kOtherNames[] = {
    {"model.cell", "RNN", "Elman's recurrent network is TANH"},
    {"model.cell", "ELMAN", "Elman's recurrent network is TANH"},
    {"optimizer.kind", "ADAMW", "use ADAM, and optimizer.weight_decay for an L2 penalty"},
};

// What users of other tools write for a field whose name has no word in common.
constexpr std::pair<std::string_view, std::string_view> kOtherFields[] = {
    {"early_stop", "evaluation.patience"},
    {"early_stopping", "evaluation.patience"},
    {"early_stopping_patience", "evaluation.patience"},
    {"weight_tying", "model.tied_embeddings"},
    {"tie_weights", "model.tied_embeddings"},
    {"grad_clip", "optimizer.clip_norm"},
    {"max_grad_norm", "optimizer.clip_norm"},
    {"bptt", "sequence_length"},
    {"accumulation_steps", "micro_batches"},
    {"gradient_accumulation_steps", "micro_batches"},
};

}  // namespace

std::vector<std::string> ConfigFieldsLike(std::string_view name) {
  constexpr size_t kLongestName = 200;  // edit distances take quadratic time
  if (name.size() > kLongestName) return {};
  std::vector<std::string> paths;
  AddPaths(TrainingConfig::descriptor(), "", &paths);
  if (std::ranges::find(paths, name) != paths.end()) return {std::string(name)};
  for (const auto& [other, field] : kOtherFields) {
    if (name == other) return {std::string(field)};
  }
  std::vector<std::string> found;
  const std::string suffix = absl::StrCat(".", absl::string_view(name.data(), name.size()));
  for (const std::string& path : paths) {
    if (absl::EndsWith(path, suffix)) found.push_back(path);
  }
  if (!found.empty()) return found;
  if (const std::string nearest = NearestPath(name, paths); !nearest.empty()) return {nearest};
  // A misspelled name of a nested field.
  std::vector<std::string> names;
  for (const std::string& path : paths) names.push_back(path.substr(path.rfind('.') + 1));
  const std::string nearest = NearestName(name, names);
  for (size_t i = 0; i < names.size() && !nearest.empty(); ++i) {
    if (names[i] == nearest) found.push_back(paths[i]);
  }
  return found.empty() ? PathsWithSharedWords(std::string(name), paths) : found;
}

std::string ConfigFieldSuggestion(std::string_view name) {
  std::vector<std::string> paths = ConfigFieldsLike(name);
  if (paths.empty()) return "";
  const std::string last = paths.back();
  paths.pop_back();
  return absl::StrCat("; did you mean ", absl::StrJoin(paths, ", "), paths.empty() ? "" : " or ",
                      last, "?");
}

absl::StatusOr<std::string> ConfigEnumValue(const EnumDescriptor& type, std::string_view field,
                                            std::string_view name) {
  std::vector<std::string_view> names;
  for (int i = 0; i < type.value_count(); ++i) names.emplace_back(type.value(i)->name());
  const absl::StatusOr<size_t> found = FindName(field, name, names);
  if (found.ok()) return std::string(names[*found]);
  const std::string upper = absl::AsciiStrToUpper(std::string(name));
  for (const OtherName& other : kOtherNames) {
    if (other.field == field && other.name == upper) {
      return absl::InvalidArgumentError(
          absl::StrCat(found.status().message(), "; ", std::string(other.instead)));
    }
  }
  return found.status();
}

std::string FieldNames(const Descriptor& message) {
  std::vector<std::string> names;
  for (int i = 0; i < message.field_count(); ++i) names.push_back(message.field(i)->name());
  return absl::StrJoin(names, ", ");
}

std::string UnknownFieldText(const Descriptor& message, const std::string& path) {
  std::string suggestion = ConfigFieldSuggestion(path);
  const size_t dot = path.rfind('.');
  if (suggestion.empty() && dot != path.npos)
    suggestion = ConfigFieldSuggestion(path.substr(dot + 1));
  if (suggestion.empty()) {
    suggestion = absl::StrCat(
        dot == path.npos ? "; the fields are " : absl::StrCat("; ", path.substr(0, dot), " has "),
        FieldNames(message));
  }
  return absl::StrCat("there is no field ", path, suggestion);
}

}  // namespace elman
