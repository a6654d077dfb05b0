#include "trainer/config/config_places.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace elman {

void ConfigPlaces::Set(const std::string& field, std::string place) {
  places_.insert_or_assign(field, std::move(place));
}

std::string ConfigPlaces::Of(std::string_view field) const {
  const auto found = places_.find(field);
  return found == places_.end() ? "" : found->second;
}

absl::Status ConfigPlaces::Add(const absl::Status& status) const {
  if (!absl::IsInvalidArgument(status)) return status;
  const std::string_view message(status.message().data(), status.message().size());
  const std::string place = Of(message.substr(0, message.find_first_of(" :=,")));
  if (place.empty()) return status;
  return absl::InvalidArgumentError(absl::StrCat(place, ": ", status.message()));
}

}  // namespace elman
