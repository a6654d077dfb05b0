// What a model comes to on a split, in the figures people compare.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/format/json_writer.h"

namespace elman {

struct Figure {
  std::string name = {};  // in JSON and TensorBoard
  double value = 0;
  std::string_view meaning = {};  // for people, behind the value; lives for ever
  bool headline = false;          // also in the line about a validation
  bool count = false;             // a whole number
};

// The same figures of parts of a split: of each label, of each range of lengths.
struct FigureTable {
  struct Row {
    std::string name;
    std::vector<double> values;  // as many as columns
  };
  std::string name;
  std::vector<Figure> columns;  // their values mean nothing
  std::vector<Row> rows;
  std::string also = {};  // a second name in JSON, if not empty
};

struct Evaluation {
  double loss = 0;   // nats per target
  double score = 0;  // the task's own figure of merit, the more the better
  std::vector<Figure> figures = {};
  std::vector<FigureTable> tables = {};
  // What figures must be quoted with, by name.
  std::vector<std::pair<std::string, std::string>> signatures = {};
  // Whether figures compare with those that others compute of the same text, with other
  // vocabularies and tools; where it is not known for the task, nothing.
  std::optional<bool> comparable = {};
  // Sentences for people: why figures do not compare and what does, or why one is missing.
  std::vector<std::string> remarks = {};

  // Null if there is none of that name.
  const Figure* Find(std::string_view name) const;
};

// Adds the figures and the signatures in their order, `comparable`, `remarks` where there are any
// and, if asked for, each table as an object of objects.
void AddEvaluation(const Evaluation& evaluation, bool with_tables, JsonObject* json);

// "loss 0.5000  accuracy 0.9000": the headlines.
std::string HeadlineOf(const Evaluation& evaluation);

// For people: a line a figure, those with signatures, then the tables and the remarks.
std::string EvaluationText(const Evaluation& evaluation);

}  // namespace elman
