#include "trainer/eval/decoding/batch_decoder.h"

#include <algorithm>
#include <numeric>

#include "trainer/network/math/check.h"

namespace elman {

BatchDecoder::BatchDecoder(LanguageModel* model, int width)
    : width_(width),
      places_(std::max(1, kDecodingRows / width)),
      state_(model, places_ * width),
      tokens_(static_cast<size_t>(places_) * width),
      from_(width) {}

void BatchDecoder::Run(std::span<Job> jobs, uint64_t first,
                       const std::function<void(const Job&)>& after_step) {
  std::vector<Place> places(places_);
  int busy = 0;
  for (int i = 0; i < places_; ++i) {
    places[i].next_of_jobs = (i + places_ - first % places_) % places_;
    busy += GiveNext(jobs, i, &places[i]);
  }
  while (busy > 0) {
    state_.Advance(tokens_);
    for (int i = 0; i < places_; ++i) {
      Place* const place = &places[i];
      if (place->job == nullptr) continue;
      const bool continues = Advance(i, place);
      after_step(*place->job);
      if (!continues) busy -= !GiveNext(jobs, i, place);
    }
  }
}

bool BatchDecoder::GiveNext(std::span<Job> jobs, int number, Place* place) {
  if (place->next_of_jobs >= jobs.size()) {
    place->job = nullptr;
    return false;
  }
  place->job = &jobs[place->next_of_jobs];
  place->next_of_jobs += places_;
  place->read = 1;
  CHECK_GE(place->job->prompt.size(), 1u);
  state_.Restart(number * width_, width_);
  std::fill_n(tokens_.begin() + int64_t{number} * width_, width_, place->job->prompt[0]);
  return true;
}

bool BatchDecoder::Advance(int number, Place* place) {
  const int first = number * width_;
  const std::span<int32_t> tokens(tokens_.data() + first, width_);
  const std::vector<int32_t>& prompt = place->job->prompt;
  if (place->read < prompt.size()) {
    std::ranges::fill(tokens, prompt[place->read++]);
    return true;
  }
  std::iota(from_.begin(), from_.end(), 0);
  const bool continues =
      place->job->decoder->Advance(state_.logits().Rows(first, width_), from_, tokens);
  if (continues && width_ > 1) state_.Select(first, from_);
  return continues;
}

}  // namespace elman
