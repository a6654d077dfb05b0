#include "trainer/record/checkpoint/known_file.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "data/format/shell_word.h"
#include "data/io/decompression.h"
#include "data/io/paths.h"
#include "data/io/random_access_file.h"
#include "data/records/record_io.h"
#include "data/shards/manifest.h"
#include "data/text/text_file.h"
#include "data/vectors/safetensors.h"
#include "data/vectors/vector_reader.h"
#include "proto/baseline.pb.h"

namespace elman {
namespace {

constexpr size_t kBeginBytes = size_t{32} << 10;
constexpr char kRemedy[] = "name a run directory, a checkpoint or a baseline";
constexpr size_t kShownBytes = 64;  // enough to tell text from records

// Of a checkpoint, or of one that was set aside.
bool HasCheckpointName(const std::string& path) {
  const std::string name = FileNameOf(path);
  return absl::EndsWith(name, ".ckpt") || absl::StrContains(name, ".ckpt.abandoned-");
}

bool HasControlBytes(std::string_view text) {
  return std::ranges::any_of(text, [](char byte) {
    return static_cast<unsigned char>(byte) < ' ' && byte != '\t' && byte != '\n' && byte != '\r';
  });
}

std::string ReadBegin(const std::string& path) {
  auto source = OpenDecompressed(path);
  std::string begin(kBeginBytes, '\0');
  size_t filled = 0;
  while (source.ok() && filled < begin.size()) {
    const absl::StatusOr<size_t> count =
        (*source)->Read(begin.data() + filled, begin.size() - filled);
    if (!count.ok() || *count == 0) break;
    filled += *count;
  }
  begin.resize(filled);
  return begin;
}

// "2026-11-30 21:48:41", as lines of elman-run.log begin.
bool BeginsWithTime(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00 00:00:00";
  return text.size() >= kShape.size() &&
         std::ranges::equal(text.substr(0, kShape.size()), kShape, [](char byte, char shape) {
           return shape == '0' ? absl::ascii_isdigit(byte) : byte == shape;
         });
}

// Of the files in records, by the first record.
KnownFile IdentifyRecord(const std::string& path) {
  const auto file = RandomAccessFile::Open(path);
  std::string payload;
  if (!file.ok() || !RecordReader(file->get()).Read(0, &payload).ok()) return {};
  if (absl::StrContains(payload, "brain.Event:")) {
    return {KnownFile::kOther, "events for TensorBoard",
            absl::StrCat("show them with: tensorboard --logdir=", ShellWord(FolderOf(path)))};
  }
  for (const std::string_view shard : {".tfrecord", ".features", ".texts"}) {
    if (!std::string_view(path).ends_with(shard)) continue;
    return {KnownFile::kOther, "part of a data set",
            absl::StrCat("'elman-inspect ", ShellWord(path), "' shows it; elman-train and ",
                         "elman-evaluate read it with --data=", ShellWord(FolderOf(path)))};
  }
  BaselineRecord baseline;
  if (baseline.ParseFromString(payload) && baseline.has_header()) {
    return {KnownFile::kOther, "a baseline",
            absl::StrCat("elman-evaluate --checkpoint=", ShellWord(path),
                         " evaluates it, and elman-inspect shows it")};
  }
  return {};
}

KnownFile IdentifyText(const std::string& path, std::string_view text) {
  const std::string name = FileNameOf(path), shown = ShellWord(path);
  const auto begins = [&](std::string_view with) { return text.starts_with(with); };
  const auto named = [&](std::string_view end) { return std::string_view(name).ends_with(end); };
  if (begins("version https://git-lfs"))
    return {KnownFile::kOther, "a pointer of Git LFS", "get the file itself with: git lfs pull"};
  if (begins("step-") && text.size() < kShownBytes && text.find(".ckpt") != text.npos) {
    return {KnownFile::kOther, "the name of a checkpoint",
            "name the run directory, or the checkpoint itself"};
  }
  if (begins("\\data\\")) {
    return {KnownFile::kOther, "an n-gram model in the ARPA format",
            absl::StrCat("read it with: elman-baseline --kind=ngram --import_arpa=", shown,
                         " --data=DATASET_DIR --output=FILE")};
  }
  if (begins("format_version:") && text.find("\ntask:") != text.npos) {
    return {KnownFile::kManifest, "the manifest of a data set",
            absl::StrCat("'elman-inspect ", ShellWord(FolderOf(path)), "' shows the data set")};
  }
  if (begins("{\"kind\":")) {
    return {KnownFile::kMetrics, "the metrics of a run",
            absl::StrCat("'elman-inspect ", shown, "' shows them; the run directory is ",
                         ShellWord(FolderOf(path)))};
  }
  if (begins("{\"displayTimeUnit\"") || begins("{\"traceEvents\"")) {
    return {KnownFile::kOther, "a timeline of elman-train --trace",
            "open it in https://ui.perfetto.dev or chrome://tracing"};
  }
  if (begins("# HELP elman_")) {
    return {KnownFile::kOther, "metrics for Prometheus",
            "the textfile collector of node_exporter reads them"};
  }
  if (begins("line\tposition\ttoken\tbits")) {
    return {KnownFile::kOther, "a table of elman-evaluate --surprisal",
            "read it with any program for tab-separated values, such as cut or pandas"};
  }
  if (named("elman-run.log") || BeginsWithTime(text)) {
    return {KnownFile::kOther, "the log of elman-run", absl::StrCat("read it with: less ", shown)};
  }
  if (named("vocabulary.txt") || begins("<unk>\t")) {
    return {KnownFile::kOther, "a vocabulary",
            absl::StrCat("elman-preprocess reads it with --vocabulary=", shown)};
  }
  if (named(".textproto")) {
    return {KnownFile::kConfiguration, "a configuration",
            absl::StrCat("elman-train reads it with --config=", shown)};
  }
  if (absl::StartsWithIgnoreCase(absl::string_view(text.data(), text.size()), "<!doctype html")) {
    return {KnownFile::kOther, "a web page, as report.html of a run", "open it in a browser"};
  }
  return {KnownFile::kText, "other text",
          absl::StrCat("make a data set of it with: elman-preprocess --train=", shown,
                       " --output=DATASET_DIR, or ", kRemedy)};
}

}  // namespace

bool IsRecognized(const KnownFile& file) {
  return file.kind != KnownFile::kUnknown && file.kind != KnownFile::kText &&
         file.reader != kRemedy;
}

KnownFile IdentifyFile(const std::string& path) {
  const std::string begin = ReadBegin(path);
  const bool whole = begin.size() < kBeginBytes;
  if (begin.empty()) return {KnownFile::kOther, "an empty file", kRemedy};
  if (BeginsAsVectors(begin, whole)) {
    return {KnownFile::kWordVectors, "word vectors",
            absl::StrCat("elman-inspect shows them, elman-train reads them with --vectors=",
                         ShellWord(path))};
  }
  if (BeginsAsSafetensors(begin)) {
    return {KnownFile::kOther, "tensors (safetensors)",
            absl::StrCat("elman-train reads word vectors from it with --vectors=", ShellWord(path),
                         ",words=FILE")};
  }
  if (KnownFile record = IdentifyRecord(path); record.kind != KnownFile::kUnknown) return record;
  if (FileNameOf(path).ends_with(kTokenizerName)) {
    return {KnownFile::kOther, "a tokenizer",
            absl::StrCat("elman-preprocess reads it with --tokenizer_model=", ShellWord(path))};
  }
  if (const std::string other = DescribeNoText(begin); !other.empty()) {
    return {KnownFile::kOther, other.substr(0, other.find("; ")), kRemedy};
  }
  std::string_view text = begin;
  text.remove_prefix(ByteOrderMarkBytes(text));
  while (!text.empty() && absl::ascii_isspace(text.front())) text.remove_prefix(1);
  return HasControlBytes(text) ? KnownFile() : IdentifyText(path, text);
}

absl::Status NoCheckpoint(const std::string& path, const absl::Status& damage) {
  if (HasCheckpointName(path)) {
    const auto file = RandomAccessFile::Open(path);
    char begin[kShownBytes];
    if (!file.ok() || !(*file)->Read(0, kShownBytes, begin).ok() ||
        HasControlBytes({begin, kShownBytes}))
      return damage;
  }
  const KnownFile file = IdentifyFile(path);
  if (file.kind != KnownFile::kUnknown)
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": not a checkpoint but ", file.what, "; ", file.reader));
  if (HasCheckpointName(path)) return damage;
  return absl::DataLossError(absl::StrCat(
      path,
      ": neither a checkpoint nor another file that Elman writes, or damaged at its beginning; ",
      "name a run directory or a checkpoint, RUN_DIR/checkpoints/step-*.ckpt"));
}

}  // namespace elman
