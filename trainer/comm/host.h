// The host a rank is on, as other ranks must know it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace elman {

std::string HostName();  // empty if the system does not tell

// Names the running kernel and this process's namespace of a kind ("net", "pid"): ranks of which it
// is equal share loopback or can see each other in /proc. Empty if the system does not tell.
std::string NamespaceKey(std::string_view kind);

struct NetworkInterface {
  std::string name;     // "eth0"
  std::string address;  // "10.0.0.5" or "2001:db8::5"
  std::string network;  // "10.0.0.0/24"
  bool bridge = false;  // made here for containers or virtual machines: it leads to no other host
};

// The interfaces that are up, an entry an address, without loopback and link-local addresses.
std::vector<NetworkInterface> NetworkInterfaces();

// The contents of a small file of /proc or /sys, without white space at its ends; empty if it
// cannot be read.
std::string ReadSystemFile(const std::string& path);

}  // namespace elman
