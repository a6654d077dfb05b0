// A histogram of values.
#pragma once

#include <vector>

namespace elman {

struct Histogram {
  // Sorted by upper end; a bucket begins at the upper end of the previous one.
  struct Bucket {
    double limit = 0;
    double count = 0;
  };

  double least = 0;
  double greatest = 0;
  double number = 0;
  double sum = 0;
  double squares = 0;
  std::vector<Bucket> buckets;
};

}  // namespace elman
