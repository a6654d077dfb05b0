#include "data/preprocess/preprocess_plan.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "data/io/checksum.h"
#include "data/io/errno_status.h"
#include "data/io/paths.h"
#include "data/io/random_access_file.h"
#include "data/io/read_file.h"
#include "data/io/status_macros.h"
#include "data/shards/manifest.h"

namespace elman {
namespace {

constexpr uint64_t kEndBytes = uint64_t{64} << 10;

// A fingerprint of the first and last bytes of a file.
absl::StatusOr<std::string> FingerprintOfEnds(const std::string& path) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
  std::string bytes(std::min(kEndBytes, file->size()), '\0');
  Fingerprint fingerprint;
  for (const uint64_t offset : {uint64_t{0}, file->size() - bytes.size()}) {
    RETURN_IF_ERROR(file->Read(offset, bytes.size(), bytes.data()));
    fingerprint.Add(bytes);
  }
  return fingerprint.Hex();
}

absl::Status AddSource(const std::string& given, const std::string& read, std::string* plan) {
  struct stat facts = {};
  if (::stat(read.c_str(), &facts) != 0) return ErrnoStatus(errno, "open", read);
  absl::StrAppend(plan, "source: \"", absl::CEscape(given), "\" bytes: ", facts.st_size);
  if (given == read) {
    ASSIGN_OR_RETURN(const std::string ends, FingerprintOfEnds(read));
    absl::StrAppend(plan, " changed: ", facts.st_mtim.tv_sec, ".", facts.st_mtim.tv_nsec,
                    " ends: ", ends, "\n");
  } else {
    ASSIGN_OR_RETURN(const uint32_t crc, FileCrc32c(read));
    absl::StrAppend(plan, " crc32c: ", crc, "\n");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> PlanText(const PreprocessOptions& options,
                                     const std::vector<PreprocessOptions::Split>& splits) {
  std::string plan = absl::StrCat(
      "elman: ", ELMAN_VERSION, "\ntask: ", static_cast<int>(options.task),
      "\ntokenizer: ", options.tokenizer.ShortDebugString(),
      "\ntarget_tokenizer: ", options.target_tokenizer.ShortDebugString(),
      "\nshared_vocabulary: ", options.shared_vocabulary ? 1 : 0,
      "\nsample_bytes: ", options.tokenizer_sample_bytes,
      "\non_invalid: ", static_cast<int>(options.on_invalid), "\nmax_length: ", options.max_length,
      " ", static_cast<int>(options.on_long),
      "\nsplit_weights: ", absl::StrJoin(options.split_weights, " "),
      "\nlabel_order: ", static_cast<int>(options.label_order.kind), " ",
      absl::CEscape(absl::StrJoin(options.label_order.given, ",")),
      "\ntag_scheme: ", static_cast<int>(options.tag_scheme), "\ncolumns: ", options.columns.word,
      " ", options.columns.tag, " ", options.columns.named ? 1 : 0,
      "\nshard_tokens: ", options.shard_tokens, "\nspools: 5\n");
  std::vector<std::string> given = {options.tokenizer_file, options.target_tokenizer_file};
  if (!options.vocabulary_of.empty())
    given.push_back(JoinPath(options.vocabulary_of, kManifestName));
  for (const std::string& file : given) {
    if (!file.empty()) RETURN_IF_ERROR(AddSource(file, file, &plan));
  }
  for (size_t i = 0; i < splits.size(); ++i) {
    const PreprocessOptions::Split &named = options.splits[i], &read = splits[i];
    absl::StrAppend(&plan, "split: ", read.name, "\n");
    for (size_t j = 0; j < read.files.size(); ++j)
      RETURN_IF_ERROR(AddSource(named.files[j], read.files[j], &plan));
    for (size_t j = 0; j < read.target_files.size(); ++j)
      RETURN_IF_ERROR(AddSource(named.target_files[j], read.target_files[j], &plan));
  }
  return plan;
}

}  // namespace elman
