// Counts what a rank sends and holds when there are many hosts: simulates hosts with threads, and
// exchanges the gradients of a step of each task. Prints one JSON object for each task and number
// of hosts. The arguments are numbers of hosts; by default 8, 64 and 512. With 512 hosts it needs
// about 16 GB of memory.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

#include "data/format/json_writer.h"
#include "google/protobuf/text_format.h"
#include "tests/support/counting_communicator.h"
#include "trainer/comm/thread_group.h"
#include "trainer/exchange/gradient_exchange.h"
#include "trainer/loop/step_agreement.h"
#include "trainer/network/factory/model_factory.h"
#include "trainer/network/math/random.h"

namespace elman {
namespace {

constexpr int kRanksPerHost = 1, kTokensPerLane = 700;

struct Job {
  const char* name;
  Task task;
  const char* model;
  std::vector<uint64_t> vocabularies;
  ExchangePlan::Updates updates;
};

// Each has about two million parameters.
const Job kJobs[] = {
    {"language_model",
     LANGUAGE_MODEL,
     "cell: LSTM hidden_size: 160 embedding_size: 96",
     {7000},
     ExchangePlan::Updates::kAll},
    {"tagging",
     TAGGING,
     "cell: LSTM hidden_size: 96 embedding_size: 64 bidirectional: true",
     {29000, 20},
     ExchangePlan::Updates::kAll},
    {"classification",
     CLASSIFICATION,
     "cell: LSTM hidden_size: 96 embedding_size: 64",
     {30000, 2},
     ExchangePlan::Updates::kAll},
    {"translation",
     TRANSLATION,
     "cell: GRU hidden_size: 128 embedding_size: 96",
     {5500, 5500},
     ExchangePlan::Updates::kAll},
    {"word_vectors",
     LANGUAGE_MODEL,
     "embedding_size: 64 word_vectors { method: SKIP_GRAM }",
     {15600},
     ExchangePlan::Updates::kTouched},
};

struct Counted {
  int64_t parameters = 0, bytes = 0, most_messages = 0, most_floats = 0, start_bytes = 0;
};

// The rows of sparse parameters that a lane touches: by Zipf's law, as words of a text.
void Touch(const Model& model, int lane, BlockSet* touched) {
  for (const Parameter& parameter : model.parameters().parameters()) {
    if (!parameter.sparse) continue;
    for (int token = 0; token < kTokensPerLane; ++token) {
      const double uniform = UniformFloat(RandomWord({1}, token, lane, parameter.offset));
      const auto rows = static_cast<double>(parameter.rows);
      const auto row = static_cast<int64_t>(std::pow(rows, uniform)) - 1;
      touched->Insert(parameter.offset + row * parameter.cols, parameter.cols);
    }
  }
}

Counted Count(const Job& job, const Model& model, int hosts) {
  std::vector<int> host_of_rank;
  for (int host = 0; host < hosts; ++host)
    host_of_rank.insert(host_of_rank.end(), kRanksPerHost, host);
  const Topology topology(host_of_rank, SumTree(hosts * kRanksPerHost, kRanksPerHost));
  const BlockSet dense = model.parameters().DenseBlocks();
  Counted counted{.parameters = dense.elements()};
  std::mutex mutex;
  RunThreadGroup(host_of_rank, [&](Communicator* group) {
    CountingCommunicator communicator(group);
    GradientExchange exchange(&communicator,
                              ExchangePlan(topology, dense, {.updates = job.updates}));
    StepAgreement agreement(&communicator, topology, ReplicaCheck(0, {}));
    communicator.Reset();
    exchange.BroadcastValues();
    const int64_t start_bytes = communicator.bytes();
    communicator.Reset();
    agreement.BeginStep();
    exchange.ComputeLanes(0, [&](int lane, GradientArray* gradients) {
      Touch(model, lane, gradients->mutable_touched());
    });
    if (!agreement.Agree(absl::OkStatus(), {}, Progress(), -1).ok()) std::abort();
    exchange.Reduce(0);
    exchange.SumOfSquares();
    exchange.ShareValues();
    const std::lock_guard lock(mutex);
    counted.bytes += communicator.bytes();
    counted.most_messages = std::max(counted.most_messages, communicator.messages());
    counted.most_floats = std::max(counted.most_floats, GradientExchange::GradientFloats(
                                                            exchange.plan(), communicator.rank()) -
                                                            counted.parameters);
    if (communicator.rank() == 0) counted.start_bytes = start_bytes;
  });
  return counted;
}

void Print(const Job& job, int hosts, const Counted& counted) {
  const auto array_bytes = static_cast<double>(counted.parameters) * sizeof(float);
  const double needed = 2.0 * (hosts - 1) / hosts * array_bytes;
  JsonObject line;
  line.Add("name", std::string("Scaling/") + job.name + "/" + std::to_string(hosts))
      .Add("parameters", counted.parameters)
      .Add("bytes_sent_per_host", static_cast<double>(counted.bytes) / hosts)
      .Add("over_all_reduce_of_dense", static_cast<double>(counted.bytes) / hosts / needed)
      .Add("most_messages_of_a_rank", counted.most_messages)
      .Add("resident_over_parameters",
           static_cast<double>(counted.most_floats) / static_cast<double>(counted.parameters))
      .Add("bytes_from_rank_0_at_start_over_parameters",
           static_cast<double>(counted.start_bytes) / array_bytes);
  std::printf("%s\n", line.ToString().c_str());
  std::fflush(stdout);
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) {
  using namespace elman;
  std::vector<int> hosts;
  for (int i = 1; i < argc; ++i) hosts.push_back(std::atoi(argv[i]));
  if (hosts.empty()) hosts = {8, 64, 512};
  for (const Job& job : kJobs) {
    ModelSpec spec;
    google::protobuf::TextFormat::ParseFromString(job.model, &spec);
    std::vector<VocabularySpec> vocabularies;
    for (const uint64_t size : job.vocabularies) vocabularies.emplace_back().set_size(size);
    const std::vector<uint64_t> counts(job.vocabularies[0], 1);
    const auto model = CreateModel(job.task, spec, vocabularies, counts);
    if (!model.ok()) {
      std::fprintf(stderr, "%s: %s\n", job.name, std::string(model.status().message()).c_str());
      return 1;
    }
    for (const int number : hosts) Print(job, number, Count(job, **model, number));
  }
}
