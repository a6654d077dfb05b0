#include "trainer/eval/decoding/translation_search.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/format/number_text.h"
#include "trainer/eval/decoding/batch_builder.h"
#include "trainer/network/math/softmax.h"

namespace elman {

absl::Status CheckSearchOptions(int beam, int least_beam, double length_penalty) {
  constexpr int kMaxBeam = 1024;
  if (beam < least_beam || beam > kMaxBeam) {
    return absl::InvalidArgumentError(
        absl::StrCat("--beam=", beam, ": it must be from ", least_beam, " to ", kMaxBeam));
  }
  if (length_penalty >= 0 && std::isfinite(length_penalty)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--length_penalty=", RoundedText(length_penalty), ": it must be at least 0"));
}

// An extension of a hypothesis by one word.
struct TranslationSearch::Extension {
  int hypothesis = 0;
  uint32_t token = 0;
  double log_probability = 0;  // of the whole hypothesis
};

// The state of the search for one source.
struct TranslationSearch::Sentence {
  // Hypotheses are paths in a tree of tokens; each ends at a node.
  struct Node {
    int parent = 0;  // -1 for the first token
    uint32_t token = 0;
    std::vector<float> weights = {};
    int uses = 1;  // number of hypotheses that end here, plus number of child nodes
  };
  struct Hypothesis {
    int node = -1;
    double log_probability = 0;
    int64_t state_row = 0;  // row of the state before the next token
  };
  struct Finished {
    Hypothesis hypothesis;
    double score = 0;
    bool ended = true;
  };

  int64_t words = 0;  // length of the source
  int64_t max_tokens = 0;
  int64_t tokens = 0;  // length of every live hypothesis
  std::vector<Node> nodes;
  std::vector<Hypothesis> live;
  std::vector<Finished> finished;  // sorted, best first

  // Removes a hypothesis that ends at a node, and frees the attention weights of nodes that no
  // hypothesis uses. The weights of all nodes, for a beam over long texts, would be many times
  // larger than those of the results.
  void Leave(int node) {
    while (node >= 0 && --nodes[node].uses == 0) {
      std::vector<float>().swap(nodes[node].weights);
      node = nodes[node].parent;
    }
  }
};

namespace {

// Copies chosen rows of several states [rows, size].
std::vector<float> Select(const std::vector<float>& states, int count, int64_t size,
                          const std::vector<int64_t>& rows) {
  const int64_t rows_before = std::ssize(states) / (count * size);
  std::vector<float> selected;
  selected.reserve(count * rows.size() * size);
  for (int state = 0; state < count; ++state) {
    for (const int64_t row : rows) {
      const float* from = states.data() + (state * rows_before + row) * size;
      selected.insert(selected.end(), from, from + size);
    }
  }
  return selected;
}

}  // namespace

double TranslationSearch::Score(double log_probability, int64_t tokens) const {
  return log_probability / std::pow(static_cast<double>(5 + tokens) / 6, spec_.length_penalty);
}

// Returns the best extensions of the live hypotheses, best first. Each may be an end, so there are
// twice as many as the beam width.
std::vector<TranslationSearch::Extension> TranslationSearch::BestExtensions(
    const Sentence& sentence, ConstMatrix logits) const {
  const auto better = [](const Extension& a, const Extension& b) {
    if (a.log_probability != b.log_probability) return a.log_probability > b.log_probability;
    return a.hypothesis != b.hypothesis ? a.hypothesis < b.hypothesis : a.token < b.token;
  };
  const auto most = static_cast<size_t>(2) * spec_.beam;
  std::vector<Extension> best;  // a heap with the worst extension on top
  for (int64_t row = 0; row < logits.rows; ++row) {
    const float* z = logits.row(row);
    const double base = sentence.live[row].log_probability - LogSumExp(z, logits.cols);
    for (uint32_t token = 0; token < logits.cols; ++token) {
      if (token == target_.unknown_id() && !spec_.unknown_allowed) continue;
      const double log_probability = base + z[token];
      if (best.size() == most) {
        if (log_probability <= best.front().log_probability) continue;
        std::ranges::pop_heap(best, better);
        best.pop_back();
      }
      best.push_back({static_cast<int>(row), token, log_probability});
      std::ranges::push_heap(best, better);
    }
  }
  std::ranges::sort(best, better);
  return best;
}

// Extends the live hypotheses of a source by one token, given their rows of `logits` and `weights`.
void TranslationSearch::Advance(ConstMatrix logits, const float* weights, int64_t first_row,
                                Sentence* sentence) {
  std::vector<Sentence::Hypothesis> next;
  const std::vector<Extension> extensions = BestExtensions(*sentence, logits);
  ++sentence->tokens;
  for (size_t rank = 0; rank < extensions.size(); ++rank) {
    const Extension& extension = extensions[rank];
    const bool ends = extension.token == target_.end_id();
    // An end counts only if it ranks among the best `beam` extensions.
    if (ends ? rank >= static_cast<size_t>(spec_.beam) : std::ssize(next) == spec_.beam) continue;
    Sentence::Node node = {.parent = sentence->live[extension.hypothesis].node,
                           .token = extension.token};
    if (weights != nullptr && spec_.attention_wanted) {
      const float* own = weights + extension.hypothesis * sentence->words;
      node.weights.assign(own, own + sentence->words);
    }
    if (node.parent >= 0) ++sentence->nodes[node.parent].uses;
    sentence->nodes.push_back(std::move(node));
    const Sentence::Hypothesis hypothesis = {.node = static_cast<int>(sentence->nodes.size()) - 1,
                                             .log_probability = extension.log_probability,
                                             .state_row = first_row + extension.hypothesis};
    if (ends) {
      sentence->finished.push_back({.hypothesis = hypothesis,
                                    .score = Score(hypothesis.log_probability, sentence->tokens),
                                    .ended = true});
    } else {
      next.push_back(hypothesis);
    }
  }
  std::ranges::stable_sort(sentence->finished, std::ranges::greater(), &Sentence::Finished::score);
  for (const Sentence::Hypothesis& before : sentence->live) sentence->Leave(before.node);
  sentence->live = std::move(next);
  if (IsDone(*sentence)) sentence->live.clear();
  if (sentence->tokens < sentence->max_tokens) return;
  for (const Sentence::Hypothesis& cut_off : sentence->live) {
    if (std::ssize(sentence->finished) == spec_.n_best) break;
    sentence->finished.push_back({.hypothesis = cut_off,
                                  .score = Score(cut_off.log_probability, sentence->tokens),
                                  .ended = false});
  }
  sentence->live.clear();
}

// Returns whether enough hypotheses have ended, or no live hypothesis can still exceed the n-th
// best.
bool TranslationSearch::IsDone(const Sentence& sentence) const {
  if (sentence.live.empty()) return true;
  const auto wanted = static_cast<size_t>(spec_.n_best);
  if (sentence.finished.size() < wanted) return false;
  if (sentence.finished.size() >= static_cast<size_t>(spec_.beam)) return true;
  return Score(sentence.live[0].log_probability, sentence.max_tokens) <=
         sentence.finished[wanted - 1].score;
}

std::vector<Translation> TranslationSearch::BestOf(Sentence* sentence) const {
  std::vector<Translation> translations;
  for (const Sentence::Finished& finished : sentence->finished) {
    if (std::ssize(translations) == spec_.n_best) break;
    Translation& translation = translations.emplace_back();
    translation.log_probability = finished.hypothesis.log_probability;
    translation.score = finished.score;
    translation.ended = finished.ended;
    for (int at = finished.hypothesis.node; at >= 0; at = sentence->nodes[at].parent) {
      const Sentence::Node& node = sentence->nodes[at];
      if (node.token != target_.end_id()) translation.tokens.push_back(node.token);
      if (!node.weights.empty()) translation.attention.push_back(node.weights);
    }
    std::ranges::reverse(translation.tokens);
    std::ranges::reverse(translation.attention);
  }
  return translations;
}

std::vector<std::vector<Translation>> TranslationSearch::Run(
    std::span<const TokenSequence> sources) {
  std::vector<std::vector<Translation>> translations(sources.size(), {Translation()});
  BatchBuilder builder(target_.pad_id());
  std::vector<size_t> numbers;  // numbers of the sources in the search
  std::vector<Sentence> sentences;
  for (size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].ids.size() <= 1 || !builder.Add(sources[i])) continue;
    numbers.push_back(i);
    Sentence& sentence = sentences.emplace_back();
    sentence.words = std::ssize(sources[i].ids);
    sentence.max_tokens =
        10 + static_cast<int64_t>(spec_.max_length_ratio * static_cast<double>(sentence.words - 1));
    sentence.live = {{.state_row = std::ssize(sentences) - 1}};
  }
  if (sentences.empty()) return translations;

