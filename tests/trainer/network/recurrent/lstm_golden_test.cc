// The LSTM against numbers that an independent implementation computed in double precision
// (tests/golden/README.md).
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

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

TEST(LstmGoldenTest, ForwardAndBackward) {
  Arrays golden = ReadGolden(ELMAN_GOLDEN_FOLDER "/lstm.txt");
  const std::vector<float> sizes = golden["sizes"];
  ASSERT_EQ(sizes.size(), 5u);
  const auto steps = static_cast<int64_t>(sizes[0]), batch = static_cast<int64_t>(sizes[1]);
  const auto input = static_cast<int64_t>(sizes[2]), hidden = static_cast<int64_t>(sizes[3]);
  const int layers = static_cast<int>(sizes[4]);

  ParameterTable table;
  RnnStack stack(
      "layer", {.cell = Cell::kLstm, .layers = layers, .input_size = input, .hidden_size = hidden},
      &table);
  std::vector<float> values(table.size()), gradients(table.size(), 0);
  for (const Parameter& parameter : table.parameters()) {
    const std::vector<float>& array = golden[parameter.name];
    ASSERT_EQ(static_cast<int64_t>(array.size()), parameter.size()) << parameter.name;
    std::copy(array.begin(), array.end(), values.begin() + parameter.offset);
  }
  // The carry interleaves h and c by layer.
  std::vector<float> carry;
  const int64_t state = batch * hidden;
  for (int layer = 0; layer < layers; ++layer) {
    for (const char* name : {"h0", "c0"}) {
      const auto from = golden[name].begin() + layer * state;
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
  for (int layer = 0; layer < layers; ++layer) {
    const auto part = [&](const char* name) {
      const auto from = golden[name].begin() + layer * state;
      return std::vector<float>(from, from + state);
    };
    ExpectNear(part("h_n"), carry.data() + 2 * layer * state, "h_n");
    ExpectNear(part("c_n"), carry.data() + (2 * layer + 1) * state, "c_n");
  }

  const Matrix d_x = stack.Backward(tape, layout, {golden["d_y"].data(), steps * batch, hidden},
                                    /*begun=*/false, gradients.data(), &workspace);
  ExpectNear(golden["d_x"], d_x.data, "d_x");
  for (const Parameter& parameter : table.parameters()) {
    ExpectNear(golden["d_" + parameter.name], gradients.data() + parameter.offset, parameter.name);
  }
}

}  // namespace
}  // namespace elman
