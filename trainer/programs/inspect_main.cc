// elman-inspect: shows and verifies all files that Elman writes.
#include <cstdio>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "data/command_line/flag_groups.h"
#include "data/command_line/output_checks.h"
#include "data/command_line/program.h"
#include "data/format/shell_word.h"
#include "data/io/status_macros.h"
#include "trainer/eval/embeddings/vector_source.h"
#include "trainer/eval/inspection/baseline_inspection.h"
#include "trainer/eval/inspection/inspect.h"
#include "trainer/eval/inspection/inspection.h"
#include "trainer/eval/inspection/run_history.h"
#include "trainer/eval/inspection/run_table.h"
#include "trainer/eval/inspection/word_questions.h"

ABSL_FLAG(bool, verify, false,
          "Checks every byte of PATH with the stored checksums. In a run directory, checks all "
          "checkpoints. Exit status 1 if something is damaged.");
ABSL_FLAG(bool, repair, false,
          "Repairs a run directory. The marks latest and best are files that name a checkpoint; a "
          "mark that names no valid checkpoint is corrected. Temporary files are deleted. Valid "
          "files are not changed.");
ABSL_FLAG(std::string, compare, "",
          "`RUN_DIR` Shows this run directory next to the run directory PATH.");
ABSL_FLAG(std::string, arpa, "",
          "`FILE` Writes an n-gram model to this file, in ARPA format. PATH is a file that "
          "elman-baseline wrote.");
ABSL_FLAG(std::string, neighbors, "",
          "`WORD` Prints the words whose vectors are most similar to the vector of this word.");
ABSL_FLAG(std::string, similarity, "",
          "`A,B` Prints the cosine similarity of the vectors of the words A and B.");
ABSL_FLAG(std::string, analogy, "",
          "`A,B,C` Prints words D such that D is to C as B is to A. For example, man,king,woman "
          "should print queen.");
ABSL_FLAG(int32_t, count, 10, "Number of words that --neighbors and --analogy print. At least 1.");
ABSL_FLAG(std::string, export_vectors, "", "`FILE` Writes the word vectors of PATH to this file.");
ABSL_FLAG(std::string, vectors_format, "word2vec",
          "`FORMAT` Format of the file that --export_vectors writes: word2vec (text), "
          "word2vec_binary or glove.");
ABSL_FLAG(bool, all, false,
          "For a run directory or a checkpoint: shows all fields of the configuration, and the "
          "shapes of all parameters. Without this option, shows only the fields that differ from "
          "their defaults.");
ABSL_FLAG(std::string, format, "text",
          "`FORMAT` Output format: text, or json (one JSON object on one line).");

