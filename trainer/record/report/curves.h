// The curves of report.html: what training and validation measured, over the steps of the run.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "trainer/record/log/run_record.h"
#include "trainer/record/report/chart.h"

namespace elman {

// Reads the points of curves from a record, which must outlive it. Leaves the last train line out
// if it covers fewer steps than the others do, because metrics of few steps vary more.
class RunCurves {
 public:
  explicit RunCurves(const RunRecord& record);

  std::vector<RecordedPoint> Train(const std::string& key) const;
  std::vector<RecordedPoint> Validation(const std::string& key) const;

 private:
  const RunRecord& record_;
  double last_train_ = HUGE_VAL;
};

// Returns the median of at least one value.
double MedianOf(std::vector<RecordedPoint> points);

// Returns a section with the charts, and below them the numbers that did not vary or have no
// course.
std::string CurvesSection(const RunRecord& record, const StepAxis& axis);

}  // namespace elman
