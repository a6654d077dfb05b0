#include "data/staging/source_files.h"

#include <algorithm>
#include <memory>
#include <string_view>

#include "data/io/checksum.h"
#include "data/io/paths.h"
#include "data/io/read_file.h"
#include "data/io/status_macros.h"
#include "trainer/comm/agreement.h"

namespace elman {

absl::StatusOr<SourceEntry> DescribeSource(const std::string& path, const std::string& given) {
  Fingerprint fingerprint;
  uint64_t bytes = 0;
  RETURN_IF_ERROR(VisitFile(path, [&](std::string_view part) {
    fingerprint.AddUnframed(part);
    bytes += part.size();
    return absl::OkStatus();
  }));
  SourceEntry source;
  // The name of a pipe (/dev/fd/63) is not useful.
  source.set_name(path == given ? FileNameOf(given) : "-");
  source.set_bytes(bytes);
  source.set_xxh3(fingerprint.Hex());
  return source;
}

absl::StatusOr<std::vector<SplitEntry>> DescribeSources(
    const std::vector<PreprocessOptions::Split>& given,
    const std::vector<PreprocessOptions::Split>& read, Communicator* workers) {
  struct File {
    size_t split;
    std::string path, given;
  };
  std::vector<File> files;
  for (size_t i = 0; i < read.size(); ++i) {
    for (size_t j = 0; j < read[i].files.size(); ++j) {
      files.push_back({i, read[i].files[j], given[i].files[j]});
      if (read[i].target_files.empty()) continue;
      files.push_back({i, read[i].target_files[j], given[i].target_files[j]});
    }
  }
  const auto ranks = static_cast<size_t>(workers->size());
  SplitEntry mine;
  const auto describe = [&]() -> absl::Status {
    for (size_t i = static_cast<size_t>(workers->rank()); i < files.size(); i += ranks) {
      ASSIGN_OR_RETURN(*mine.add_sources(), DescribeSource(files[i].path, files[i].given));
    }
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(Agree(workers, describe()));
  std::vector<SplitEntry> described, splits(read.size());
  for (const std::string& theirs : workers->Gather(mine.SerializeAsString()))
    described.emplace_back().ParseFromString(theirs);
  for (size_t i = 0; !described.empty() && i < files.size(); ++i) {
    *splits[files[i].split].add_sources() =
        described[i % ranks].sources(static_cast<int>(i / ranks));
  }
  return splits;
}

}  // namespace elman