namespace elman {
namespace {

constexpr Example kExamples[] = {
    {"Show a run: its metrics, checkpoints and events", "elman-inspect run/mine/model"},
    {"Compare two runs", "elman-inspect run/mine/model --compare=run/other"},
    {"Show a table of several runs, the best one first", "elman-inspect run/sweep/*"},
    {"Export word vectors for other programs",
     "elman-inspect run/vectors/model --export_vectors=vectors.txt"},
    {"Find the word that is to woman as king is to man (queen)",
     "elman-inspect run/vectors/model --analogy=man,king,woman"},
    {"Check every byte of a data set", "elman-inspect run/mine/data --verify"},
    {"Repair the marks latest and best of a run directory",
     "elman-inspect run/mine/model --repair"},
    {"Export an n-gram model for other programs",
     "elman-inspect run/mine/5gram --arpa=5gram.arpa"}};

// Explains flags that name what is to be inspected.
std::string ExplainPath(std::string_view name, std::string_view value) {
  for (const std::string_view path :
       {"run", "run_dir", "checkpoint", "model", "data", "path", "file", "input"}) {
    if (name != path) continue;
    return absl::StrCat("the path is given without a flag: elman-inspect ",
                        value.empty() ? "PATH" : ShellWord(value));
  }
  return "";
}

constexpr Program kProgram = {
    .name = "elman-inspect",
    .purpose = "shows, verifies and repairs data sets, runs and checkpoints",
    .usage =
        "elman-inspect PATH [--verify | --repair | --compare=RUN_DIR] [--all]\n"
        "    [OPTION...]\n"
        "elman-inspect RUN_DIR RUN_DIR... [--format=FORMAT]\n"
        "elman-inspect BASELINE --arpa=FILE [OPTION...]\n"
        "elman-inspect RUN_DIR|CHECKPOINT|VECTORS --export_vectors=FILE\n"
        "    [--vectors_format=FORMAT]\n"
        "elman-inspect RUN_DIR|CHECKPOINT|VECTORS [--neighbors=WORD] [--similarity=A,B]\n"
        "    [--analogy=A,B,C] [--count=N]",
    .description =
        "Prints what PATH contains. PATH is a data set, a shard (a file of a data set), a run "
        "directory, a checkpoint, a baseline, a file of word vectors or the metrics.jsonl of a "
        "run. For a run directory, prints the results, the progress of training and the latest "
        "checkpoint. For other files that Elman writes, prints which program reads them.\n\n"
        "For several run directories, prints a table with one row per run: the main metric of the "
        "best validation, the last step, the state, and the configuration fields in which the runs "
        "differ. The best run is first.\n\n"
        "Also queries and exports word vectors. For this, PATH is a run directory, a checkpoint, "
        "or a file (VECTORS) in a format of word2vec, fastText or GloVe.",
    .examples = kExamples,
    .main_file = __FILE__,
    .explain = ExplainPath};

WordQuestions QuestionsOfFlags() {
  return {.neighbors = absl::GetFlag(FLAGS_neighbors),
          .similarity = absl::GetFlag(FLAGS_similarity),
          .analogy = absl::GetFlag(FLAGS_analogy),
          .count = absl::GetFlag(FLAGS_count)};
}

absl::Status CheckCommandLine(const CommandLine& command_line) {
  RETURN_IF_ERROR(ExpectNoFlagWithoutDashes(command_line));
  if (command_line.arguments.empty()) {
    return absl::InvalidArgumentError(
        "expected one PATH: a data set, run directory, checkpoint, shard or baseline, or several "
        "run directories; see --help");
  }
  if (command_line.arguments.size() > 1) {
    RETURN_IF_ERROR(ExpectOnly(command_line, {"format"}, "several paths"));
    return ExpectFormat(absl::GetFlag(FLAGS_format));
  }
  const bool compares = !absl::GetFlag(FLAGS_compare).empty();
  const bool exports_arpa = !absl::GetFlag(FLAGS_arpa).empty();
  const bool exports_vectors = !absl::GetFlag(FLAGS_export_vectors).empty();
  if (compares + exports_arpa + exports_vectors + QuestionsOfFlags().any() +
          absl::GetFlag(FLAGS_verify) + absl::GetFlag(FLAGS_repair) >
      1) {
    return absl::InvalidArgumentError(
        "--verify, --repair, --compare, --arpa, --export_vectors and questions about words exclude "
        "each other; give one of them");
  }
  const FlagGroup groups[] = {
      {"--neighbors and --analogy",
       !QuestionsOfFlags().neighbors.empty() || !QuestionsOfFlags().analogy.empty(),
       {"count"}},
      {"--export_vectors", exports_vectors, {"vectors_format"}}};
  RETURN_IF_ERROR(ExpectApplicable(command_line, groups, "that is not given"));
  if (absl::GetFlag(FLAGS_count) < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("--count=", absl::GetFlag(FLAGS_count), ": it must be at least 1"));
  }
  RETURN_IF_ERROR(ParseVectorFormat(absl::GetFlag(FLAGS_vectors_format)).status());
  return ExpectFormat(absl::GetFlag(FLAGS_format));
}

absl::StatusOr<Inspection> Export(const std::string& path, const std::string& file) {
  ASSIGN_OR_RETURN(const VectorFormat format,
                   ParseVectorFormat(absl::GetFlag(FLAGS_vectors_format)));
  ASSIGN_OR_RETURN(const ExportedVectors exported, ExportVectors(path, file, format));
  Inspection inspection;
  inspection.Add("path", path).Add("exported", file).Add("words", exported.words);
  if (exported.left_out > 0) inspection.Add("left_out_for_white_space", exported.left_out);
  return inspection;
}

absl::StatusOr<Inspection> InspectByFlags(const std::vector<std::string>& paths) {
  if (paths.size() > 1) return TabulateRuns(paths);
  const std::string& path = paths[0];
  const std::string file = absl::GetFlag(FLAGS_export_vectors);
  const GivenPath inputs[] = {{"PATH", path}};
  const GivenPath vectors = {"--export_vectors", file};
  const GivenPath model = {"--arpa", absl::GetFlag(FLAGS_arpa)};
  for (const GivenPath& output : {vectors, model}) {
    RETURN_IF_ERROR(ExpectOutputApart(output, inputs));
    RETURN_IF_ERROR(ExpectNoDatasetThere(output));
  }
  RETURN_IF_ERROR(ExpectNoFolder(vectors, "vectors.txt"));
  RETURN_IF_ERROR(ExpectNoFolder(model, "model.arpa"));
  if (!file.empty()) return Export(path, file);
  if (const WordQuestions questions = QuestionsOfFlags(); questions.any())
    return AnswerWordQuestions(path, questions);
  if (absl::GetFlag(FLAGS_repair)) return Repair(path);
  const std::string other = absl::GetFlag(FLAGS_compare);
  if (!other.empty()) return CompareRuns(path, other);
  if (const std::string arpa = absl::GetFlag(FLAGS_arpa); !arpa.empty())
    return InspectAndExportArpa(path, arpa);
  return Inspect(path, {.verify = absl::GetFlag(FLAGS_verify), .all = absl::GetFlag(FLAGS_all)});
}

absl::Status Run(const CommandLine& command_line) {
  ASSIGN_OR_RETURN(const Inspection inspection, InspectByFlags(command_line.arguments));
  if (IsJson(absl::GetFlag(FLAGS_format))) {
    std::printf("%s\n", inspection.json().ToString().c_str());
  } else {
    std::printf("%s", inspection.text().c_str());
  }
  if (inspection.problems.empty()) return absl::OkStatus();
  const size_t more = inspection.problems.size() - 1;
  return absl::DataLossError(absl::StrCat(
      inspection.problems[0], more == 0 ? "" : absl::StrCat(" (and ", more, " more problems)")));
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) {
  return elman::RunProgram(elman::kProgram, argc, argv, elman::CheckCommandLine, elman::Run);
}
