#include "trainer/comm/communicator.h"

namespace elman {

void BroadcastString(Communicator* communicator, std::string* text, int root) {
  uint64_t size = text->size();
  communicator->Broadcast(std::as_writable_bytes(std::span(&size, 1)), root);
  text->resize(size);
  communicator->Broadcast(std::as_writable_bytes(std::span(text->data(), size)), root);
}

}  // namespace elman
