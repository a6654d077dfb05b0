// Compares every cell with the results of an independent implementation in double precision
// (tests/golden/README.md).
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "tests/support/variants.h"
#include "trainer/network/recurrent/rnn_stack.h"

namespace elman {
namespace {

using Arrays = std::map<std::string, std::vector<float>>;

Arrays ReadGolden(const std::string& path) {
  Arrays arrays;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    for (double number; words >> number;) arrays[name].push_back(static_cast<float>(number));
  }
  return arrays;
}

void ExpectNear(const std::vector<float>& expected, const float* actual, const std::string& what) {
  ASSERT_FALSE(expected.empty()) << what;
  for (size_t i = 0; i < expected.size(); ++i)
    ASSERT_NEAR(actual[i], expected[i], 2e-6) << what << " " << i;
}

class CellGoldenTest : public testing::TestWithParam<ModelSpec::Cell> {};

TEST_P(CellGoldenTest, ForwardAndBackward) {
  const Cell cell = LayerCell(GetParam());
  Arrays golden = ReadGolden(absl::StrCat(ELMAN_GOLDEN_FOLDER "/cells/",
                                          absl::AsciiStrToLower(VariantName(GetParam())), ".txt"));
  const std::vector<float> sizes = golden["sizes"];
  ASSERT_EQ(sizes.size(), 5u);
  const auto steps = static_cast<int64_t>(sizes[0]), batch = static_cast<int64_t>(sizes[1]);
  const auto input = static_cast<int64_t>(sizes[2]), hidden = static_cast<int64_t>(sizes[3]);
  const int layers = static_cast<int>(sizes[4]);

  ParameterTable table;
  RnnStack stack("layer",
                 {.cell = cell, .layers = layers, .input_size = input, .hidden_size = hidden},
                 &table);
  std::vector<float> values(table.size()), gradients(table.size(), 0);
  for (const Parameter& parameter : table.parameters()) {
    const std::vector<float>& array = golden[parameter.name];
    ASSERT_EQ(static_cast<int64_t>(array.size()), parameter.size()) << parameter.name;
    std::copy(array.begin(), array.end(), values.begin() + parameter.offset);
  }
  // The carry has h and, if the cell has one, c of each layer.
  std::vector<float> carry;
  const int64_t state = batch * hidden;
  const std::vector<std::string> states =
      HasCellState(cell) ? std::vector<std::string>{"h", "c"} : std::vector<std::string>{"h"};
  for (int layer = 0; layer < layers; ++layer) {
    for (const std::string& name : states) {
      const auto from = golden[name + "0"].begin() + layer * state;
      carry.insert(carry.end(), from, from + state);
    }
  }

  stack.UseValues(values.data());
  Workspace workspace;
  RnnStack::Tape tape;
  const SequenceLayout layout(steps, batch);
  const ConstMatrix y = stack.Forward({}, layout, {golden["x"].data(), steps * batch, input},
                                      carry.data(), &tape, &workspace);
  ExpectNear(golden["y"], y.data, "y");
  const float* last = carry.data();
  for (int layer = 0; layer < layers; ++layer) {
    for (const std::string& name : states) {
      const auto from = golden[name + "_n"].begin() + layer * state;
      ExpectNear({from, from + state}, last, name + "_n");
      last += state;
    }
  }

  const Matrix d_x = stack.Backward(tape, layout, {golden["d_y"].data(), steps * batch, hidden},
                                    /*begun=*/false, gradients.data(), &workspace);
  ExpectNear(golden["d_x"], d_x.data, "d_x");
  for (const Parameter& parameter : table.parameters()) {
    ExpectNear(golden["d_" + parameter.name], gradients.data() + parameter.offset, parameter.name);
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, CellGoldenTest, testing::ValuesIn(Variants<ModelSpec::Cell>()),
                         [](const auto& info) { return VariantName(info.param); });

}  // namespace
}  // namespace elman
