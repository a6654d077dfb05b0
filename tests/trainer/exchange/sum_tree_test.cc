#include "trainer/exchange/sum_tree.h"

#include <gtest/gtest.h>

#include <string>

namespace elman {
namespace {

using Nodes = std::vector<ItemRange>;

TEST(SumTreeTest, PartsCoverAllItemsInOrder) {
  for (int items = 1; items <= 17; ++items) {
    for (int parts = 1; parts <= items; ++parts) {
      int next = 0;
      for (int position = 0; position < parts; ++position) {
        const ItemRange part = PartOfItems(items, parts, position);
        EXPECT_EQ(part.first, next);
        EXPECT_GE(part.count(), items / parts);
        EXPECT_LE(part.count(), items / parts + 1);
        next = part.end;
      }
      EXPECT_EQ(next, items);
    }
  }
}

TEST(SumTreeTest, MaximalSubtreesTileTheRange) {
  for (int items = 1; items <= 17; ++items) {
    for (const int group : {1, 2, 3, 5, 17}) {
      const SumTree tree(items, group);
      for (int first = 0; first < items; ++first) {
        for (int end = first + 1; end <= items; ++end) {
          int next = first;
          for (const ItemRange& subtree : tree.MaximalSubtrees(ItemRange{first, end})) {
            EXPECT_EQ(subtree.first, next);
            next = subtree.end;
          }
          EXPECT_EQ(next, end);
        }
      }
    }
  }
}

TEST(SumTreeTest, SplitsAtThePowerOfTwoBelow) {
  const SumTree tree(7);
  EXPECT_EQ(tree.Split({0, 2}), 1);
  EXPECT_EQ(tree.Split({0, 4}), 2);
  EXPECT_EQ(tree.Split({0, 5}), 4);
  EXPECT_EQ(tree.Split({4, 7}), 6);
  EXPECT_EQ(SumTree(6).MaximalSubtrees(ItemRange{1, 5}), (Nodes{{1, 2}, {2, 4}, {4, 5}}));
  EXPECT_EQ(SumTree(4).MaximalSubtrees(ItemRange{0, 4}), (Nodes{{0, 4}}));
}

// Three groups of six items, and one of two.
TEST(SumTreeTest, AddsGroupsFirst) {
  const SumTree tree(20, 6);
  EXPECT_EQ(tree.Split({0, 20}), 12);
  EXPECT_EQ(tree.Split({0, 12}), 6);
  EXPECT_EQ(tree.Split({12, 20}), 18);
  EXPECT_EQ(tree.Split({6, 12}), 10);
  EXPECT_EQ(tree.Split({18, 20}), 19);
  EXPECT_EQ(tree.Depth({0, 20}), 5);
  EXPECT_TRUE(tree.IsWholeGroups({6, 12}));
  EXPECT_TRUE(tree.IsWholeGroups({12, 20}));
  EXPECT_FALSE(tree.IsWholeGroups({6, 10}));
  // With 6 ranks per host, a host sends one sum; without groups it would send two.
  EXPECT_EQ(tree.MaximalSubtrees(ItemRange{6, 12}).size(), 1u);
  EXPECT_EQ(SumTree(20).MaximalSubtrees(ItemRange{6, 12}).size(), 2u);
}

std::string Shape(const SumTree& tree, ItemRange node) {
  if (node.count() == 1) return std::to_string(node.first);
  const int split = tree.Split(node);
  return "(" + Shape(tree, {node.first, split}) + " " + Shape(tree, {split, node.end}) + ")";
}

TEST(SumTreeTest, SimplestGroupHasTheSameTree) {
  int changed = 0;
  for (int items = 1; items <= 40; ++items) {
    for (int group = 1; group <= items + 1; ++group) {
      const int simplest = SimplestGroup(items, group);
      EXPECT_TRUE(simplest == group || simplest == 1);
      const SumTree tree(items, group), plain(items, simplest);
      EXPECT_EQ(Shape(tree, tree.root()), Shape(plain, plain.root())) << items << ", " << group;
      changed += simplest != group;
    }
  }
  EXPECT_GT(changed, 100);
}

// Computes the schedule with texts instead of numbers.
TEST(SumScheduleTest, AddsInTheOrderOfTheTree) {
  const SumTree tree(11, 3);
  const Nodes inputs = {{9, 11}, {0, 3}, {3, 4}, {4, 5}, {5, 6}, {6, 9}};
  const auto shape_of = [&](ItemRange target) {
    const SumSchedule schedule(tree, inputs, target);
    std::vector<std::string> places(schedule.places());
    const auto operand = [&](int i) { return i >= 0 ? Shape(tree, inputs[i]) : places[~i]; };
    for (const SumSchedule::Addition& addition : schedule.additions()) {
      EXPECT_EQ(Shape(tree, addition.node),
                "(" + operand(addition.left) + " " + operand(addition.right) + ")");
      places[addition.place] = "(" + operand(addition.left) + " " + operand(addition.right) + ")";
    }
    return operand(schedule.result());
  };
  EXPECT_EQ(shape_of(tree.root()), Shape(tree, tree.root()));
  EXPECT_EQ(shape_of({0, 6}), Shape(tree, {0, 6}));
  EXPECT_EQ(shape_of({6, 9}), Shape(tree, {6, 9}));
  EXPECT_TRUE(SumSchedule(tree, inputs, {6, 9}).additions().empty());
}

}  // namespace
}  // namespace elman
