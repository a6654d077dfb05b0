// Uses SentencePiece as its own programs do: trains models of any kind and tokenizes lines.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

namespace elman {

// Trains a model as spm_train would with these options; other options have their defaults.
std::string TrainAnyModel(const std::vector<std::string>& lines,
                          std::unordered_map<std::string, std::string> options);

// Returns the pieces of a line, with unknown ones as in the text, and the text that they decode to.
std::vector<std::string> PiecesOfModel(const std::string& model, const std::string& line);
std::string RoundTripOfModel(const std::string& model, const std::string& line);

}  // namespace elman
