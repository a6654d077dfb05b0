#include "data/preprocess/corpus_inputs.h"

#include <sys/stat.h>

#include <cerrno>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "data/command_line/flag_paths.h"
#include "data/format/shell_word.h"
#include "data/io/atomic_file.h"
#include "data/io/decompression.h"
#include "data/io/errno_status.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/text/text_file.h"

namespace elman {
namespace {

absl::StatusOr<std::unique_ptr<AtomicFile>> CopyToFile(const std::string& input,
                                                       const std::string& path) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source, OpenBytes(input));
  ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  std::string buffer(size_t{1} << 20, '\0');
  for (;;) {
    ASSIGN_OR_RETURN(const size_t count, source->Read(buffer.data(), buffer.size()));
    if (count == 0) break;
    RETURN_IF_ERROR(file->Append(std::string_view(buffer.data(), count)));
  }
  RETURN_IF_ERROR(file->Close());
  return file;
}

// How to correct the path of a file that cannot be opened, as "; REMEDY", or an empty text.
std::string HintFor(const std::string& split, const std::string& file) {
  if (absl::StrContains(file, "://")) {
    return absl::StrCat("; download it first: curl -LO ", ShellWord(file));
  }
  if (absl::StartsWith(file, "~")) {
    return absl::StrCat("; the shell does not expand ~ after '='; write --", split, " ", file);
  }
  if (absl::StrContains(file, ':') && FileExists(file.substr(0, file.find(':')))) {
    return "; two files SOURCE:TARGET, and only two, are for --task=translation";
  }
  return MissingFileRemedy(file);
}

absl::Status CheckInput(const std::string& folder, const std::string& split, std::string* file,
                        std::vector<std::unique_ptr<AtomicFile>>* copies) {
  struct stat facts = {};
  if (*file != "-" && ::stat(file->c_str(), &facts) != 0) {
    const absl::Status status =
        ErrnoStatus(errno, absl::StrCat("open the file given as --", split), *file);
    return absl::Status(status.code(), absl::StrCat(status.message(), HintFor(split, *file)));
  }
  if (S_ISDIR(facts.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(*file, ": expected a text file as --", split,
                                                   ", found a folder; name the files in it"));
  }
  if (S_ISREG(facts.st_mode)) return CheckTextFile(*file);
  ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> copy, CopyToFile(*file, JoinPath(folder, "input")));
  *file = copy->temporary_path();
  copies->push_back(std::move(copy));
  return CheckTextFile(*file);
}

// What the lines of a corpus must be.
const char* FormOf(Task task) {
  switch (task) {
    case CLASSIFICATION:
      return "LABEL<TAB>TEXT in each line, with the label first";
    case TAGGING:
      return "an empty line after each sentence";
    case TRANSLATION:
      return "SOURCE<TAB>TARGET in each line";
    default:
      return "one sentence or paragraph per line";
  }
}

}  // namespace

absl::Status CheckInputs(const std::string& folder, std::vector<PreprocessOptions::Split>* splits,
                         std::vector<std::unique_ptr<AtomicFile>>* copies) {
  for (PreprocessOptions::Split& split : *splits) {
    for (std::vector<std::string>* files : {&split.files, &split.target_files}) {
      for (std::string& file : *files)
        RETURN_IF_ERROR(CheckInput(folder, split.name, &file, copies));
    }
  }
  return absl::OkStatus();
}

absl::Status NoExamples(Task task, const PreprocessOptions::Split& split, const std::string& file,
                        const LeftOut& left_out, uint64_t max_length) {
  const auto error = [&](const auto&... what) {
    return absl::InvalidArgumentError(absl::StrCat(file, ": ", what...));
  };
  if (left_out.long_examples > 0) {
    return error(left_out.long_examples == 1
                     ? "the only example of --"
                     : absl::StrCat("all ", left_out.long_examples, " examples of --"),
                 split.name, left_out.long_examples == 1 ? " has" : " have", " more than ",
                 max_length, " tokens (--max_length); increase --max_length, or use ",
                 "--on_long=truncate to keep their first tokens");
  }
  if (split.part.end - split.part.begin < split.part.whole) {
    return error(
        "--split leaves no text for ", split.name,
        ", because there are few different texts, and equal ones are never divided; write ",
        FormOf(task), ", use more text, or another --split");
  }
  return error("empty: --", split.name, " contains no text; name another file");
}

}  // namespace elman
