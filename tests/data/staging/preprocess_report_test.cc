#include "data/staging/preprocess_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace elman {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ReportText, HasARowPerSplitAndNotes) {
  PreprocessReport report;
  SplitEntry* split = report.manifest.add_splits();
  split->set_name("train");
  split->add_counts();
  split->mutable_counts(0)->set_examples(36718);
  split->mutable_counts(0)->set_tokens(2088628);
  split->mutable_counts(0)->set_unknown(1044314);
  split->mutable_counts(0)->set_bytes(999);
  report.manifest.set_task(LANGUAGE_MODEL);
  FieldEntry* field = report.manifest.add_fields();
  field->mutable_vocabulary()->set_predicted_size(33278);
  field->mutable_tokenizer()->set_kind(TokenizerSpec::WHITESPACE);
  const std::string text = ReportText(report);
  EXPECT_THAT(text, HasSubstr("36,718"));
  EXPECT_THAT(text, HasSubstr("2,088,628"));
  EXPECT_THAT(text, HasSubstr(" 999 "));
  EXPECT_THAT(text, HasSubstr("50.000%"));
  EXPECT_THAT(text, HasSubstr("33,278 types"));
  EXPECT_THAT(text, Not(HasSubstr("note")));

  report.left_out.empty_lines = 1234;
  report.invalid_examples = 2;
  report.sampled_lines = 10;
  report.training_lines = 20;
  EXPECT_THAT(ReportText(report), HasSubstr("1,234 empty lines"));
  EXPECT_THAT(ReportText(report),
              HasSubstr("2 lines have bytes that are not UTF-8; they were kept"));
  EXPECT_THAT(ReportText(report), HasSubstr("10 of 20 lines"));
  field->mutable_tokenizer()->set_kind(TokenizerSpec::BPE);
  field->mutable_tokenizer()->set_vocab_size(40000);
  EXPECT_THAT(ReportText(report), HasSubstr("U+FFFD"));
  EXPECT_THAT(ReportText(report), HasSubstr("the vocabulary size of 40,000 that was requested"));
}

TEST(ReportText, WarnsOfASplitOfUnknownWords) {
  PreprocessReport report;
  report.manifest.set_task(LANGUAGE_MODEL);
  report.manifest.add_fields()->set_name("text");
  for (const uint64_t unknown : {50, 51}) {
    SplitEntry* split = report.manifest.add_splits();
    split->set_name(unknown > 50 ? "valid" : "test");
    split->add_counts()->set_tokens(100);
    split->mutable_counts(0)->set_unknown(unknown);
    split->add_surveys()->add_unknown_words()->set_text("mot");
  }
  const std::string text = ReportText(report);
  EXPECT_THAT(text, HasSubstr("warning: 51.0 % of the tokens of valid are unknown words"));
  EXPECT_THAT(text, Not(HasSubstr("tokens of test")));
}

TEST(ReportText, HasARowPerFieldAndNamesUnseenLabels) {
  PreprocessReport report;
  report.manifest.set_task(TAGGING);
  report.manifest.add_fields()->set_name("text");
  report.manifest.mutable_fields(0)->mutable_vocabulary_file()->set_file("vocabulary.txt");
  report.manifest.add_fields()->set_name("tags");
  report.manifest.mutable_fields(1)->mutable_tokenizer()->set_kind(TokenizerSpec::LABEL);
  report.manifest.mutable_fields(1)->mutable_vocabulary()->set_predicted_size(72);
  SplitEntry* split = report.manifest.add_splits();
  split->set_name("valid");
  split->add_counts()->set_tokens(3000);
  split->add_counts()->set_tokens(3000);
  split->mutable_counts(1)->set_words(1000);
  split->mutable_counts(1)->set_unknown(10);
  report.left_out = {1, 2, 3};
  for (int i = 0; i < 7; ++i) report.unseen_labels.emplace_back("L" + std::to_string(i), 9 - i);
  const std::string text = ReportText(report);
  EXPECT_THAT(text, HasSubstr("valid text"));
  EXPECT_THAT(text, HasSubstr("valid tags"));
  EXPECT_THAT(text, HasSubstr("1.000%"));
  EXPECT_THAT(text, HasSubstr("vocabulary of tags: 72 labels"));
  EXPECT_THAT(text, HasSubstr("1 empty lines were left out\n"));
  EXPECT_THAT(text, HasSubstr("2 lines with text on one side only"));
  EXPECT_THAT(text, HasSubstr("3 lines that begin with -DOCSTART-"));
  EXPECT_THAT(text, HasSubstr("7 of the labels: 'L0' (9), 'L1' (8), 'L2' (7), 'L3' (6), 'L4' (5), "
                              "...; wherever one stands, 42 times"));
  EXPECT_THAT(text, Not(HasSubstr("tag scheme")));
  report.manifest.mutable_fields(1)->set_tag_scheme(FieldEntry::NONE);
  EXPECT_THAT(ReportText(report), HasSubstr("tag scheme: none: the tags mark no entities"));
  report.manifest.mutable_fields(1)->set_tag_scheme(FieldEntry::BILOU);
  report.train_tags.AddSentence(std::vector<std::string_view>{"B-x", "L-x", "U-y", "B-x"});
  EXPECT_THAT(ReportText(report), HasSubstr("tag scheme: bilou; 3 entities in train"));
  EXPECT_THAT(ReportText(report),
              HasSubstr("1 pairs of neighboring tags break the rules of bilou"));
}

