#include "trainer/eval/ngrams/arpa.h"

#include "data/io/file_system.h"
#include "tests/data/shards/made_dataset.h"
#include "trainer/eval/baselines/baseline_file.h"
#include "trainer/eval/ngrams/ngram_estimation.h"

namespace elman {
namespace {

class ArpaTest : public testing::Test {
 protected:
  // Lines of the tokens <unk>, </s>, w2, w3, ...
  ArpaTest() {
    WriteMadeDataset(scratch_.path(), {RandomExamples(200, 6, 12)}, 12);
    dataset_ = *Dataset::Open(scratch_.path());
  }

  NgramTable TableOf(const std::string& path) {
    auto baseline = ReadBaseline(path);
    EXPECT_THAT(baseline, IsOk());
    auto table = NgramTable::Create(path, &*baseline);
    EXPECT_THAT(table, IsOk());
    return *std::move(table);
  }

  absl::Status Import(const std::string& text) {
    return ImportArpa(*dataset_, scratch_.Write("foreign.arpa", text), scratch_.Path("imported"));
  }

  Scratch scratch_;
  std::shared_ptr<const Dataset> dataset_;
};

constexpr std::string_view kImported =
    "made by somebody\n"
    "\\data\\\n"
    "ngram 1=6\n"
    "ngram 2=2\n"
    "ngram 3=2\n"
    "\n"
    "\\1-grams:\n"
    "-1.5\t<unk>\t-0.25\n"
    "-99 <s> -0.5\n"
    "-1.25\t</s>\n"
    "-0.75\tw2\t-0.125\n"
    "-0.5\tw3\t0.5\n"
    "-0.875\tabroad\t-0.0625\n"
    "\n"
    "\\2-grams:\n"
    "-0.25\t<s> w2\t-1\n"
    "-0.375\t<unk> w3\n"
    "\n"
    "\\3-grams:\n"
    "-0.0625\t<s> w2 w3\n"
    "-0.03125\tw3 w2 </s>\n"
    "\n"
    "\\end\\\n";

TEST_F(ArpaTest, ImportRestoresAnExportedModel) {
  for (const std::vector<uint64_t>& prune : {std::vector<uint64_t>{0}, {0, 0, 1}}) {
    ASSERT_THAT(EstimateNgramModel(dataset_, {.order = 3, .prune = prune}, scratch_.Path("model")),
                IsOk());
    const NgramTable model = TableOf(scratch_.Path("model"));
    ASSERT_THAT(ExportArpa(model, dataset_->vocabulary(), scratch_.Path("model.arpa")), IsOk());
    ASSERT_THAT(ImportArpa(*dataset_, scratch_.Path("model.arpa"), scratch_.Path("imported")),
                IsOk());
    const NgramTable imported = TableOf(scratch_.Path("imported"));
    const Vocabulary& vocabulary = dataset_->vocabulary();
    for (uint32_t older = 0; older < vocabulary.size(); ++older) {
      for (uint32_t newer = 0; newer < vocabulary.size(); ++newer) {
        const std::vector<uint32_t> context = {newer, older};
        for (uint32_t token = 0; token < vocabulary.predicted_size(); ++token) {
          EXPECT_EQ(imported.Log10Probability(context, token),
                    model.Log10Probability(context, token));
        }
      }
    }
    // A second export gives the same file.
    ASSERT_THAT(ExportArpa(imported, vocabulary, scratch_.Path("again.arpa")), IsOk());
    EXPECT_EQ(scratch_.Read("again.arpa"), scratch_.Read("model.arpa"));
  }
}

TEST_F(ArpaTest, ImportedModelsScoreLikeKenLm) {
  ASSERT_THAT(Import(std::string(kImported)), IsOk());
  const NgramTable table = TableOf(scratch_.Path("imported"));
  const uint32_t start = dataset_->vocabulary().start_id();
  const auto log10 = [&](std::vector<uint32_t> context, uint32_t token) {
    std::reverse(context.begin(), context.end());
    return table.Log10Probability(context, token);
  };
  EXPECT_EQ(log10({}, 2), -0.75);
  EXPECT_EQ(log10({start}, 2), -0.25);
  EXPECT_EQ(log10({start}, 3), -0.5 - 0.5);
  EXPECT_EQ(log10({start, 2}, 3), -0.0625);
  // The context "<s> w2" has a backoff, and so has w2.
  EXPECT_EQ(log10({start, 2}, 1), -1 - 0.125 - 1.25);
  // The context "w3 w2" is not an n-gram of the model.
  EXPECT_EQ(log10({3, 2}, 1), -0.03125);
  EXPECT_EQ(log10({3, 2}, 2), -0.125 - 0.75);
  // w4 and w5 are not in the model, so they are <unk>, also in contexts.
  EXPECT_EQ(log10({}, 5), -1.5);
  EXPECT_EQ(log10({4}, 3), -0.375);
  EXPECT_EQ(log10({4}, 5), -0.25 - 1.5);
}

TEST_F(ArpaTest, ErrorsNameTheLine) {
  const auto with = [](std::string_view old, std::string_view by) {
    std::string text(kImported);
    return text.replace(text.find(old), old.size(), by);
  };
  const auto expect = [&](const std::string& text, const std::string& part) {
    EXPECT_THAT(Import(text), FailsWith(absl::StatusCode::kDataLoss, part));
    EXPECT_FALSE(FileExists(scratch_.Path("imported")));
  };
  expect("", "foreign.arpa: line 0: the file ends too early, without \\data\\; give a file");
  expect(with("\\data\\", "data"), "the file ends too early");
  expect(with("ngram 1=6", "ngram 1=x"), "line 3: expected the numbers of");
  expect(with("ngram 1=6", "ngram 1=5"), "line 13: expected \\2-grams:, found '-0.875");
  expect(with("ngram 1=6", "ngram 1=7"), "line 14: expected a log10 probability");
  expect(with("-0.25\t<s> w2", "0.25\t<s> w2"), "line 16: expected a log10 probability, 2 words");
  expect(with("-0.25\t<s> w2", "-0.25"), "line 16: ");
  expect(with("-0.25\t<s> w2", "nan\t<s> w2"), "line 16: ");
  expect(with("<unk> w3", "<s> w2"), "twice");
  expect(with("\n\\end\\", ""), "ends too early");
  const std::string text(kImported);
  for (size_t size = 0; size + 1 < text.size(); size += 7)
    EXPECT_FALSE(Import(text.substr(0, size)).ok()) << size;
}

TEST(ArpaSpellingTest, SpellingsAreUnique) {
  EXPECT_EQ(ArpaSpelling("word"), "word");
  EXPECT_EQ(ArpaSpelling("\xe2\x96\x81the"), "\xe2\x96\x81the");
  EXPECT_EQ(ArpaSpelling("back\\slash"), "back\\slash");
  EXPECT_EQ(ArpaSpelling(" "), "\\x20");
  EXPECT_EQ(ArpaSpelling("\\x20"), "\\x5cx20");
  EXPECT_EQ(ArpaSpelling("\\ \n"), "\\x5c\\x20\\x0a");
  EXPECT_EQ(ArpaSpelling("\xff"), "\\xff");
}

}  // namespace
}  // namespace elman
