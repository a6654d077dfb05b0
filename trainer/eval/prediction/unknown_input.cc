#include "trainer/eval/prediction/unknown_input.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/format/number_text.h"
#include "data/io/status_macros.h"
#include "data/tokenizer/tokenizer_factory.h"

namespace elman {

UnknownInput::UnknownInput(const TrainedModel* trained, std::unique_ptr<Tokenizer> tokenizer)
    : trained_(trained), tokenizer_(std::move(tokenizer)) {}

absl::StatusOr<std::unique_ptr<UnknownInput>> UnknownInput::Create(const TrainedModel* trained) {
  ASSIGN_OR_RETURN(auto tokenizer,
                   CreateTokenizer(trained->header.fields(0).tokenizer(), trained->vocabularies[0],
                                   trained->tables[0].tokenizer_model));
  return std::unique_ptr<UnknownInput>(new UnknownInput(trained, std::move(tokenizer)));
}

std::string UnknownInput::Note(const PredictionInput& input, uint64_t number) {
  if (noted_) return "";
  std::vector<uint32_t> ids;
  if (input.words.empty()) tokenizer_->Encode(input.line, &ids);
  for (const std::string& word : input.words) tokenizer_->Encode(word, &ids);
  const uint32_t unknown_id = trained_->vocabularies[0].unknown_id();
  const auto unknown = static_cast<size_t>(std::ranges::count(ids, unknown_id));
  if (2 * unknown <= ids.size()) return "";
  noted_ = true;
  const size_t known = ids.size() - unknown;
  return absl::StrCat("note: the model knows ", known == 0 ? "none" : absl::StrCat(known),
                      " of the ", CountText(static_cast<int64_t>(ids.size()), "token"),
                      " of input ", number + 1,
                      ", and reads <unk> for the others; use words of its training data");
}

}  // namespace elman
