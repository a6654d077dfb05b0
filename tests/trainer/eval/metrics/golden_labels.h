// Reads the corpora of tests/golden/label_metrics.txt, or of the file in ELMAN_LABEL_METRICS, which
// make_label_metrics.py writes.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace elman {

struct GoldenEntities {
  struct Counts {
    int64_t found = 0, present = 0, correct = 0;
    bool operator==(const Counts&) const = default;
  };
  struct Sentence {
    std::vector<std::string> reference, predicted;
  };
  std::string scheme;
  bool well_formed = false;
  std::vector<Sentence> sentences = {};
  // By mode ("conlleval" or "strict"), then by type.
  std::map<std::string, std::map<std::string, Counts>> counts = {};
};

struct GoldenLabels {
  struct Scores {
    double precision = 0, recall = 0, f1 = 0;
    int64_t present = 0;
  };
  std::vector<std::string> train;
  std::vector<std::string> pairs = {};          // reference, prediction, reference, ...
  std::map<std::string, double> metrics = {};   // over all labels
  std::map<std::string, Scores> by_label = {};  // only labels that occur
  std::map<std::pair<std::string, std::string>, int64_t> confusion = {};  // reference, prediction
};

struct GoldenMetrics {
  std::vector<GoldenEntities> entities;
  std::vector<GoldenLabels> labels;
};

inline GoldenMetrics ReadGoldenMetrics(const std::string& golden_folder) {
  const char* const other = std::getenv("ELMAN_LABEL_METRICS");
  std::ifstream file(other != nullptr ? other : golden_folder + "/label_metrics.txt");
  GoldenMetrics golden;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string kind, name;
    words >> kind;
    const auto rest = [&words] {
      std::vector<std::string> all;
      for (std::string word; words >> word;) all.push_back(word);
      return all;
    };
    if (kind == "entities") {
      std::string form;
      words >> name >> form;
      golden.entities.push_back({name, form == "well-formed"});
    } else if (kind == "G") {
      golden.entities.back().sentences.push_back({rest(), {}});
    } else if (kind == "P") {
      golden.entities.back().sentences.back().predicted = rest();
    } else if (kind == "conlleval" || kind == "strict") {
      words >> name;
      GoldenEntities::Counts& counts = golden.entities.back().counts[kind][name];
      words >> counts.found >> counts.present >> counts.correct;
    } else if (kind == "labels") {
      golden.labels.push_back({rest()});
    } else if (kind == "pairs") {
      golden.labels.back().pairs = rest();
    } else if (kind == "label") {
      words >> name;
      GoldenLabels::Scores& scores = golden.labels.back().by_label[name];
      words >> scores.precision >> scores.recall >> scores.f1 >> scores.present;
    } else if (kind == "confusion") {
      std::string predicted;
      words >> name >> predicted;
      words >> golden.labels.back().confusion[{name, predicted}];
    } else {
      words >> golden.labels.back().metrics[kind];
    }
  }
  return golden;
}

}  // namespace elman
