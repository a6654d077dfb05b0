// Many texts continued side by side.
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

// Rows that are computed together, if texts have no more hypotheses each.
inline constexpr int kDecodingRows = 16;

// Texts have places, as many as kDecodingRows have room for. The text of number n always has place
// n mod places(), and a place's rows are always computed together with all others, of texts or
// not: so a text depends on its number, and not on which others are there or how many are asked for
// at a time. When a text is complete its place goes to the next. Not for concurrent use.
class BatchDecoder {
 public:
  // The model must outlive it. All decoders will have `width` hypotheses.
  BatchDecoder(LanguageModel* model, int width);

  int places() const { return places_; }

  struct Job {
    std::vector<int32_t> prompt;  // at least one token
    std::unique_ptr<Decoder> decoder;
  };

  // Completes the texts of the jobs, of which the first has the number `first`. `after_step` hears
  // of each step forward of a job.
  void Run(std::span<Job> jobs, uint64_t first, const std::function<void(const Job&)>& after_step);

 private:
  // A place: the job that has it, and how far it is.
  struct Place {
    Job* job = nullptr;
    size_t read = 0;          // tokens of the prompt
    size_t next_of_jobs = 0;  // after this one
  };
  // Whether there was a job left that the place can have.
  bool GiveNext(std::span<Job> jobs, int number, Place* place);
  // Whether the job goes on.
  bool Advance(int number, Place* place);

  const int width_;
  const int places_;
  DecodingState state_;
  std::vector<int32_t> tokens_;  // that each row reads next
  std::vector<int> from_;        // of one place
};

}  // namespace elman
