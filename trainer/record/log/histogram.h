// How values are spread.
#pragma once

#include <vector>

namespace elman {

struct Histogram {
  // By rising upper end; a bucket begins where the one before ends.
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
