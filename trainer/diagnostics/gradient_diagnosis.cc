#include "trainer/diagnostics/gradient_diagnosis.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "data/format/number_text.h"
#include "data/text/task_fields.h"

namespace elman {
namespace {

// A gradient below this fraction of its initial norm counts as vanished: gradients of nearer steps
// are 100 times larger and dominate every update.
constexpr double kVanished = 0.01;
// The gradient should reach back over this fraction of a sequence or of a language model's window.
// If it vanishes earlier, the start of sequences is hardly learned.
constexpr double kReachWanted = 0.75;
// A healthy gradient may grow by a small factor on its way, for example where the output weights
// are small. At a factor of 10 growth is exponential in the distance.
constexpr double kExploded = 10;
// Lags that a smaller fraction of sequences have are ignored: they describe these sequences rather
// than the network.
constexpr double kShareOfSequences = 0.1;
// With fewer steps, no rate can be estimated.
constexpr int64_t kMinSteps = 5;
// If more updates are clipped, the clipping norm determines their size rather than the learning
// rate.
constexpr double kOftenClipped = 0.5;
// A gradient that keeps at least this factor per step over the second half of its way did not
// vanish with distance.
constexpr double kKept = 0.9;
// Half of the units pass on almost no gradient.
constexpr double kOftenSaturated = 0.5;
// Half of all rectifiers are normally zero; if almost all are, no gradient passes.
constexpr double kMostlyOff = 0.9;
// Rule of thumb: an update is a thousandth of the weights. If it is a tenth, ten steps overwrite
// what was learned.
constexpr double kLargeUpdate = 0.1;

// The gradient of one recurrence, by distance.
struct LagProfile {
  const RecurrenceStatistics* recurrence = nullptr;
  int64_t farthest = 0;     // the largest lag of enough sequences
  int64_t reach = 0;        // the largest lag at which the gradient has not vanished
  int64_t vanished_at = 0;  // the next lag after `reach`; not set if reach == farthest
  int64_t half = 0;         // half of `farthest`
  // Ratios of the gradient norm to that at lag 0.
  double at_half = 0;
  double at_farthest = 0;
  double largest = 0;
  int64_t largest_at = 0;
  bool finite = true;

