#include "trainer/run/run_settings.h"

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "data/format/shell_word.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/shards/dataset.h"
#include "data/shards/manifest.h"
#include "data/text/text_file.h"
#include "trainer/comm/agreement.h"
#include "trainer/config/config_files.h"
#include "trainer/config/config_text.h"
#include "trainer/config/default_config.h"
#include "trainer/config/run_config.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/record/checkpoint/known_file.h"

namespace elman {
namespace {

constexpr uint64_t kMaxConfigBytes = 1 << 20;

DataFacts FactsOf(const Datasets& datasets) {
  const DatasetManifest& manifest = datasets[0]->manifest();
  const int last = manifest.fields_size() - 1;
  const TokenizerSpec::Kind kind = manifest.fields(0).tokenizer().kind();
  DataFacts facts{.task = manifest.task(),
                  .shared_vocabulary = VocabularyOwner(manifest, last) < last,
                  .entities = manifest.fields(last).tag_scheme() > FieldEntry::NONE,
                  .characters = kind == TokenizerSpec::CHARACTER || kind == TokenizerSpec::BYTE,
                  .features = manifest.has_features()};
  if (manifest.fields(last).tokenizer().kind() != TokenizerSpec::NUMBER)
    facts.outputs = datasets[0]->vocabulary(last).predicted_size();
  for (const auto& dataset : datasets) {
    const auto train = dataset->FindSplit("train");
    if (!train.ok()) continue;  // the run will report it
    facts.examples += (*train)->counts(0).examples();
    facts.tokens += (*train)->counts(0).tokens();
  }
  return facts;
}

// The text of a configuration and where it comes from.
struct Source {
  std::string text;
  std::string path;    // of --config
  std::string origin;  // if it was chosen
};

// Reads a file that --config names. Whatever is wrong with it is an error of the command line.
absl::StatusOr<std::string> ReadConfigText(const std::string& path) {
  if (ReadCheckpointHeader(path).ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--config: ", path, ": a checkpoint, not a configuration; the one of its run is ",
        ShellWord(JoinPath(FolderOf(FolderOf(path)), "config.textproto"))));
  }
  absl::StatusOr<std::string> text = ReadTextFile(path, kMaxConfigBytes);
  if (!text.ok())
    return absl::InvalidArgumentError(absl::StrCat("--config: ", text.status().message()));
  const KnownFile known = CheckConfigText(*text, path).ok() ? KnownFile() : IdentifyFile(path);
  if (IsRecognized(known) && known.kind != KnownFile::kConfiguration) {
    return absl::InvalidArgumentError(absl::StrCat("--config: ", path, ": not a configuration but ",
                                                   known.what, "; ", known.reader));
  }
  return text;
}

// Returns the valid value of the last override of max_epochs.
std::optional<int64_t> RequestedEpochs(const ConfigRequest& request) {
  std::optional<int64_t> epochs;
  for (const std::string& override : request.overrides) {
    int32_t value = 0;
    absl::string_view text = override;
    if (absl::ConsumePrefix(&text, "max_epochs=") && absl::SimpleAtoi(text, &value) && value > 0)
      epochs = value;
  }
  return epochs;
}

// Returns the configuration of a run that is resumed for this number of epochs: the default
// schedule falls over all of them.
TrainingConfig WithDefaultSchedule(TrainingConfig config, std::optional<int64_t> epochs) {
  const auto schedule = [](int64_t length) {
    const auto parsed = ParseRunConfig(DefaultSchedule(length), "", {});
    return parsed.ok() ? parsed->schedule() : ScheduleSpec();
  };
  const ScheduleSpec before = schedule(config.max_epochs());
  if (!epochs || config.schedule().kind() != before.kind() ||
      config.schedule().constant_epochs() != before.constant_epochs() ||
      config.schedule().factor() != before.factor())
    return config;
  const ScheduleSpec stretched = schedule(*epochs);
  config.mutable_schedule()->set_constant_epochs(stretched.constant_epochs());
  config.mutable_schedule()->set_factor(stretched.factor());
  return config;
}

absl::StatusOr<Source> ReadSource(const ConfigRequest& request, const Datasets& datasets) {
  Source source;
  if (!request.config.empty()) {
    ASSIGN_OR_RETURN(source.path, FindConfigFile(request.config, FindShipped("launch/configs")));
    ASSIGN_OR_RETURN(source.text, ReadConfigText(source.path));
    return source;
  }
  const bool from_file = request.resume != "auto" && request.resume != "never";
  const std::string run = from_file ? request.resume : request.output;
  if (!run.empty() && request.resume != "never") {
    // A run that is started again from elsewhere resumes from its own checkpoints (FindCheckpoint).
    absl::StatusOr<std::string> path = ResolveCheckpoint(run, kLatest);
    if (from_file && !request.output.empty()) {
      const absl::StatusOr<std::string> own = ResolveCheckpoint(request.output, kLatest);
      if (own.ok()) path = own;
    }
    const absl::StatusOr<CheckpointHeader> header =
        path.ok() ? ReadCheckpointHeader(*path) : path.status();
    if (header.ok()) {
      source.text = RunConfigText(WithDefaultSchedule(header->config(), RequestedEpochs(request)));
      source.origin = absl::StrCat("that of ", *path);
      return source;
    }
    // The start of the run reports a checkpoint that cannot be read.
  }
  const DataFacts facts = FactsOf(datasets);
  source.text = ChooseDefaultConfig(facts, RequestedEpochs(request));
  source.origin = DescribeDefault(facts);
  return source;
}

}  // namespace

absl::StatusOr<RunSettings> SettleRunConfig(Communicator* communicator, const Datasets& datasets,
                                            const ConfigRequest& request) {
  absl::StatusOr<Source> source = Source();
  if (communicator->rank() == 0) source = ReadSource(request, datasets);
  RETURN_IF_ERROR(AgreeWithRoot(communicator, source.status()));
  for (std::string* text : {&source->text, &source->path, &source->origin})
    BroadcastString(communicator, text, 0);
  RunSettings settings{.config = {}, .path = source->path, .origin = source->origin, .places = {}};
  ASSIGN_OR_RETURN(settings.config,
                   ParseRunConfig(source->text, source->path, request.overrides, &settings.places));
  // The end of a resumed run is known to the user, who set it.
  if (source->origin.starts_with("the default"))
    absl::StrAppend(&settings.origin, "; ", DescribeLength(settings.config));
  return settings;
}

}  // namespace elman
