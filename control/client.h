#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "control/message.h"
#include "control/socket.h"

namespace trafrec::control {

/// The asking end. One thread.
class Client {
 public:
  /// kNotFound if nobody listens there, kPermission if this user may not.
  static Result<Client> Connect(const std::filesystem::path& path);

  /// The answer, if it comes within that time; else an Error. Whatever the Error, the connection is
  /// of no more use, unless it is the other side's own.
  Result<Json> Ask(Json request, std::chrono::milliseconds timeout);

 private:
  Client(FileDescriptor socket, std::filesystem::path path)
      : socket_(std::move(socket)), path_(std::move(path)) {}

  FileDescriptor socket_;
  std::filesystem::path path_;
  std::string in_;
};

}  // namespace trafrec::control