  const Batch batch = builder.Build();
  sources_.Reset();
  const Translator::Sources read = model_->Read(batch, &sources_);
  const int64_t states = model_->decoder_states();
  const int64_t size = model_->decoder_size();
  std::vector<float> state(read.state, read.state + states * batch.rows * size);
  for (;;) {
    std::vector<int64_t> begins = {0}, rows;
    std::vector<int32_t> tokens;
    for (const Sentence& sentence : sentences) {
      for (const Sentence::Hypothesis& live : sentence.live) {
        rows.push_back(live.state_row);
        const uint32_t last = live.node < 0 ? target_.start_id() : sentence.nodes[live.node].token;
        tokens.push_back(static_cast<int32_t>(last));
      }
      begins.push_back(std::ssize(rows));
    }
    if (rows.empty()) break;
    state = Select(state, states, size, rows);
    step_.Reset();
    const Matrix logits = step_.Take(std::ssize(rows), model_->predicted());
    const float* weights = nullptr;
    model_->Predict(read, tokens, begins, state.data(), logits, &weights, &step_);
    for (size_t i = 0; i < sentences.size(); ++i) {
      const int64_t live = begins[i + 1] - begins[i];
      if (live == 0) continue;
      Advance(logits.Rows(begins[i], live), weights, begins[i], &sentences[i]);
      if (weights) weights += live * sentences[i].words;
    }
  }
  for (size_t i = 0; i < sentences.size(); ++i) translations[numbers[i]] = BestOf(&sentences[i]);
  return translations;
}

}  // namespace elman
