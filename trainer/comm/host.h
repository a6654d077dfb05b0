// Properties of the host of a rank that other ranks need to know.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace elman {

std::string HostName();  // empty if the system does not report one

// Identifies the running kernel and the namespace of this process of the given kind ("net", "pid").
// Ranks with equal keys share the loopback interface or see each other in /proc, respectively.
// Empty if the system does not report it.
std::string NamespaceKey(std::string_view kind);

// An address of a network interface.
struct NetworkInterface {
  std::string name;     // "eth0"
  std::string address;  // "10.0.0.5" or "2001:db8::5"
  std::string network;  // "10.0.0.0/24"
  // Whether this is a local bridge for containers or virtual machines, which reaches no other host.
  bool bridge = false;
};

// Returns the interfaces that are up, one entry per address, without loopback and link-local
// addresses.
std::vector<NetworkInterface> NetworkInterfaces();

// Returns the contents of a small file of /proc or /sys, without leading and trailing white space.
// Empty if it cannot be read.
std::string ReadSystemFile(const std::string& path);

}  // namespace elman
