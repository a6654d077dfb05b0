#include "data/preprocess_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elman {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ReportText, HasARowASplitAndNotesWhereThereIsSomethingToNote) {
  PreprocessReport report;
  SplitEntry* split = report.manifest.add_splits();
  split->set_name("train");
  split->mutable_counts()->set_examples(36718);
  split->mutable_counts()->set_tokens(2088628);
  split->mutable_counts()->set_unknown(1044314);
  split->mutable_counts()->set_bytes(999);
  report.manifest.mutable_vocabulary()->set_predicted_size(33278);
  report.manifest.mutable_tokenizer()->set_kind(TokenizerSpec::WHITESPACE);
  const std::string text = ReportText(report);
  EXPECT_THAT(text, HasSubstr("36,718"));
  EXPECT_THAT(text, HasSubstr("2,088,628"));
  EXPECT_THAT(text, HasSubstr(" 999 "));
  EXPECT_THAT(text, HasSubstr("50.000%"));
  EXPECT_THAT(text, HasSubstr("33,278 types"));
  EXPECT_THAT(text, Not(HasSubstr("note")));

  report.empty_lines = 1234;
  report.invalid_lines = 2;
  report.sampled_lines = 10;
  report.training_lines = 20;
  EXPECT_THAT(ReportText(report), HasSubstr("1,234 empty lines"));
  EXPECT_THAT(ReportText(report),
              HasSubstr("2 lines have bytes that are not UTF-8; they were kept"));
  EXPECT_THAT(ReportText(report), HasSubstr("10 of 20 lines"));
  report.manifest.mutable_tokenizer()->set_kind(TokenizerSpec::BPE);
  report.manifest.mutable_tokenizer()->set_vocab_size(40000);
  EXPECT_THAT(ReportText(report), HasSubstr("U+FFFD"));
  EXPECT_THAT(ReportText(report), HasSubstr("40,000 were asked for"));
}

}  // namespace
}  // namespace elman
