// SentencePiece used as its own programs use it: models of any kind, and what it makes of a line.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

namespace elman {

// A model trained as spm_train would with these options; the others are its defaults.
std::string TrainAnyModel(const std::vector<std::string>& lines,
                          std::unordered_map<std::string, std::string> options);

// The pieces of a line, unknown ones as the text has them, and the text that it decodes them to.
std::vector<std::string> PiecesOfModel(const std::string& model, const std::string& line);
std::string RoundTripOfModel(const std::string& model, const std::string& line);

}  // namespace elman
