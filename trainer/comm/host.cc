#include "trainer/comm/host.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace elman {
namespace {

// Returns the bytes of an IPv4 or IPv6 address; empty for null and for other address families.
std::string AddressBytes(const sockaddr* address) {
  if (address == nullptr) return "";
  if (address->sa_family == AF_INET) {
    in_addr bytes = reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
    return {reinterpret_cast<const char*>(&bytes), sizeof(bytes)};
  }
  if (address->sa_family == AF_INET6) {
    in6_addr bytes = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    return {reinterpret_cast<const char*>(&bytes), sizeof(bytes)};
  }
  return "";
}

std::string AddressText(const std::string& bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = bytes.size() == sizeof(in_addr) ? AF_INET : AF_INET6;
  return inet_ntop(family, bytes.data(), text.data(), text.size()) ? text.data() : "";
}

bool IsLinkLocal(const std::string& bytes) {
  const auto byte = [&](int i) { return static_cast<uint8_t>(bytes[i]); };
  if (bytes.size() == sizeof(in_addr)) return byte(0) == 169 && byte(1) == 254;
  return byte(0) == 0xfe && (byte(1) & 0xc0) == 0x80;
}

std::string NetworkText(std::string address, const std::string& mask) {
  if (mask.size() != address.size()) return "";
  int bits = 0;
  for (size_t i = 0; i < address.size(); ++i) {
    address[i] = static_cast<char>(address[i] & mask[i]);
    bits += __builtin_popcount(static_cast<uint8_t>(mask[i]));
  }
  return absl::StrCat(AddressText(address), "/", bits);
}

}  // namespace

std::string HostName() {
  char name[256] = "";
  return gethostname(name, sizeof(name) - 1) == 0 ? name : "";
}

std::string NamespaceKey(std::string_view kind) {
  const std::string boot = ReadSystemFile("/proc/sys/kernel/random/boot_id");
  std::array<char, 64> link{};
  const std::string path = absl::StrCat("/proc/self/ns/", std::string(kind));
  if (boot.empty() || ::readlink(path.c_str(), link.data(), link.size() - 1) <= 0) return "";
  return absl::StrCat(boot, "/", link.data());
}

std::vector<NetworkInterface> NetworkInterfaces() {
  std::vector<NetworkInterface> interfaces;
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return interfaces;
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if ((entry->ifa_flags & IFF_UP) == 0 || (entry->ifa_flags & IFF_LOOPBACK) != 0) continue;
    const std::string bytes = AddressBytes(entry->ifa_addr);
    if (bytes.empty() || IsLinkLocal(bytes)) continue;
    const std::string folder = absl::StrCat("/sys/class/net/", entry->ifa_name, "/bridge");
    interfaces.push_back({.name = entry->ifa_name,
                          .address = AddressText(bytes),
                          .network = NetworkText(bytes, AddressBytes(entry->ifa_netmask)),
                          .bridge = ::access(folder.c_str(), F_OK) == 0});
  }
  freeifaddrs(first);
  return interfaces;
}

std::string ReadSystemFile(const std::string& path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return std::string(absl::StripAsciiWhitespace(text));
}

}  // namespace elman
