#include "data/shards/dataset.h"

#include "data/shards/manifest.h"
#include "data/shards/verify.h"
#include "tests/data/shards/made_dataset.h"

namespace elman {
namespace {

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;

class DatasetTest : public testing::Test {
 protected:
  DatasetTest() { manifest_ = WriteMadeDataset(scratch_.path(), {{{5, 6, 1}}, {{7, 1}, {1}}}); }

  // Changes the manifest, corrects its checksum and opens the data set.
  template <typename Change>
  absl::Status AfterForging(Change change) {
    DatasetManifest forged = manifest_;
    change(&forged);
    scratch_.Write(std::string(kManifestName), ManifestToText(forged));
    return Dataset::Open(scratch_.path()).status();
  }

  Scratch scratch_;
  DatasetManifest manifest_;
};

TEST_F(DatasetTest, OpensAValidDataSet) {
  const auto dataset = Dataset::Open(scratch_.path());
  ASSERT_THAT(dataset, IsOk());
  EXPECT_EQ((*dataset)->vocabulary().predicted_size(), 100u);
  EXPECT_EQ((*dataset)->manifest().splits(0).counts(0).tokens(), 6u);
  EXPECT_EQ((*dataset)->vocabulary_text(), scratch_.Read("vocabulary.txt"));
  EXPECT_EQ((*dataset)->tokenizer_model(), "");
  EXPECT_THAT((*dataset)->FindSplit("train"), IsOk());
  EXPECT_THAT((*dataset)->FindSplit("test"),
              FailsWith(absl::StatusCode::kNotFound, "no split 'test'; choose one of: train"));
}

TEST_F(DatasetTest, ReportsAFolderWithoutADataSet) {
  constexpr auto kNotFound = absl::StatusCode::kNotFound;
  EXPECT_THAT(Dataset::Open(scratch_.Path("none")),
              FailsWith(kNotFound, "none: no such data set; make a data set: elman-preprocess"));
  Scratch empty;
  EXPECT_THAT(Dataset::Open(empty.path()), FailsWith(kNotFound, "elman-preprocess"));
}

TEST_F(DatasetTest, RefusesADamagedVocabulary) {
  std::string text = scratch_.Read("vocabulary.txt");
  text[20] ^= 1;
  scratch_.Write("vocabulary.txt", text);
  EXPECT_THAT(Dataset::Open(scratch_.path()), FailsWith(kDataLoss, "vocabulary.txt: corrupted"));
  scratch_.Write("vocabulary.txt", text + "x");
  EXPECT_THAT(Dataset::Open(scratch_.path()), FailsWith(kDataLoss, "vocabulary.txt: expected"));
  std::filesystem::remove(scratch_.Path("vocabulary.txt"));
  EXPECT_THAT(Dataset::Open(scratch_.path()),
              FailsWith(absl::StatusCode::kNotFound, "vocabulary.txt"));
}

TEST_F(DatasetTest, ReportsMissingShards) {
  const std::string shard = scratch_.Read("shard-1");
  scratch_.Write("shard-1", shard.substr(1));
  EXPECT_THAT(Dataset::Open(scratch_.path()), FailsWith(kDataLoss, "shard-1: expected"));
  std::filesystem::remove(scratch_.Path("shard-1"));
  EXPECT_THAT(Dataset::Open(scratch_.path()), FailsWith(absl::StatusCode::kNotFound, "shard-1"));
}

TEST_F(DatasetTest, ReadsNothingOutsideItsFolder) {
  for (const std::string& name :
       {std::string("../shard-0"), std::string("/etc/passwd"), std::string(".."), std::string(""),
        std::string("a/b"), std::string("a\nb"), std::string("shard-0\0", 8)}) {
    EXPECT_THAT(AfterForging([&](DatasetManifest* m) {
                  m->mutable_splits(0)->mutable_shards(0)->set_file(name);
                }),
                FailsWith(kDataLoss, "the name of a file in the folder"))
        << name;
    EXPECT_THAT(AfterForging([&](DatasetManifest* m) {
                  m->mutable_fields(0)->mutable_vocabulary_file()->set_file(name);
                }),
                FailsWith(kDataLoss, "the name of a file in the folder"))
        << name;
  }
  Scratch elsewhere;
  elsewhere.Write("shard", scratch_.Read("shard-1"));
  std::filesystem::remove(scratch_.Path("shard-1"));
  std::filesystem::create_symlink(elsewhere.Path("shard"), scratch_.Path("shard-1"));
  EXPECT_THAT(AfterForging([](DatasetManifest*) {}), FailsWith(kDataLoss, "symbolic link"));
  std::filesystem::remove(scratch_.Path("shard-1"));
  std::filesystem::rename(elsewhere.Path("shard"), scratch_.Path("kept"));
  std::filesystem::create_symlink("kept", scratch_.Path("shard-1"));
  EXPECT_THAT(AfterForging([](DatasetManifest*) {}), IsOk());
}

TEST_F(DatasetTest, NamesEachFileAndSplitOnce) {
  const auto rename = [&](const std::string& name) {
    return AfterForging(
        [&](DatasetManifest* m) { m->mutable_splits(0)->mutable_shards(1)->set_file(name); });
  };
  for (const char* name : {"shard-0", "vocabulary.txt", "dataset.textproto"})
    EXPECT_THAT(rename(name), FailsWith(kDataLoss, "each file to be named once")) << name;
  EXPECT_THAT(AfterForging([](DatasetManifest* m) {
                *m->mutable_fields(0)->mutable_tokenizer_file() = m->fields(0).vocabulary_file();
              }),
              FailsWith(kDataLoss, "each file to be named once"));
  EXPECT_THAT(AfterForging([](DatasetManifest* m) { m->add_splits()->set_name("train"); }),
              FailsWith(kDataLoss, "each split to be named once"));
  EXPECT_THAT(AfterForging([](DatasetManifest* m) { m->mutable_splits(0)->set_name("a\nb"); }),
              FailsWith(kDataLoss, "a\\nb"))
      << "on one line";
}

TEST_F(DatasetTest, MayBeALinkButItsFilesMayNot) {
  Scratch other;
  std::filesystem::create_symlink(scratch_.path(), other.Path("dataset"));
  EXPECT_THAT(Dataset::Open(other.Path("dataset")), IsOk());
  for (const std::string& name : scratch_.Names()) {
    std::filesystem::rename(scratch_.Path(name), other.Path(name));
    std::filesystem::create_symlink(other.Path(name), scratch_.Path(name));
    EXPECT_THAT(Dataset::Open(scratch_.path()), FailsWith(kDataLoss, scratch_.Path(name) + ": "))
        << name;
    EXPECT_THAT(Dataset::Open(scratch_.path()),
                FailsWith(kDataLoss, "points outside of its folder"))
        << name;
    std::filesystem::remove(scratch_.Path(name));
    std::filesystem::rename(other.Path(name), scratch_.Path(name));
  }
  EXPECT_THAT(Dataset::Open(scratch_.path()), IsOk());
}

TEST_F(DatasetTest, RefusesCountsItsShardsCannotHold) {
  const auto forge = [&](auto change) {
    return AfterForging([&](DatasetManifest* m) {
      SplitEntry* split = m->mutable_splits(0);
      change(split->mutable_shards(0)->mutable_counts(0));
      split->clear_counts();
      for (const ShardEntry& shard : split->shards())
        AddCounts(shard.counts(), split->mutable_counts());
    });
  };
  EXPECT_THAT(forge([](TextCounts*) {}), IsOk());
  const auto refused = FailsWith(kDataLoss, "the counts of the shards are impossible");
  EXPECT_THAT(forge([](TextCounts* c) { c->set_tokens(uint64_t{1} << 62); }), refused);
  EXPECT_THAT(forge([](TextCounts* c) { c->set_tokens(~uint64_t{0}); }), refused);
  EXPECT_THAT(forge([](TextCounts* c) { c->set_examples(c->tokens() + 1); }), refused);
  EXPECT_THAT(forge([](TextCounts* c) { c->set_unknown(c->tokens() + 1); }), refused);
  EXPECT_THAT(forge([](TextCounts* c) { c->set_bytes(~uint64_t{0}); }), refused);
}

TEST_F(DatasetTest, RefusesUnknownKinds) {
  EXPECT_THAT(AfterForging([](DatasetManifest* m) { m->set_task(static_cast<Task>(77)); }),
              FailsWith(kDataLoss, "task 77"));
  EXPECT_THAT(AfterForging([](DatasetManifest* m) { m->clear_task(); }),
              FailsWith(kDataLoss, "task 0"));
  EXPECT_THAT(
      AfterForging([](DatasetManifest* m) {
        m->mutable_fields(0)->mutable_tokenizer()->set_kind(static_cast<TokenizerSpec::Kind>(99));
      }),
      FailsWith(kDataLoss, "tokenizer 99"));
}

// Lengths are checked when the data set is opened, and then against the shards.
TEST_F(DatasetTest, RefusesLengthsThatDifferFromTheShards) {
  EXPECT_THAT(AfterForging([](DatasetManifest* m) { m->mutable_splits(0)->clear_surveys(); }),
              FailsWith(kDataLoss, "split train: the lengths do not match"));
  EXPECT_THAT(AfterForging([](DatasetManifest* m) {
                m->mutable_splits(0)->mutable_surveys(0)->add_length_counts(1);
              }),
              FailsWith(kDataLoss, "split train: the lengths do not match"));
  EXPECT_THAT(AfterForging([](DatasetManifest* m) {
                auto* counts = m->mutable_splits(0)->mutable_surveys(0)->mutable_length_counts();
                --*counts->Mutable(counts->size() - 1);
                ++*counts->Mutable(0);
              }),
              IsOk());
  const VerificationReport report = VerifyDataset(scratch_.path());
  ASSERT_EQ(report.problems.size(), 1u);
  EXPECT_NE(report.problems[0].find("the lengths of text do not match the shards"),
            std::string::npos);
}

TEST_F(DatasetTest, RefusesAManifestThatContradictsItself) {
  EXPECT_THAT(AfterForging([](DatasetManifest* m) { m->set_format_version(1); }),
              FailsWith(absl::StatusCode::kFailedPrecondition, "format 3, found 1"));
  EXPECT_THAT(AfterForging([](DatasetManifest* m) { m->clear_format_version(); }),
              FailsWith(absl::StatusCode::kFailedPrecondition, "format 3, found 0"));
  EXPECT_THAT(AfterForging([](DatasetManifest* m) {
                m->mutable_splits(0)->mutable_counts(0)->set_tokens(7);
              }),
              FailsWith(kDataLoss, "do not match the totals"));
  EXPECT_THAT(AfterForging([](DatasetManifest* m) {
                m->mutable_fields(0)->mutable_vocabulary()->set_size(103);
              }),
              FailsWith(kDataLoss, "sizes and special ids"));
  EXPECT_THAT(AfterForging([](DatasetManifest* m) {
                m->mutable_fields(0)->mutable_vocabulary()->set_fingerprint("0");
              }),
              FailsWith(kDataLoss, "fingerprint 0"));
  EXPECT_THAT(AfterForging([](DatasetManifest* m) {
                m->mutable_fields(0)->mutable_tokenizer()->set_lowercase(true);
              }),
              FailsWith(kDataLoss, "fingerprint"));
}

class TaskDatasetTest : public testing::Test {
 protected:
  DatasetManifest Write(Task task) {
    return WriteMadeDataset(scratch_.path(), task, {RandomTaskExamples(task, 20, 5, 30)}, 30);
  }
  template <typename Change>
  absl::Status AfterForging(Task task, Change change) {
    DatasetManifest forged = manifests_.emplace_back(Write(task));
    change(&forged);
    scratch_.Write(std::string(kManifestName), ManifestToText(forged));
    absl::Status status = Dataset::Open(scratch_.path()).status();
    for (const std::string& name : scratch_.Names()) std::filesystem::remove(scratch_.Path(name));
    return status;
  }
  Scratch scratch_;
  std::vector<DatasetManifest> manifests_;
};

TEST_F(TaskDatasetTest, HasAVocabularyForEachField) {
  Write(TAGGING);
  const auto dataset = *Dataset::Open(scratch_.path());
  ASSERT_EQ(dataset->manifest().fields_size(), 2);
  EXPECT_EQ(dataset->vocabulary(0).predicted_size(), 30u);
  EXPECT_EQ(dataset->vocabulary(0).size(), 32u);
  EXPECT_EQ(dataset->vocabulary(1).piece(29), "L29");
  EXPECT_EQ(dataset->vocabulary(1).size(), 30u);
  EXPECT_EQ(dataset->vocabulary_text(1), scratch_.Read("tags.vocabulary.txt"));
}

TEST_F(TaskDatasetTest, MayHaveUnseenLabels) {
  const auto with_file = [&](const std::string& text) {
    return [this, text](DatasetManifest* m) {
      *m->mutable_fields(1)->mutable_unseen_file() =
          WriteMadeFile(scratch_.path(), "label.unseen.txt", text);
    };
  };
  EXPECT_THAT(AfterForging(CLASSIFICATION, with_file("five stars\t2\n")), IsOk());
  EXPECT_THAT(AfterForging(CLASSIFICATION, with_file("L3\t2\n")),
              FailsWith(kDataLoss,
                        "label.unseen.txt: expected distinct labels that do not occur in train"));
  EXPECT_THAT(AfterForging(CLASSIFICATION,
                           [&](DatasetManifest* m) {
                             with_file("x\t1\n")(m);
                             scratch_.Write("label.unseen.txt", "y\t1\n");
                           }),
              FailsWith(kDataLoss, "label.unseen.txt: corrupted"));
  EXPECT_THAT(AfterForging(CLASSIFICATION,
                           [&](DatasetManifest* m) {
                             m->mutable_fields(0)->mutable_unseen_file()->set_file("a");
                           }),
              FailsWith(kDataLoss, "unseen labels in a field of labels"));
  EXPECT_THAT(
      AfterForging(TAGGING,
                   [](DatasetManifest* m) {
                     m->mutable_fields(1)->set_tag_scheme(static_cast<FieldEntry::TagScheme>(99));
                   }),
      FailsWith(kDataLoss, "newer version"));
}

TEST_F(TaskDatasetTest, MayShareAVocabulary) {
  const auto share = [](DatasetManifest* m) {
    const std::string name = m->fields(1).name();
    *m->mutable_fields(1) = m->fields(0);
    m->mutable_fields(1)->set_name(name);
  };
  EXPECT_THAT(AfterForging(TRANSLATION, share), IsOk());
  EXPECT_THAT(AfterForging(TRANSLATION,
                           [&](DatasetManifest* m) {
                             share(m);
                             m->mutable_fields(1)->mutable_tokenizer()->set_lowercase(true);
                           }),
              FailsWith(kDataLoss, "fields with one vocabulary to agree on it, found 'target'"));
  // Labels are not text.
  EXPECT_THAT(AfterForging(TAGGING, share), FailsWith(kDataLoss, "the fields of TAGGING"));
}

TEST_F(TaskDatasetTest, HasTheFieldsOfItsTask) {
  const auto refused = FailsWith(kDataLoss, "the fields of CLASSIFICATION: text, label");
  EXPECT_THAT(AfterForging(CLASSIFICATION, [](DatasetManifest*) {}), IsOk());
  EXPECT_THAT(
      AfterForging(CLASSIFICATION, [](DatasetManifest* m) { m->mutable_fields()->RemoveLast(); }),
      refused);
  EXPECT_THAT(AfterForging(CLASSIFICATION, [](DatasetManifest* m) { m->clear_fields(); }), refused);
  EXPECT_THAT(AfterForging(CLASSIFICATION,
                           [](DatasetManifest* m) { m->mutable_fields(1)->set_name("labels"); }),
              refused);
  EXPECT_THAT(AfterForging(CLASSIFICATION,
                           [](DatasetManifest* m) { m->mutable_fields()->SwapElements(0, 1); }),
              refused);
  EXPECT_THAT(AfterForging(CLASSIFICATION, [](DatasetManifest* m) { m->set_task(TAGGING); }),
              FailsWith(kDataLoss, "the fields of TAGGING"));
}

TEST_F(TaskDatasetTest, CountsEveryField) {
  const auto refused = FailsWith(kDataLoss, "the counts of the shards are impossible");
  EXPECT_THAT(AfterForging(
                  TRANSLATION,
                  [](DatasetManifest* m) { m->mutable_splits(0)->mutable_counts()->RemoveLast(); }),
              refused);
  EXPECT_THAT(
      AfterForging(TRANSLATION,
                   [](DatasetManifest* m) {
                     m->mutable_splits(0)->mutable_shards(0)->mutable_counts()->RemoveLast();
                   }),
      refused);
  EXPECT_THAT(AfterForging(TRANSLATION,
                           [](DatasetManifest* m) {
                             SplitEntry* split = m->mutable_splits(0);
                             split->mutable_shards(0)->mutable_counts(1)->set_examples(19);
                             split->mutable_counts(1)->set_examples(19);
                           }),
              refused);
}

}  // namespace
}  // namespace elman