  bool known() const { return farthest + 1 >= kMinSteps; }
  // Most of the gradient is lost where it enters, at the end of sequences, and little on the way.
  bool blocked() const {
    return at_half > 0 && at_half < kVanished &&
           at_farthest >= at_half * std::pow(kKept, static_cast<double>(farthest - half));
  }
  bool exploded() const { return !finite || largest >= kExploded; }
  bool wide() const { return static_cast<double>(reach) >= kReachWanted * farthest; }
};

LagProfile LagProfileOf(const RecurrenceStatistics& recurrence) {
  LagProfile profile{.recurrence = &recurrence};
  bool follows = false;
  for (const LagStatistics& at : recurrence.lags) {
    if (at.sequences < kShareOfSequences * recurrence.lags[0].sequences) break;
    profile.farthest = at.lag;
    profile.at_farthest = at.ratio;
    profile.finite &= std::isfinite(at.ratio);
    if (at.ratio > profile.largest) profile.largest = at.ratio, profile.largest_at = at.lag;
    if (at.ratio >= kVanished) {
      profile.reach = at.lag;
      follows = false;
    } else if (!follows) {
      profile.vanished_at = at.lag;
      follows = true;
    }
  }
  for (const LagStatistics& at : recurrence.lags) {
    if (2 * at.lag <= profile.farthest) profile.half = at.lag, profile.at_half = at.ratio;
  }
  return profile;
}

// Returns "layer" for "layer1" and "layer.reverse" for "layer1.reverse". Recurrences with the same
// name are stacked; it suffices if one of them reaches far back.
std::string StackOf(std::string name) {
  std::erase_if(name, [](char c) { return c >= '0' && c <= '9'; });
  return name;
}

// Returns the profile with the farthest reach of each stack.
std::vector<LagProfile> BestLagProfiles(const std::vector<LagProfile>& profiles) {
  std::vector<LagProfile> best;
  for (const LagProfile& profile : profiles) {
    const auto same = std::ranges::find_if(best, [&](const LagProfile& other) {
      return StackOf(other.recurrence->name) == StackOf(profile.recurrence->name);
    });
    if (same == best.end()) {
      best.push_back(profile);
    } else if (profile.reach > same->reach) {
      *same = profile;
    }
  }
  return best;
}

std::string Percent(double share) {
  return (share >= 0.1 ? FixedText(100 * share, 0) : SignificantText(100 * share, 2)) + " %";
}

// Formats the mean factor of the gradient per step.
std::string PerStep(double ratio, int64_t lag) {
  if (lag == 0 || ratio <= 0) return "";
  return absl::StrFormat(" (%.2f per step)", std::pow(ratio, 1.0 / static_cast<double>(lag)));
}

bool HasGates(const ModelSpec& model) {
  return model.cell() != ModelSpec::TANH && model.cell() != ModelSpec::RELU &&
         model.cell() != ModelSpec::JORDAN;
}

bool IsLstm(const ModelSpec& model) {
  return model.cell() == ModelSpec::LSTM || model.cell() == ModelSpec::PEEPHOLE_LSTM;
}

// Returns the bias with which a forget gate keeps a state for about `steps` steps: sigmoid(log(n))
// = n / (n + 1) (Tallec and Ollivier, 2018).
double BiasFor(int64_t steps) {
  return std::max(1.0, std::round(std::log(static_cast<double>(steps))));
}

std::string LongerMemory(int64_t farthest, Task task, const ModelSpec& model) {
  std::vector<std::string> remedies;
  const double bias = BiasFor(farthest);
  if (!HasGates(model)) {
    remedies.push_back("model.cell=LSTM with model.initializer.forget_bias=1");
    remedies.push_back("model.cell=GRU");
  } else if (!IsLstm(model)) {
    remedies.push_back(
        absl::StrCat("model.cell=LSTM with model.initializer.forget_bias=", RoundedText(bias)));
  } else if (model.initializer().forget_bias() < 1) {
    remedies.push_back("model.initializer.forget_bias=1");
  } else if (model.initializer().forget_bias() + 0.5 < bias) {
    remedies.push_back(absl::StrCat("model.initializer.forget_bias=", RoundedText(bias)));
  }
  if (!model.initializer().orthogonal_hidden())
    remedies.push_back("model.initializer.orthogonal_hidden=true");
  if (task == CLASSIFICATION && model.classification().pooling() == ClassificationSpec::LAST)
    remedies.push_back("model.classification.pooling=ATTENTION, which reaches every step");
  if (task == TRANSLATION && model.translation().attention() == TranslationSpec::NONE)
    remedies.push_back("model.translation.attention=GENERAL, which reaches every word");
  if (remedies.empty()) return "more training may lengthen it: forget gates learn to stay open";
  return absl::StrCat("in a new run try ", absl::StrJoin(remedies, ", or "));
}

std::string SmallerSteps(const std::optional<double>& clip_rate, const TrainingConfig& config) {
  std::string words;
  if (config.optimizer().clip_norm() == 0) {
    // For losses that are summed over time, 5 as in Zaremba, Sutskever and Vinyals (2014).
    const bool sums = config.loss().normalization() == LossSpec::PER_SEQUENCE;
    words = absl::StrCat("optimizer.clip_norm=", sums ? 5 : 1, " keeps updates bounded");
  } else {
    words = absl::StrFormat("optimizer.clip_norm=%g keeps updates bounded (it clips %s of them)",
                            config.optimizer().clip_norm(), Percent(clip_rate.value_or(0)));
  }
  absl::StrAppendFormat(&words, "; a lower optimizer.learning_rate than %g also does",
                        config.optimizer().learning_rate());
  std::vector<std::string> remedies;
  if (!config.model().initializer().orthogonal_hidden())
    remedies.push_back("model.initializer.orthogonal_hidden=true");
  if (config.model().initializer().kind() == InitializerSpec::UNIFORM)
    remedies.push_back(absl::StrFormat("a smaller model.initializer.range than %g",
                                       config.model().initializer().range()));
  if (!HasGates(config.model())) remedies.push_back("model.cell=LSTM");
  if (!remedies.empty())
    absl::StrAppend(&words, "; in a new run try ", absl::StrJoin(remedies, ", or "));
  return words;
}

std::string ExplodingWords(const LagProfile& profile) {
  const std::string& name = profile.recurrence->name;
  if (!profile.finite)
    return absl::StrCat("the gradient of ", name, " is not finite at some step back");
  return absl::StrFormat("the gradient of %s grows %.3g-fold over %d steps back%s", name,
                         profile.largest, profile.largest_at,
                         PerStep(profile.largest, profile.largest_at));
}

std::string BlockedWords(const LagProfile& profile, const TrainingConfig& config) {
  return absl::StrFormat(
      "only %s of the gradient of %s is left %d steps back, and hardly less over %d: it is lost in "
      "saturated units at its first step, not over time; a lower optimizer.learning_rate than %g, "
      "or in a new run a smaller model.initializer.range than %g, reduces saturation",
      Percent(profile.at_half), profile.recurrence->name, profile.half, profile.farthest,
      config.optimizer().learning_rate(), config.model().initializer().range());
}

std::string VanishingWords(const LagProfile& profile) {
  std::string words = absl::StrFormat(
      "the gradient of %s falls to %s after %d steps of %d%s: the model cannot learn to use "
      "context beyond that",
      profile.recurrence->name, Percent(kVanished), profile.vanished_at, profile.farthest,
      PerStep(kVanished, profile.vanished_at));
  if (const auto& constants = profile.recurrence->time_constants) {
    absl::StrAppendFormat(&words, " (median time until a unit forgets: %.3g steps)",
                          constants->median);
  }
  return words;
}

std::string HealthyWords(const LagProfile& profile) {
  const std::string& name = profile.recurrence->name;
  if (profile.at_farthest > 1) {
    return absl::StrFormat("the gradient of %s is %.2g times as large %d steps back%s", name,
                           profile.at_farthest, profile.farthest,
                           PerStep(profile.at_farthest, profile.farthest));
  }
  if (profile.reach == profile.farthest) {
    return absl::StrFormat(
        "%s of the gradient of %s is left after %d steps back%s, the full length of the sequences",
        Percent(profile.at_farthest), name, profile.farthest,
        PerStep(profile.at_farthest, profile.farthest));
  }
  return absl::StrFormat("the gradient of %s falls to %s after %d steps of %d", name,
                         Percent(kVanished), profile.vanished_at, profile.farthest);
}

// Lists the units of that range whose fraction is beyond a bound, such as "82 % of layer0's hidden,
// 60 % of layer1's hidden".
std::string UnitsBeyond(double bound, ActivationRange range, const StepStatistics& statistics) {
  std::vector<std::string> found;
  for (const RecurrenceStatistics& recurrence : statistics.recurrences) {
    for (const ActivationStatistics& activation : recurrence.activations) {
      const double share = activation.low + activation.high;
      if (activation.what.range != range || share <= bound) continue;
      found.push_back(
          absl::StrCat(Percent(share), " of ", recurrence.name, "'s ", activation.what.name));
    }
  }
  return absl::StrJoin(found, ", ");
}

// Returns further remarks. A network whose gradients reach far may have saturated units, because
// these keep what it has read.
std::vector<std::string> Remarks(const StepStatistics& statistics, const TrainingConfig& config,
                                 GradientDiagnosis::Kind kind) {
  std::vector<std::string> remarks;
  const double clip_rate = statistics.clip_rate.value_or(0);
  if (clip_rate > kOftenClipped && kind != GradientDiagnosis::Kind::kExploding) {
    remarks.push_back(
        absl::StrFormat("optimizer.clip_norm=%g shortens %s of the updates: it determines their "
                        "size more than optimizer.learning_rate does; a higher value clips fewer",
                        config.optimizer().clip_norm(), Percent(clip_rate)));
  }
  const std::string saturated = UnitsBeyond(kOftenSaturated, ActivationRange::kTanh, statistics);
  if (!saturated.empty() && kind != GradientDiagnosis::Kind::kHealthy)
    remarks.push_back(saturated + " units are saturated (beyond 0.95)");
  const std::string off = UnitsBeyond(kMostlyOff, ActivationRange::kRectifier, statistics);
  if (!off.empty()) {
    remarks.push_back(off +
                      " units are always 0 and pass no gradient; a lower optimizer.learning_rate "
                      "keeps more of them active");
  }
  std::vector<std::string> changed;
  for (const LayerStatistics& layer : statistics.layers) {
    const double ratio = UpdateRatio(layer.update, layer.value);
    if (ratio > kLargeUpdate) changed.push_back(absl::StrCat(layer.name, " by ", Percent(ratio)));
  }
  if (!changed.empty()) {
    remarks.push_back(
        absl::StrFormat("an update changes %s of its weights; a lower optimizer.learning_rate than "
                        "%g, or schedule.warmup_epochs, makes updates smaller",
                        absl::StrJoin(changed, ", "), config.optimizer().learning_rate()));
  }
  return remarks;
}

}  // namespace

bool VerdictNews::IsNews(GradientDiagnosis::Kind kind) {
  constexpr int kLasting = 3;
  if (kind == GradientDiagnosis::Kind::kUnknown) return false;
  in_a_row_ = kind == next_ ? in_a_row_ + 1 : 1;
  next_ = kind;
  const bool first = printed_ == GradientDiagnosis::Kind::kUnknown;
  if (kind == printed_ || (!first && in_a_row_ < kLasting)) return false;
  printed_ = kind;
  return true;
}

const char* KindName(GradientDiagnosis::Kind kind) {
  switch (kind) {
    case GradientDiagnosis::Kind::kHealthy:
      return "healthy";
    case GradientDiagnosis::Kind::kVanishing:
      return "vanishing";
    case GradientDiagnosis::Kind::kExploding:
      return "exploding";
    case GradientDiagnosis::Kind::kUnknown:
      return "unknown";
  }
  return "";
}

std::string NoTimeGradientReason(Task task, const ModelSpec& model) {
  if (!TraitsOf(task).layers) return "word vectors have no recurrent layers";
  if (model.fixed_window().tokens() == 0) return "";
  return "a fixed window has no recurrent layers: its gradients do not go back through time";
}

GradientDiagnosis DiagnoseGradients(const StepStatistics& statistics, Task task,
                                    const TrainingConfig& config) {
  std::vector<LagProfile> profiles;
  for (const RecurrenceStatistics& recurrence : statistics.recurrences) {
    const LagProfile profile = LagProfileOf(recurrence);
    if (profile.known() || !profile.finite) profiles.push_back(profile);
  }
  GradientDiagnosis diagnosis;
  std::vector<std::string> sentences;
  const std::vector<LagProfile> best = BestLagProfiles(profiles);
  const auto exploded = std::ranges::max_element(profiles, {}, [](const LagProfile& profile) {
    return profile.exploded() ? profile.largest : 0;
  });
  const auto first_not_finite = std::ranges::find(profiles, false, &LagProfile::finite);
  if (const std::string timeless = NoTimeGradientReason(task, config.model()); !timeless.empty()) {
    sentences.push_back(timeless);
  } else if (profiles.empty()) {
    sentences.push_back(absl::StrCat(
        "sequences of fewer than ", kMinSteps,
        " steps, or no loss at their last step: how far gradients reach back cannot be measured"));
  } else if (first_not_finite != profiles.end() || (exploded->exploded() && !statistics.solved)) {
    diagnosis.kind = GradientDiagnosis::Kind::kExploding;
    sentences.push_back(
        ExplodingWords(first_not_finite != profiles.end() ? *first_not_finite : *exploded));
    sentences.push_back(SmallerSteps(statistics.clip_rate, config));
  } else if (statistics.solved) {
    diagnosis.kind = GradientDiagnosis::Kind::kHealthy;
    sentences.emplace_back("the model predicts almost without error, and its gradients are small");
  } else if (std::ranges::all_of(best, &LagProfile::wide)) {
    diagnosis.kind = GradientDiagnosis::Kind::kHealthy;
    std::vector<std::string> words;
    for (const LagProfile& profile : best) words.push_back(HealthyWords(profile));
    sentences.push_back(absl::StrJoin(words, ", "));
  } else {
    diagnosis.kind = GradientDiagnosis::Kind::kVanishing;
    int64_t farthest = 0;
    for (const LagProfile& profile : best) {
      if (profile.wide()) continue;
      if (profile.blocked()) {
        sentences.push_back(BlockedWords(profile, config));
      } else {
        sentences.push_back(VanishingWords(profile));
        farthest = std::max(farthest, profile.farthest);
      }
    }
    if (farthest > 0) sentences.push_back(LongerMemory(farthest, task, config.model()));
  }
  if (!statistics.solved) {
    for (std::string& remark : Remarks(statistics, config, diagnosis.kind))
      sentences.push_back(std::move(remark));
  }
  diagnosis.words = absl::StrCat(KindName(diagnosis.kind), ": ", absl::StrJoin(sentences, "; "));
  return diagnosis;
}

}  // namespace elman
