// What a diagnosed step shows: figures made of an observation and a parameter survey.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "trainer/diagnostics/parameter_survey.h"
#include "trainer/network/recurrent/observation.h"
#include "trainer/record/log/histogram.h"

namespace elman {

// The loss of the last time step of each sequence, L, and nothing else, propagated back: how much
// of its gradient there is so many steps before (Bengio, Simard and Frasconi, 1994; Pascanu,
// Mikolov and Bengio, 2013). Norms are root mean squares over the sequences that reach back so far.
struct LagFigures {
  int64_t lag = 0;
  double sequences = 0;
  double norm = 0;       // of dL/dh
  double cell_norm = 0;  // of dL/dc, as the next step sees c; 0 where the cell has none
  double ratio = 0;      // of dL/d(h, c) to dL/dh at the last step, of the same sequences
};

struct ActivationFindings {
  Activation what;
  // Of gates: the shares below 0.1 and above 0.9. Of tanh: the share beyond 0.95 on either side. Of
  // rectifiers: the share of zeros.
  double low = 0;
  double high = 0;
  double mean = 0;
  Histogram histogram = {};
};

// After how many steps a unit's state has decayed to 1/e by its gate alone, -1 / log(mean gate):
// quartiles over the units.
struct TimeConstants {
  double lower = 0;
  double median = 0;
  double upper = 0;
};

struct RecurrenceFindings {
  std::string name;
  Cell cell = Cell::kLstm;
  // Every lag at first, farther back fewer and fewer; empty if nothing entered at the last steps.
  std::vector<LagFigures> lags = {};
  std::vector<ActivationFindings> activations = {};
  std::optional<TimeConstants> time_constants = {};  // of cells with a gate that keeps state
};

// Parameters together.
struct LayerFigures {
  std::string name;  // of its parameters, until the first dot
  double gradient = 0;
  double value = 0;
  double update = 0;
};

struct Findings {
  int64_t step = 0;
  int64_t epoch = 0;
  std::vector<RecurrenceFindings> recurrences;
  std::vector<ParameterFigures> parameters;
  std::vector<LayerFigures> layers;
  // The share of the updates since the last diagnosis whose gradient was clipped by its norm; none
  // if clipping is off.
  std::optional<double> clip_rate;
  // A step that diverged has no update.
  bool updated = true;
  // What could not be found, and why: sentences.
  std::vector<std::string> missing;
};

RecurrenceFindings FindingsOf(const RecurrenceSums& sums);
std::vector<LayerFigures> LayersOf(std::span<const ParameterFigures> parameters);
// An update's norm beside that of the values; 0 if both are.
double UpdateRatio(double update, double value);

}  // namespace elman
