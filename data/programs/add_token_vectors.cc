#include "data/programs/add_token_vectors.h"

#include <cstdio>
#include <string>

#include "absl/flags/flag.h"
#include "data/command_line/flag_groups.h"
#include "data/command_line/output_checks.h"
#include "data/command_line/program.h"
#include "data/io/status_macros.h"
#include "data/preprocess/add_features.h"
#include "data/programs/preprocess_flags.h"
#include "trainer/comm/agreement.h"

namespace elman {
namespace {

absl::StatusOr<AddFeaturesOptions> FeatureOptionsFromFlags(const CommandLine& line) {
  RETURN_IF_ERROR(ExpectNoArguments(line));
  RETURN_IF_ERROR(ExpectOnly(line, {"data", "features", "output"},
                             "--features, which adds feature vectors to an existing data set"));
  AddFeaturesOptions options{
      .data = absl::GetFlag(FLAGS_data), .files = {}, .output = absl::GetFlag(FLAGS_output)};
  RETURN_IF_ERROR(ExpectFlag(options.data, "--data=DATASET_DIR (the data set to copy)"));
  RETURN_IF_ERROR(ExpectFlag(absl::GetFlag(FLAGS_features),
                             "--features=SPLIT:FILE.safetensors[,...] (the feature vectors)"));
  RETURN_IF_ERROR(ExpectFlag(options.output, "--output=DATASET_DIR (a new folder for the copy)"));
  ASSIGN_OR_RETURN(options.files, ParseFeatureFiles(absl::GetFlag(FLAGS_features)));
  return options;
}

}  // namespace

int AddTokenVectors(const CommandLine& line, Communicator* workers, Interruption* interruption) {
  const absl::StatusOr<AddFeaturesOptions> options = FeatureOptionsFromFlags(line);
  if (!options.ok()) return Fail(*workers, line, options.status(), kExitUsage);
  const auto add = [&]() -> absl::Status {
    if (workers->rank() != 0) return absl::OkStatus();
    const GivenPath inputs[] = {{"--data", options->data}};
    RETURN_IF_ERROR(ExpectOutputApart({"--output", options->output}, inputs));
    ASSIGN_OR_RETURN(const DatasetManifest manifest, AddFeatures(*options, interruption));
    std::fprintf(stderr, "%s: added feature vectors with %u elements per token\n",
                 options->output.c_str(), manifest.features().size());
    PrintNextCommand(options->output, manifest);
    return absl::OkStatus();
  };
  const absl::Status status = Agree(workers, add());
  return status.ok() ? kExitDone : Fail(*workers, line, status, kExitFailed);
}

}  // namespace elman
