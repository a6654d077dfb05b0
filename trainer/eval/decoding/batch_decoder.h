// Generates many texts in parallel.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "trainer/eval/decoding/decoder.h"
#include "trainer/eval/decoding/decoding_state.h"
#include "trainer/network/models/language_model.h"

namespace elman {

// Number of rows that are computed together, unless one text alone has more hypotheses.
inline constexpr int kDecodingRows = 16;

// Texts are assigned to a fixed number of places, as many as kDecodingRows allows. Text number n
// always uses the place n mod places(), and all places are always computed together, whether they
// are in use or not. So the result for a text depends on its number, but not on the other texts or
// on the size of the group. When a text is complete, its place is used for the next one. Not
// thread-safe.
class BatchDecoder {
 public:
  // The model must outlive the decoder. All jobs must have decoders of `width` hypotheses.
  BatchDecoder(LanguageModel* model, int width);

  int places() const { return places_; }

  struct Job {
    std::vector<int32_t> prompt;  // at least one token
    std::unique_ptr<Decoder> decoder;
  };

  // Completes the texts of the jobs; the first job has the number `first`. Calls `after_step` after
  // each step of a job.
  void Run(std::span<Job> jobs, uint64_t first, const std::function<void(const Job&)>& after_step);

 private:
  // A place: its current job and the progress of it.
  struct Place {
    Job* job = nullptr;
    size_t read = 0;          // number of prompt tokens read
    size_t next_of_jobs = 0;  // position in jobs of the next candidate
  };
  // Assigns the next job to the place. Returns false if none is left for it.
  bool GiveNext(std::span<Job> jobs, int number, Place* place);
  // Advances the job by one step. Returns false if it is complete.
  bool Advance(int number, Place* place);

  const int width_;
  const int places_;
  DecodingState state_;
  std::vector<int32_t> tokens_;  // the next token to read, per row
  std::vector<int> from_;        // for the hypotheses of one place
};

}  // namespace elman
