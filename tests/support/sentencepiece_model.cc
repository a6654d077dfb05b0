#include "tests/support/sentencepiece_model.h"

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

namespace elman {
namespace {

class Lines : public sentencepiece::SentenceIterator {
 public:
  explicit Lines(const std::vector<std::string>& lines) : lines_(lines) {}
  bool done() const override { return next_ == lines_.size(); }
  void Next() override { ++next_; }
  const std::string& value() const override { return lines_[next_]; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  const std::vector<std::string>& lines_;
  size_t next_ = 0;
};

}  // namespace

std::string TrainAnyModel(const std::vector<std::string>& lines,
                          std::unordered_map<std::string, std::string> options) {
  options.emplace("minloglevel", "2");
  options.emplace("hard_vocab_limit", "false");
  std::string model;
  Lines iterator(lines);
  (void)sentencepiece::SentencePieceTrainer::Train(options, &iterator, &model);
  return model;
}

std::vector<std::string> PiecesOfModel(const std::string& model, const std::string& line) {
  sentencepiece::SentencePieceProcessor processor;
  (void)processor.LoadFromSerializedProto(model);
  return processor.EncodeAsPieces(line);
}

std::string RoundTripOfModel(const std::string& model, const std::string& line) {
  sentencepiece::SentencePieceProcessor processor;
  (void)processor.LoadFromSerializedProto(model);
  return processor.DecodeIds(processor.EncodeAsIds(line));
}

}  // namespace elman
