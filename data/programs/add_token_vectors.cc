#include "data/programs/add_token_vectors.h"

#include <cstdio>
#include <string>

#include "absl/flags/flag.h"
#include "data/command_line/program.h"
#include "data/io/status_macros.h"
#include "data/preprocess/add_features.h"
#include "data/programs/preprocess_flags.h"
#include "trainer/comm/agreement.h"

namespace elman {
namespace {

absl::StatusOr<AddFeaturesOptions> FeatureOptionsFromFlags(const CommandLine& line) {
  RETURN_IF_ERROR(ExpectNoArguments(line));
  for (const std::string& text :
       {absl::GetFlag(FLAGS_train), absl::GetFlag(FLAGS_valid), absl::GetFlag(FLAGS_test),
        absl::GetFlag(FLAGS_tokenizer), absl::GetFlag(FLAGS_vocabulary_of)}) {
    if (text.empty()) continue;
    return absl::InvalidArgumentError(
        "--features are of the tokens of a data set that is there: make it first, then add them "
        "with --data=DATASET_DIR and no text files");
  }
  AddFeaturesOptions options{
      .data = absl::GetFlag(FLAGS_data), .files = {}, .output = absl::GetFlag(FLAGS_output)};
  RETURN_IF_ERROR(ExpectFlag(options.data, "--data=DATASET_DIR"));
  RETURN_IF_ERROR(ExpectFlag(absl::GetFlag(FLAGS_features), "--features=SPLIT:FILE[,...]"));
  RETURN_IF_ERROR(ExpectFlag(options.output, "--output=DATASET_DIR"));
  ASSIGN_OR_RETURN(options.files, ParseFeatureFiles(absl::GetFlag(FLAGS_features)));
  return options;
}

}  // namespace

int AddTokenVectors(const CommandLine& line, Communicator* workers, Interruption* interruption) {
  const absl::StatusOr<AddFeaturesOptions> options = FeatureOptionsFromFlags(line);
  if (!options.ok()) return Fail(*workers, options.status(), kExitUsage);
  const auto add = [&]() -> absl::Status {
    if (workers->rank() != 0) return absl::OkStatus();
    ASSIGN_OR_RETURN(const DatasetManifest manifest, AddFeatures(*options, interruption));
    std::fprintf(stderr, "%s: vectors of %u numbers for every token\n", options->output.c_str(),
                 manifest.features().size());
    return absl::OkStatus();
  };
  const absl::Status status = Agree(workers, add());
  return status.ok() ? kExitDone : Fail(*workers, status, kExitFailed);
}

}  // namespace elman
