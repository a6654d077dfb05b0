#include "trainer/diagnostics/observation_bytes.h"

#include <span>
#include <type_traits>

#include "data/io/bytes.h"
#include "trainer/network/math/check.h"

namespace elman {
namespace {

// Packs fields in the order of a Visit, in their in-memory representation.
class Packer {
 public:
  template <typename Number>
  requires std::is_arithmetic_v<Number> || std::is_enum_v<Number>
  void operator()(const Number& number) { bytes.append(AsBytes(std::span(&number, 1))); }
  template <typename Elements>
  requires requires(const Elements& e) { e.size(); }
  void operator()(const Elements& elements) {
    (*this)(elements.size());
    for (const auto& element : elements) {
      if constexpr (std::is_arithmetic_v<std::decay_t<decltype(element)>>) {
        (*this)(element);
      } else {
        Visit(element, *this);
      }
    }
  }

  std::string bytes;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest(bytes) {}

  template <typename Number>
  requires std::is_arithmetic_v<Number> || std::is_enum_v<Number>
  void operator()(Number& number) {
    CHECK_LE(sizeof(number), rest.size());
    CopyFromBytes(rest, std::span(&number, 1));
    rest.remove_prefix(sizeof(number));
  }
  template <typename Elements>
  requires requires(const Elements& e) { e.size(); }
  void operator()(Elements& elements) {
    size_t size = 0;
    (*this)(size);
    CHECK_LE(size, rest.size());
    elements.resize(size);
    for (auto& element : elements) {
      if constexpr (std::is_arithmetic_v<std::decay_t<decltype(element)>>) {
        (*this)(element);
      } else {
        Visit(element, *this);
      }
    }
  }

  std::string_view rest;
};

// `Of` is Sums or const Sums.
template <typename Of, typename Sums>
concept Is = std::is_same_v<std::remove_const_t<Of>, Sums>;

template <Is<LagSums> Sums, typename Field>
void Visit(Sums& sums, Field& field) {
  field(sums.sequences), field(sums.h), field(sums.c), field(sums.entered);
}

template <Is<ActivationSums> Sums, typename Field>
void Visit(Sums& sums, Field& field) {
  field(sums.counts), field(sums.number), field(sums.sum), field(sums.squares);
  field(sums.least), field(sums.greatest);
}

template <Is<RecurrenceSums> Sums, typename Field>
void Visit(Sums& sums, Field& field) {
  field(sums.name), field(sums.cell), field(sums.rows), field(sums.kept);
  field(sums.lags), field(sums.activations);
}

}  // namespace

std::string BytesOf(const Observation& observation) {
  Packer pack;
  pack(observation.recurrences);
  return pack.bytes;
}

Observation ObservationFrom(std::string_view bytes) {
  Observation observation;
  Unpacker unpack(bytes);
  unpack(observation.recurrences);
  CHECK_EQ(unpack.rest.size(), size_t{0});
  return observation;
}

}  // namespace elman
