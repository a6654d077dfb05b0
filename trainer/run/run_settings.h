// The configuration that a run is started with: that of --config, that of the run to resume, or a
// default for its data.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/training.pb.h"
#include "trainer/comm/communicator.h"
#include "trainer/config/config_places.h"
#include "trainer/run/training_data.h"

namespace elman {

// What the command line says about the configuration.
struct ConfigRequest {
  std::string config;  // a file, or the name of a configuration of Elman; empty: chosen here
  std::string output;  // the run directory, or empty
  std::string resume = "auto";         // as in RunRequest
  std::vector<std::string> overrides;  // path.to.field=value
};

struct RunSettings {
  TrainingConfig config;
  std::string path;     // of the file; empty if there is none
  std::string origin;   // for people, if the configuration was chosen here; otherwise empty
  ConfigPlaces places;  // of the fields that the file and the overrides set
};

// Rank 0 reads files; every rank parses the text. Without --config: the configuration of the
// checkpoint that the run resumes from or, for a new run, the default for the data sets
// (default_config.h), which the checkpoints of the run record. So a resumed run never changes it.
// Collective.
absl::StatusOr<RunSettings> SettleRunConfig(Communicator* communicator, const Datasets& datasets,
                                            const ConfigRequest& request);

}  // namespace elman
