#include "trainer/run/announcement.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "data/format/number_text.h"
#include "data/io/paths.h"
#include "data/text/label_order.h"
#include "data/text/task_fields.h"
#include "trainer/comm/host.h"
#include "trainer/exchange/sum_tree.h"
#include "trainer/network/math/compute_environment.h"
#include "trainer/record/log/run_record.h"
#include "trainer/reporting/training_advice.h"
#include "trainer/run/memory_estimate.h"

namespace elman {
namespace {

// Describes a model: "LSTM 2 x 650", followed by other properties of its layers; "window of 4
// tokens, 1 x 200 tanh"; "skip-gram, 100 dimensions".
std::string ModelText(Task task, const ModelSpec& model) {
  if (!TraitsOf(task).layers) {
    const WordVectorSpec::Method method = model.word_vectors().method();
    const char* const name = method == WordVectorSpec::GLOVE  ? "GloVe"
                             : method == WordVectorSpec::CBOW ? "CBOW"
                                                              : "skip-gram";
    return absl::StrCat(name, ", ", model.embedding_size(), " dimensions");
  }
  if (const FixedWindowSpec& window = model.fixed_window(); window.tokens() > 0) {
    return absl::StrCat("window of ", window.tokens(),
                        window.tokens() == 1 ? " token, " : " tokens, ", model.layers(), " x ",
                        model.hidden_size(), " tanh",
                        window.direct_connections() ? " and direct connections" : "");
  }
  return absl::StrCat(ModelSpec::Cell_Name(model.cell()), " ", model.layers(), " x ",
                      model.hidden_size(), model.bidirectional() ? " in both directions" : "");
}

// Returns what is wrong with the label order of a model that treats labels as ratings; empty if
// nothing is.
std::string LabelDoubt(const ModelSpec& model, const Dataset& dataset) {
  const bool ratings = dataset.manifest().task() == CLASSIFICATION &&
                       model.classification().output() == ClassificationSpec::ORDINAL;
  if (!ratings) return "";
  return OrdinalWarning(dataset.folder(), dataset.manifest().fields(1), dataset.vocabulary(1));
}

// Returns the options of elman-train that determine where the run starts.
std::vector<std::string> OptionsOf(const CheckpointHeader& header, const InitialVectors& vectors) {
  std::vector<std::string> options;
  if (header.has_started_from()) {
    const StartedFrom& from = header.started_from();
    options.push_back("--resume=" + from.path());
    options.push_back(absl::StrCat("--take=", from.taken() == StartedFrom::EVERYTHING ? "all"
                                              : from.taken() == StartedFrom::MOMENTS  ? "moments"
                                                                                      : "weights"));
  }
  // Of several files, separated by commas, only the user knows the places.
  const auto given = [](const std::string& files) {
    return absl::StrContains(files, ',') ? files : AbsolutePath(files);
  };
  if (!vectors.vectors.empty()) options.push_back("--vectors=" + given(vectors.vectors));
  if (!vectors.target_vectors.empty())
    options.push_back("--target_vectors=" + given(vectors.target_vectors));
  return options;
}

}  // namespace

std::string ImbalanceText(const PreparedRun& run) {
  const int ranks = run.communicator->size(), lanes = run.config().lanes();
  int64_t most = 0, least = std::numeric_limits<int64_t>::max(), all = 0;
  for (int rank = 0; rank < ranks; ++rank) {
    const LaneRange mine = PartOfItems(lanes, ranks, rank);
    const int64_t rows = run.source->end_row(mine.end - 1) - run.source->first_row(mine.first);
    most = std::max(most, rows);
    least = std::min(least, rows);
    all += rows;
  }
  const double idle = 1 - static_cast<double>(all) / static_cast<double>(most * ranks);
  if (idle < 0.1) return "";
  const int64_t batch = (run.config().batch_size() + ranks - 1) / ranks * ranks;
  return absl::StrCat(
      "of the ", all, " sequences of a step, some ranks have ", most, " and others ", least,
      ": ranks wait ", FixedText(100 * idle, 0), " % of the time; ",
      lanes == ranks ? absl::StrCat("batch_size=", batch, " is shared evenly by ", ranks, " ranks")
                     : absl::StrCat("a number of ranks that divides the ", lanes,
                                    " lanes shares them evenly"));
}

void AnnounceRun(const PreparedRun& run, const InitialVectors& vectors,
                 ProgressReporter* reporter) {
  const RunStart& start = run.start;
  const Datasets& datasets = run.datasets;
  const int ranks = run.communicator->size();
  const std::string memory = EstimateMemory(run).ToString();
  const Progress& progress = start.checkpoint.header.progress();
  uint64_t tokens = 0;
  for (size_t i = 0; i < datasets.size(); ++i) {
    tokens += (*datasets[i]->FindSplit("train"))->counts(0).tokens();
    tokens -= run.left_out[i].tokens;
  }
  const std::string parameters = GroupedText(run.model->parameters().count());
  const std::string train_tokens = GroupedText(tokens);
  const std::string steps = GroupedText(StepsPerEpoch(*run.source, start.config.micro_batches()));
  const std::string machine = absl::StrCat("oneDNN ", OneDnnVersion(), ", ", InstructionSet());
  reporter->PrintInfo(absl::StrCat(ModelText(start.checkpoint.header.task(), start.config.model()),
                                   ", ", parameters, " parameters, ", train_tokens,
                                   " training tokens, ", steps, " steps per epoch, ",
                                   CountText(start.config.lanes(), "lane"), " on ",
                                   CountText(ranks, "rank"), " (", machine, ")"));
  reporter->PrintInfo(absl::StrCat("memory per rank, about: ", memory));
  const std::string task = absl::AsciiStrToLower(Task_Name(start.checkpoint.header.task()));
  RunDescription description = {.details = {{"steps per epoch", steps},
                                            {"lanes", absl::StrCat(start.config.lanes())},
                                            {"ranks", absl::StrCat(ranks)},
                                            {"memory per rank, about", memory},
                                            {"host of rank 0", HostName()},
                                            {"computes with", machine},
                                            {"Elman", ELMAN_VERSION}},
                                .options = OptionsOf(start.checkpoint.header, vectors)};
  auto& facts = description.facts;
  facts.emplace_back("task", absl::StrReplaceAll(task, {{"_", " "}}));
  const auto weights = DataWeights(datasets, start.config);
  for (size_t i = 0; i < datasets.size(); ++i) {
    description.data.push_back(datasets[i]->folder());
    facts.emplace_back("data", datasets[i]->folder());
    if (datasets.size() == 1) continue;
    const std::string share = absl::StrFormat("%.1f %% of the training on ", 100 * (*weights)[i]);
    facts.back().second = share + datasets[i]->folder();
    reporter->PrintInfo(facts.back().second);
  }
  // Those of a translator's targets are other ones.
  const bool translates = start.checkpoint.header.task() == TRANSLATION;
  facts.emplace_back(translates ? "training tokens (source)" : "training tokens", train_tokens);
  facts.emplace_back(
      "model", absl::StrCat(ModelText(start.checkpoint.header.task(), start.config.model()), ", ",
                            parameters, " parameters"));
  reporter->Describe(std::move(description));
  if (start.resumed()) {
    reporter->Event(
        progress.step(), "resumed",
        absl::StrCat("resumed at step ", progress.step(), " from ", start.resumed_from));
  }
  if (!start.resumed()) {
    const RunSize size = {
        .examples = run.source->examples(),
        .tokens = tokens,
        .steps_per_epoch = StepsPerEpoch(*run.source, start.config.micro_batches()),
        .total_steps = TotalSteps(start.config, *run.source)};
    for (const std::string& advice :
         AdviseOnSize(start.checkpoint.header.task(), start.config, size))
      reporter->Advise(advice);
    reporter->Advise(AdviseOnRate(start.checkpoint.header.task(), start.config));
    if (start.config.evaluation().patience() > 0 && run.evaluator == nullptr)
      reporter->Event(progress.step(), "patience",
                      "warning: evaluation.patience has no effect, because the data set has no "
                      "split valid; make one with elman-preprocess --valid=FILE");
  }
  const std::string imbalance = ImbalanceText(run);
  if (!imbalance.empty()) reporter->Event(progress.step(), "imbalance", "warning: " + imbalance);
  const std::string left_out = LongExamplesText(datasets, run.left_out, start.config.max_length());
  if (!left_out.empty()) reporter->Event(progress.step(), "left_out", left_out);
  for (const auto& dataset : datasets) {
    const FieldEntry& last = *dataset->manifest().fields().rbegin();
    for (const std::string& doubt :
         {LabelDoubt(start.config.model(), *dataset), OneLabelWarning(dataset->folder(), last)}) {
      if (!doubt.empty()) reporter->Event(progress.step(), "labels", "warning: " + doubt);
    }
  }
  for (const auto& [event, detail] : start.events) {
    if (event == kBestReset) {
      reporter->BestReset(progress, detail);
    } else {
      reporter->Event(progress.step(), event, detail);
    }
  }
  if (!start.set_aside.empty()) {
    reporter->Event(
        progress.step(), "set_aside",
        absl::StrCat(
            "checkpoints of later steps were renamed; Elman neither reads nor deletes them: ",
            absl::StrJoin(start.set_aside, ", ")));
  }
}

}  // namespace elman
