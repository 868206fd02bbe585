#include "tests/support/private_machine.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace trafrec::test_support {
namespace {

/// Maps this user to root of the user namespace that was just entered.
bool BecomeRootInside(uid_t user, gid_t group) {
  const auto write = [](const char* file, const std::string& text) {
    return (std::ofstream(file) << text << std::flush).good();
  };
  return write("/proc/self/setgroups", "deny") &&
         write("/proc/self/uid_map", "0 " + std::to_string(user) + " 1") &&
         write("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
}

/// As unshare(2); without the right to it in a user namespace in which we have every right.
void Unshare(int what) {
  const uid_t user = geteuid();
  const gid_t group = getegid();
  if (unshare(what) == 0) {
    return;
  }
  const int denied = errno;
  ASSERT_TRUE(denied == EPERM && unshare(CLONE_NEWUSER | what) == 0 &&
              BecomeRootInside(user, group))
      << "this test needs namespaces of its own: " << std::strerror(denied)
      << "\ntry: run the tests as root (in a container with CAP_SYS_ADMIN and CAP_NET_ADMIN), or "
         "let every user make namespaces: sysctl user.max_user_namespaces=10000";
}

}  // namespace

PrivateNetwork::PrivateNetwork() {
  Unshare(CLONE_NEWNET);
  Ip("link set lo up");
}

void Ip(const std::string& arguments) {
  ASSERT_EQ(std::system(("ip " + arguments).c_str()), 0) << "ip " << arguments;
}

SmallDisk::SmallDisk(int megabytes) {
  Unshare(CLONE_NEWNS);
  const std::string options = "size=" + std::to_string(megabytes) + "m";
  const char* const folder = folder_.path().c_str();
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    // In a chroot / is no mount: then the folder alone becomes a private one.
    EXPECT_EQ(mount(folder, folder, nullptr, MS_BIND, nullptr), 0) << std::strerror(errno);
    EXPECT_EQ(mount(nullptr, folder, nullptr, MS_PRIVATE, nullptr), 0) << std::strerror(errno);
  }
  EXPECT_EQ(mount("tmpfs", folder, "tmpfs", 0, options.c_str()), 0) << std::strerror(errno);
}

SmallDisk::~SmallDisk() {
  while (umount2(folder_.path().c_str(), MNT_DETACH) == 0) {
  }
}

void SmallDisk::Fill(uintmax_t left) const {
  const auto space = std::filesystem::space(folder_.path());
  std::ofstream(folder_ / "other", std::ios::app) << std::string(space.available - left, 'x');
}

void SmallDisk::FreeWhatWasFilled() const { std::filesystem::remove(folder_ / "other"); }

void SmallDisk::MakeReadOnly() const {
  EXPECT_EQ(mount(nullptr, folder_.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0)
      << std::strerror(errno);
}

}  // namespace trafrec::test_support