TEST(ReportText, CountsLabelsAndWarnsOfASingleOne) {
  PreprocessReport report;
  report.manifest.set_task(CLASSIFICATION);
  for (const char* name : {"text", "label"}) report.manifest.add_fields()->set_name(name);
  report.manifest.mutable_fields(0)->mutable_vocabulary_file()->set_file("vocabulary.txt");
  report.manifest.mutable_fields(1)->mutable_tokenizer()->set_kind(TokenizerSpec::LABEL);
  report.manifest.mutable_fields(1)->set_used_types(2);
  SplitEntry* split = report.manifest.add_splits();
  split->set_name("train");
  for (int i = 0; i < 2; ++i) split->add_counts()->set_examples(2000);
  EXPECT_THAT(ReportText(report), Not(HasSubstr("labels in train")));
  report.train_labels = {{"no", 10}, {"yes", 1990}};
  EXPECT_THAT(ReportText(report), HasSubstr("labels in train:\n"
                                            "  yes  1,990   99.5 %\n"
                                            "  no      10    0.5 %\n"));
  EXPECT_THAT(ReportText(report), Not(HasSubstr("warning")));
  report.manifest.mutable_fields(1)->set_used_types(1);
  EXPECT_THAT(ReportText(report), HasSubstr("warning: train: all examples of train have the same"));
}

TEST(ReportText, ReportsTheOrderOfLabels) {
  PreprocessReport report;
  report.manifest.set_task(CLASSIFICATION);
  for (const char* name : {"text", "label"}) report.manifest.add_fields()->set_name(name);
  report.manifest.mutable_fields(0)->mutable_vocabulary_file()->set_file("vocabulary.txt");
  report.manifest.add_splits()->set_name("valid");
  EXPECT_THAT(ReportText(report), HasSubstr("label order: bytes"));
  report.manifest.mutable_fields(1)->set_label_order(FieldEntry::NUMERIC);
  EXPECT_THAT(ReportText(report), HasSubstr("label order: numeric"));
}

PreprocessReport ReportOfTrain(Task task, uint64_t examples, uint64_t words) {
  PreprocessReport report;
  report.manifest.set_task(task);
  report.manifest.add_fields()->set_name("text");
  report.manifest.mutable_fields(0)->set_used_types(words / 2);
  report.manifest.add_fields()->set_name("label");
  report.manifest.mutable_fields(1)->mutable_tokenizer()->set_kind(TokenizerSpec::LABEL);
  report.manifest.mutable_fields(1)->mutable_vocabulary_file()->set_file("labels");
  SplitEntry* split = report.manifest.add_splits();
  split->set_name("train");
  split->add_counts()->set_examples(examples);
  split->mutable_counts(0)->set_words(words);
  split->add_counts()->set_examples(examples);
  return report;
}

TEST(ReportText, WarnsOfExchangedColumnsAndTooManyLabels) {
  const auto with_labels = [](PreprocessReport report, int labels, const std::string& end) {
    for (int i = 0; i < labels; ++i) report.train_labels.push_back({std::to_string(i) + end, 1});
    return ReportText(report);
  };
  EXPECT_THAT(with_labels(ReportOfTrain(CLASSIFICATION, 40, 40), 40, " is a whole sentence"),
              HasSubstr("warning: are the columns exchanged? 40 labels, such as '0 is a whole"));
  EXPECT_THAT(with_labels(ReportOfTrain(CLASSIFICATION, 40, 400), 40, ""),
              HasSubstr("warning: 40 labels, such as '0', are too many for 40 examples"));
  EXPECT_THAT(with_labels(ReportOfTrain(CLASSIFICATION, 4000, 40000), 40, ""),
              Not(HasSubstr("warning")));
  EXPECT_THAT(with_labels(ReportOfTrain(TAGGING, 10, 60), 40, ""),
              HasSubstr("40 tags, such as '0', for fewer different words; --word_column"));
}

TEST(ReportText, WarnsOfASingleSentence) {
  EXPECT_THAT(
      ReportText(ReportOfTrain(TAGGING, 1, 300)),
      HasSubstr("warning: train is a single sentence of 300 words; expected an empty line"));
  EXPECT_THAT(ReportText(ReportOfTrain(TAGGING, 2, 300)), Not(HasSubstr("single")));
}

}  // namespace
}  // namespace elman
