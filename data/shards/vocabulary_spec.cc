#include "data/shards/vocabulary_spec.h"

#include "data/io/checksum.h"

namespace elman {

std::string VocabularyFingerprint(const TokenizerSpec& tokenizer, std::string_view vocabulary_text,
                                  std::string_view tokenizer_model) {
  return Fingerprint()
      .Add(static_cast<uint64_t>(tokenizer.kind()))
      .Add(static_cast<uint64_t>(tokenizer.lowercase()))
      .Add(static_cast<uint64_t>(tokenizer.keep_empty_lines()))
      .Add(tokenizer.min_count())
      .Add(tokenizer.vocab_size())
      .Add(vocabulary_text)
      .Add(tokenizer_model)
      .Hex();
}

VocabularySpec SpecOf(const Vocabulary& vocabulary, const std::string& fingerprint) {
  VocabularySpec spec;
  spec.set_size(vocabulary.size());
  spec.set_predicted_size(vocabulary.predicted_size());
  spec.set_unknown_id(vocabulary.unknown_id());
  spec.set_end_id(vocabulary.end_id());
  spec.set_start_id(vocabulary.start_id());
  spec.set_pad_id(vocabulary.pad_id());
  spec.set_fingerprint(fingerprint);
  return spec;
}

}  // namespace elman
