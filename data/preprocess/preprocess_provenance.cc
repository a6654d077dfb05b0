#include "data/preprocess/preprocess_provenance.h"

#include <algorithm>
#include <string>

#include "data/format/unicode.h"
#include "data/tokenizer/sentencepiece.h"
#include "data/tokenizer/tokenizer.h"

namespace elman {
namespace {

void AddLibrary(const std::string& name, const std::string& version, PreprocessSpec* spec) {
  PreprocessSpec::Library* library = spec->add_libraries();
  library->set_name(name);
  library->set_version(version);
}

}  // namespace

PreprocessSpec DescribeRun(const PreprocessOptions& options,
                           const std::vector<FieldCoding>& fields) {
  bool trained = false, sentencepiece = false, unicode = false;
  for (const FieldCoding& field : fields) {
    const TokenizerSpec::Kind kind = field.spec.kind();
    trained = trained || (IsSubword(kind) && !field.adopted);
    sentencepiece = sentencepiece || IsSubword(kind) || kind == TokenizerSpec::SENTENCEPIECE;
    unicode = unicode || kind == TokenizerSpec::CHARACTER || kind == TokenizerSpec::WORDPIECE;
  }
  PreprocessSpec spec;
  spec.set_elman_version(ELMAN_VERSION);
  if (sentencepiece) AddLibrary("SentencePiece", SentencePieceVersion(), &spec);
  if (unicode) AddLibrary("Unicode", UnicodeVersion(), &spec);
  spec.set_on_invalid(options.on_invalid);
  spec.set_max_length(options.max_length);
  spec.set_on_long(options.on_long);
  for (const uint64_t weight : options.split_weights) spec.add_split_weights(weight);
  spec.set_shard_tokens(options.shard_tokens);
  spec.set_keep_empty_lines(options.tokenizer.keep_empty_lines() &&
                            !fields[0].spec.keep_empty_lines());
  if (trained) spec.set_tokenizer_sample_bytes(options.tokenizer_sample_bytes);
  return spec;
}

}  // namespace elman
