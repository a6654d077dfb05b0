// The results of the diagnosis of a step, computed from an observation and statistics of
// parameters.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "trainer/diagnostics/parameter_statistics.h"
#include "trainer/network/recurrent/observation.h"
#include "trainer/record/log/histogram.h"

namespace elman {

// Statistics of one lag: the gradient of the loss L of only the last time step of each sequence,
// propagated back by `lag` steps (Bengio, Simard and Frasconi, 1994; Pascanu, Mikolov and Bengio,
// 2013). Norms are root mean squares over the sequences that are long enough.
struct LagStatistics {
  int64_t lag = 0;
  double sequences = 0;
  double norm = 0;       // of dL/dh
  double cell_norm = 0;  // of dL/dc, as passed on by the next step; 0 if the cell has no c
  double ratio = 0;  // norm of dL/d(h, c) divided by that of dL/dh at lag 0, of the same sequences
};

// Distribution of the values of one activation of a recurrence.
struct ActivationStatistics {
  Activation what;
  // Gates: the fractions below 0.1 and above 0.9. Tanh: the fractions below -0.95 and above 0.95.
  // Rectifiers: `low` is the fraction of zeros.
  double low = 0;
  double high = 0;
  double mean = 0;
  Histogram histogram = {};
};

// The number of steps after which the gate alone reduces a unit's state to 1/e, -1 / log(mean
// gate): quartiles over the units.
struct TimeConstants {
  double lower = 0;
  double median = 0;
  double upper = 0;
};

// The results for one recurrence: one layer in one direction.
struct RecurrenceStatistics {
  std::string name;
  Cell cell = Cell::kLstm;
  // All small lags, then fewer and fewer; empty if no gradient entered at the last steps.
  std::vector<LagStatistics> lags = {};
  std::vector<ActivationStatistics> activations = {};
  // For cells with a gate that keeps the state.
  std::optional<TimeConstants> time_constants = {};
};

// Norms over all parameters of a layer.
struct LayerStatistics {
  std::string name;  // the part of the parameter names before the first dot
  double gradient = 0;
  double value = 0;
  double update = 0;
};

// All results for one step.
struct StepStatistics {
  int64_t step = 0;
  int64_t epoch = 0;
  std::vector<RecurrenceStatistics> recurrences;
  std::vector<ParameterStatistics> parameters;
  std::vector<LayerStatistics> layers;
  // The fraction of updates since the last diagnosis whose gradient was clipped by norm; no value
  // if clipping is off.
  std::optional<double> clip_rate;
  // The model predicts almost without error, so that its gradients are small for a good reason.
  bool solved = false;
  // False for a diverged step, which has no update.
  bool updated = true;
  // Sentences that name each missing result and the reason.
  std::vector<std::string> missing;
};

// Computes the results for a recurrence from its sums.
RecurrenceStatistics StatisticsOf(const RecurrenceSums& sums);
// Combines the norms of parameters by layer.
std::vector<LayerStatistics> LayersOf(std::span<const ParameterStatistics> parameters);
// Returns update / value, the norm of an update relative to that of the values; 0 if both are 0.
double UpdateRatio(double update, double value);

}  // namespace elman
