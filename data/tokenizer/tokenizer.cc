#include "data/tokenizer/tokenizer.h"

namespace elman {

void EncodeWord(const Tokenizer& tokenizer, const Vocabulary& vocabulary, std::string_view word,
                std::vector<uint32_t>* ids) {
  const size_t before = ids->size();
  tokenizer.Encode(word, ids);
  if (ids->size() == before) ids->push_back(vocabulary.unknown_id());
}

}  // namespace elman
